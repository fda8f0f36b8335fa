/** `starling network rotate`: a new key for a sealed network, which is spoken when all members have had time to take it. */
import { ClientError } from "../../core/errors.ts";
import { parseDuration } from "../arguments/quantities.ts";
import { EXIT_OK } from "../exit-codes.ts";
import { newKey } from "../network/network-definition.ts";
import { requireNetwork, saveNetwork } from "../network/network-store.ts";
import { printJoinString } from "../network/network-text.ts";
import type { Output } from "../output/output.ts";
import { durationText } from "../output/quantity-text.ts";

export async function runNetworkRotate(
  operands: readonly string[],
  flags: { readonly in: string },
  output: Output,
): Promise<number> {
  const network = requireNetwork(operands[0] as string);
  if (network.mode !== "sealed")
    throw new ClientError("USAGE", `${network.name} is a network without a key (${network.mode})`);
  const inMs = parseDuration(flags.in, "--in");
  const nowUnixMs = Date.now();
  const keys = network.keys ?? [];
  // The key that is spoken now stays; one that was to come, or is past, gives way.
  const current = keys.filter(({ fromUnixMs }) => fromUnixMs <= nowUnixMs).at(-1) ?? keys[0];
  const next = newKey(nowUnixMs + inMs);
  const rotated = { ...network, keys: current === undefined ? [next] : [current, next] };
  await saveNetwork(rotated);
  printJoinString(rotated, output);
  output.note(`The new key is spoken in ${durationText(inMs)}. Until then every member has to`);
  output.note("  starling network join FILE   with the line above; Starlings that run take it by themselves");
  return EXIT_OK;
}
