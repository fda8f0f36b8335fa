/**
 * The private networks that this user is in. Each has a folder of its own in the state folder, which holds the network
 * itself as a join string (0600) and all that was learnt or done there: contacts, torrents, resume data. No file of one
 * network is ever read for another.
 */
import { readdirSync, readFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { ClientError } from "../../core/errors.ts";
import { isProfileName, liveHolder, networksFolder, starlingPaths } from "../../platform/index.ts";
import { PRIVATE_MODES, writeWhole } from "../files/write-whole.ts";
import { decodeJoinString, encodeJoinString } from "./join-string.ts";
import type { NetworkDefinition } from "./network-definition.ts";

const DEFINITION_FILE = "network";

/** The network called `name`; undefined where this user is in none of that name. Throws `USAGE` for a damaged file. */
export function findNetwork(name: string): NetworkDefinition | undefined {
  requireNetworkName(name);
  let text: string;
  try {
    text = readFileSync(join(folderOf(name), DEFINITION_FILE), "utf8");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT") return undefined;
    throw new ClientError("DISK_ERROR", `Cannot read what the network “${name}” is: ${code}`);
  }
  return { ...decodeJoinString(text), name };
}

/** As `findNetwork`; throws `USAGE` where there is none. */
export function requireNetwork(name: string): NetworkDefinition {
  const network = findNetwork(name);
  if (network !== undefined) return network;
  const names = networkNames();
  throw new ClientError("USAGE", `--network: you are in no network “${name}”`, {
    hint:
      names.length === 0
        ? "starling network create NAME makes one, starling network join enters one."
        : `You are in ${names.join(", ")}.`,
  });
}

/** In the order of the alphabet. */
export function networkNames(): readonly string[] {
  try {
    return readdirSync(networksFolder(starlingPaths())).filter(isProfileName).sort();
  } catch {
    return [];
  }
}

/** Rejects with PATH_NOT_WRITABLE. */
export async function saveNetwork(network: NetworkDefinition): Promise<void> {
  const path = join(folderOf(network.name), DEFINITION_FILE);
  await writeWhole(path, `${encodeJoinString(network)}\n`, PRIVATE_MODES);
}

/** Forgets the network and all that was learnt there; downloads stay. Rejects with STATE_LOCKED while a Starling runs in it. */
export async function forgetNetwork(name: string): Promise<void> {
  const folder = folderOf(name);
  const pid = await liveHolder(join(folder, "session"));
  if (pid !== undefined)
    throw new ClientError("STATE_LOCKED", `A Starling runs in “${name}” (process ${pid})`, {
      hint: `starling stop --network ${name} ends it.`,
    });
  await rm(folder, { recursive: true, force: true });
}

export function requireNetworkName(name: string): void {
  if (isProfileName(name)) return;
  throw new ClientError("USAGE", `"${name.slice(0, 60)}" is no name for a network`, {
    hint: "Use letters, digits, - and _, at most 32.",
  });
}

function folderOf(name: string): string {
  return join(networksFolder(starlingPaths()), name);
}
