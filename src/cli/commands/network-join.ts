/** `starling network join`: enters a network that somebody else made. */
import { readFile } from "node:fs/promises";
import { ClientError } from "../../core/errors.ts";
import { EXIT_OK } from "../exit-codes.ts";
import { decodeJoinString, looksLikeJoinString } from "../network/join-string.ts";
import type { NetworkDefinition } from "../network/network-definition.ts";
import { findNetwork, requireNetworkName, saveNetwork } from "../network/network-store.ts";
import { bootstrapText, networkFields } from "../network/network-text.ts";
import { isFileReadableForOthers } from "../network/readable-key.ts";
import type { Output } from "../output/output.ts";
import { askSecretly } from "../terminal/ask-secretly.ts";

export async function runNetworkJoin(
  operands: readonly string[],
  flags: { readonly name?: string },
  output: Output,
): Promise<number> {
  const given = decodeJoinString(await joinText(operands[0]));
  const network = { ...given, name: flags.name ?? given.name };
  requireNetworkName(network.name);
  requireSameNetwork(findNetwork(network.name), network);
  await saveNetwork(network);
  if (network.mode === "sealed" && operands[0] !== undefined && (await isFileReadableForOthers(operands[0])))
    output.note(`warning: others can read ${operands[0]}, which holds the key; chmod 600 it`);
  output.result(`joined ${network.name} (${network.mode}, bootstrap nodes: ${bootstrapText(network)})`);
  output.note(
    `starling share --network ${network.name} PATH and starling get --network ${network.name} MAGNET use it.`,
  );
  output.json({ ok: true, ...networkFields(network) });
  return EXIT_OK;
}

/** Joining again takes the bootstrap nodes that are new; another network of the name is not written over. */
function requireSameNetwork(present: NetworkDefinition | undefined, network: NetworkDefinition): void {
  if (present === undefined || present.idHex === network.idHex) return;
  throw new ClientError("USAGE", `You are in another network called “${network.name}”`, {
    hint: "Give this one another name with --name.",
  });
}

/** Nothing, or `-`: standard input, which on a terminal is asked for without showing it. */
async function joinText(operand: string | undefined): Promise<string> {
  if (operand === undefined || operand === "-") {
    if (process.stdin.isTTY) return await askSecretly("Join string (it is not shown): ");
    let text = "";
    for await (const chunk of process.stdin) text += String(chunk);
    return text;
  }
  if (looksLikeJoinString(operand)) {
    if (!operand.startsWith("starling-sealed-")) return operand;
    throw new ClientError("USAGE", "The key of a sealed network is not for the command line", {
      hint: "Other users of this machine see it with ps, and shells keep it. Put it in a file, or give it on standard input with -.",
    });
  }
  return await readFile(operand, "utf8").catch((error: NodeJS.ErrnoException) => {
    throw new ClientError("PATH_NOT_FOUND", `${operand} is neither a join string nor a file: ${error.code}`, {
      hint: "A join string begins with starling- and is what network create printed.",
    });
  });
}
