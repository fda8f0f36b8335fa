/** `starling network leave`: forgets a network, its contacts and the state of its torrents. */
import { EXIT_OK } from "../exit-codes.ts";
import { forgetNetwork, requireNetwork } from "../network/network-store.ts";
import { networkFields } from "../network/network-text.ts";
import type { Output } from "../output/output.ts";

export async function runNetworkLeave(
  operands: readonly string[],
  _flags: object,
  output: Output,
): Promise<number> {
  const network = requireNetwork(operands[0] as string);
  await forgetNetwork(network.name);
  output.result(`left ${network.name}`);
  output.json({ ok: true, ...networkFields(network) });
  return EXIT_OK;
}
