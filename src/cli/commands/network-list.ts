/** `starling network list`: the networks that this user is in. */
import { EXIT_OK } from "../exit-codes.ts";
import { networkNames, requireNetwork } from "../network/network-store.ts";
import { bootstrapText, networkFields } from "../network/network-text.ts";
import type { Output } from "../output/output.ts";

export async function runNetworkList(
  _operands: readonly string[],
  _flags: object,
  output: Output,
): Promise<number> {
  const networks = networkNames().map(requireNetwork);
  if (networks.length === 0) output.note("You are in no network. starling network create NAME makes one.");
  for (const network of networks)
    output.result(`${network.name}  ${network.mode}  ${network.idHex}  ${bootstrapText(network)}`);
  output.json({ ok: true, networks: networks.map(networkFields) });
  return EXIT_OK;
}
