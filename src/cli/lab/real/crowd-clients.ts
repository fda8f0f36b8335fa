/** Programs that a real crowd can be made of: the command line of one peer, and what it says on the way. */
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { ClientError } from "../../../core/errors.ts";

export type CrowdClientName = "starling" | "libtorrent";
export const CROWD_CLIENTS: readonly CrowdClientName[] = ["starling", "libtorrent"];

/** One peer. Every client speaks plain TCP, so that the same is measured. */
export interface CrowdPeerPlan {
  readonly host: string;
  readonly port: number;
  /** `HOST:PORT` of a node of the private DHT. */
  readonly bootstrap: string;
  readonly upBytesPerSecond: number;
  readonly downBytesPerSecond: number;
  /** That of the content, or where it is to go. */
  readonly folder: string;
  readonly magnet: string;
  /** Of the publisher, which has everything. */
  readonly torrentFile?: string;
}

/** Lines of output are JSON objects with a `type`: `listening`, `complete`, and `progress` with `uploadedBytes`. */
export type CommandLine = readonly [program: string, ...args: readonly string[]];

export function peerCommand(client: CrowdClientName, plan: CrowdPeerPlan): CommandLine {
  return client === "starling" ? starlingPeer(plan) : libtorrentPeer(plan);
}

/** Throws, in one line, where the client is not there. */
export function requireClient(client: CrowdClientName): void {
  if (client === "starling") return;
  if (libtorrentScript() === undefined)
    throw new ClientError("PATH_NOT_FOUND", `${SCRIPT} is not there: libtorrent needs it to be a peer`, {
      hint: "Run starling lab real in a checkout of its repository, or with --clients starling.",
    });
  try {
    execFileSync(PYTHON, ["-c", "import libtorrent"], { stdio: "ignore" });
  } catch {
    throw new ClientError("NOT_FOUND", "libtorrent is not installed for /usr/bin/python3", {
      hint: "On Debian it is the package python3-libtorrent; --clients starling does without.",
    });
  }
}

/** This program, as it was started. */
export function starlingCommand(...args: readonly string[]): CommandLine {
  return [process.execPath, process.argv[1] as string, ...args];
}

function starlingPeer(plan: CrowdPeerPlan): CommandLine {
  const { host, port, bootstrap, upBytesPerSecond, downBytesPerSecond, folder, magnet, torrentFile } = plan;
  const common = [
    ...["--host", host, "--port", String(port), "--bootstrap", bootstrap],
    ...["--max-up", String(upBytesPerSecond), "--max-down", String(downBytesPerSecond)],
    ...["--transport", "tcp", "--encryption", "off", "--no-lsd", "--json"],
  ];
  return torrentFile === undefined
    ? starlingCommand("get", magnet, "--output", folder, "--seed", ...common)
    : starlingCommand("seed", torrentFile, "--data", folder, ...common);
}

/** Debian's own interpreter: its libtorrent is a module of no other. */
const PYTHON = "/usr/bin/python3";
const SCRIPT = "bench/rig/peers/lt_crowd_peer.py";

function libtorrentPeer(plan: CrowdPeerPlan): CommandLine {
  const { host, port, bootstrap, upBytesPerSecond, downBytesPerSecond, folder, magnet, torrentFile } = plan;
  const options = {
    listen: `${host}:${port}`,
    bootstrap,
    up: upBytesPerSecond,
    down: downBytesPerSecond,
    save: folder,
    ...(torrentFile === undefined ? { magnet } : { torrent: torrentFile }),
  };
  return [PYTHON, libtorrentScript() ?? SCRIPT, JSON.stringify(options)];
}

/** Part of the repository, not of the package. */
function libtorrentScript(): string | undefined {
  for (let folder = dirname(fileURLToPath(import.meta.url)); ; folder = dirname(folder)) {
    const candidate = join(folder, SCRIPT);
    if (existsSync(candidate)) return candidate;
    if (dirname(folder) === folder) return undefined;
  }
}
