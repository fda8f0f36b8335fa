/** `starling network show`: the join string for others, and what it says. */
import { EXIT_OK } from "../exit-codes.ts";
import { requireNetwork } from "../network/network-store.ts";
import { bootstrapText, printJoinString } from "../network/network-text.ts";
import type { Output } from "../output/output.ts";

export async function runNetworkShow(
  operands: readonly string[],
  _flags: object,
  output: Output,
): Promise<number> {
  const network = requireNetwork(operands[0] as string);
  printJoinString(network, output);
  output.note(
    `${network.name}: ${network.mode}, id ${network.idHex}, bootstrap nodes: ${bootstrapText(network)}`,
  );
  return EXIT_OK;
}
