/** `starling network create`: a new private network, whose join string is the one line on stdout. */
import { randomBytes } from "node:crypto";
import { ClientError } from "../../core/errors.ts";
import { parseHostPort } from "../../session/index.ts";
import { parseBootstrap } from "../arguments/addresses.ts";
import { EXIT_OK } from "../exit-codes.ts";
import {
  MAX_BOOTSTRAPS,
  NETWORK_ID_BYTES,
  type NetworkDefinition,
  newKey,
} from "../network/network-definition.ts";
import { findNetwork, requireNetworkName, saveNetwork } from "../network/network-store.ts";
import { printJoinString } from "../network/network-text.ts";
import type { Output } from "../output/output.ts";

interface CreateFlags {
  readonly plain?: boolean;
  readonly open?: boolean;
  readonly sealed?: boolean;
  readonly bootstrap: readonly string[];
}

export async function runNetworkCreate(
  operands: readonly string[],
  flags: CreateFlags,
  output: Output,
): Promise<number> {
  const name = operands[0] as string;
  requireNetworkName(name);
  if (findNetwork(name) !== undefined)
    throw new ClientError("USAGE", `You are in a network “${name}” already`, {
      hint: `starling network show ${name} prints its join string; starling network leave ${name} forgets it.`,
    });
  const bootstrap = parseBootstrap(flags.bootstrap) ?? [];
  if (bootstrap.length > MAX_BOOTSTRAPS)
    throw new ClientError("USAGE", `--bootstrap: at most ${MAX_BOOTSTRAPS} nodes`);
  const idHex = randomBytes(NETWORK_ID_BYTES).toString("hex");
  const mode = flags.plain === true ? "plain" : flags.open === true ? "open" : "sealed";
  const keys = mode === "sealed" ? { keys: [newKey(Date.now())] } : {};
  const network: NetworkDefinition = { name, idHex, mode, bootstrap, ...keys };
  await saveNetwork(network);
  printJoinString(network, output);
  for (const line of nextSteps(network)) output.note(line);
  return EXIT_OK;
}

function nextSteps({ name, mode, bootstrap }: NetworkDefinition): readonly string[] {
  const serving = bootstrap.map((text) => {
    const address = parseHostPort(text);
    return `  starling dht serve --network ${name} --port ${address?.port}   on ${address?.host}`;
  });
  return [
    `You are in the network “${name}”. To go on:`,
    ...(serving.length > 0
      ? serving
      : [`  starling dht serve --network ${name}   so that others find a node`]),
    mode === "sealed"
      ? "  starling network join FILE   everywhere else, with the line above in FILE: it is the key"
      : "  starling network join JOIN-STRING   everywhere else",
    `  starling share --network ${name} PATH`,
    `  starling get --network ${name} MAGNET`,
  ];
}
