/** `starling get`: download, verify, exit. */
import { access, constants, stat } from "node:fs/promises";
import { resolve } from "node:path";
import { ClientError } from "../../core/errors.ts";
import { makeFolder } from "../../platform/index.ts";
import type { AddOptions, TorrentSnapshot, TorrentSource } from "../../session/session-view.ts";
import {
  DEFAULT_PORT,
  type NetworkFlags,
  parseLimits,
  parseNetworkOptions,
  parsePeers,
  parseRecording,
  type RecordingFlags,
} from "../arguments/network-options.ts";
import { parseDuration, parseSeedGoal, type SeedGoal } from "../arguments/quantities.ts";
import { type TorrentFlags, torrentOptions } from "../arguments/torrent-options.ts";
import { noteRecording } from "../engine/engine-recording.ts";
import { sharedEngineSettings } from "../engine/shared-settings.ts";
import { type RunningEngine, startEngine } from "../engine/start-engine.ts";
import { EXIT_OK } from "../exit-codes.ts";
import type { Output } from "../output/output.ts";
import { bytesText, durationText } from "../output/quantity-text.ts";
import { onStopRequest } from "../signals.ts";
import { listFiles } from "../transfers/list-files.ts";
import { namedSources, readSource } from "../transfers/read-source.ts";
import { resolveKeyLinks } from "../transfers/resolve-key-links.ts";
import { runTransfer } from "../transfers/run-transfer.ts";

interface GetFlags extends NetworkFlags, TorrentFlags, RecordingFlags {
  readonly output: string;
  readonly peer?: readonly string[];
  readonly maxDown?: string;
  readonly maxUp?: string;
  readonly list?: boolean;
  readonly seed?: string;
  readonly timeout?: string;
  readonly stallTimeout?: string;
}

/** Without any DHT answer and any peer, waiting longer than this has never helped a script. */
const DHT_TIMEOUT_MS = 30_000;

export async function runGet(operands: readonly string[], flags: GetFlags, output: Output): Promise<number> {
  const network = parseNetworkOptions(flags, DEFAULT_PORT);
  const limits = parseLimits(flags);
  const peers = parsePeers(flags.peer);
  const goal = parseSeedGoal(flags.seed);
  const timeoutMs = flags.timeout === undefined ? undefined : parseDuration(flags.timeout, "--timeout");
  const stallTimeoutMs =
    flags.stallTimeout === undefined ? undefined : parseDuration(flags.stallTimeout, "--stall-timeout");
  const named = await resolveKeyLinks(await namedSources(operands), flags, output);
  const sources = await Promise.all(named.map((source) => readSource(source)));
  if (flags.list === true) return listFiles(sources, { network, peers, timeoutMs }, output);

  const folder = resolve(flags.output);
  await requireWritableFolder(folder);
  const stop = onStopRequest();
  const engine = await startEngine(
    sharedEngineSettings({ network, limits, peers, folder, recording: parseRecording(flags) }),
  );
  try {
    const ids = await addAll(engine, sources, {
      folder,
      peers,
      ...(goal === undefined ? { seedRatio: 0 } : seedOptions(goal)),
      ...torrentOptions(flags),
    });
    announceListening(engine, output);
    const expectsDht = network.bootstrap === undefined || network.bootstrap.length > 0;
    const end = await runTransfer(
      engine,
      {
        ids,
        endsWhenFinished: true,
        timeoutMs,
        dhtTimeoutMs: expectsDht ? (timeoutMs ?? DHT_TIMEOUT_MS) : undefined,
        stallTimeoutMs,
      },
      output,
      stop,
    );
    if (end.exit !== EXIT_OK) {
      output.note("Stopped. What is here is kept; the same command goes on from it.");
      return end.exit;
    }
    reportResult(end.torrents, goal, output);
    return EXIT_OK;
  } finally {
    stop.dispose();
    noteRecording(engine, output);
    await engine.close();
  }
}

/** `--seed` alone has no goal and goes on; with one it ends there. */
export function seedOptions(goal: SeedGoal): Pick<AddOptions, "seedRatio" | "seedForMs"> {
  return {
    ...(goal.ratio === undefined ? {} : { seedRatio: goal.ratio }),
    ...(goal.forMs === undefined ? {} : { seedForMs: goal.forMs }),
  };
}

async function addAll(
  engine: RunningEngine,
  sources: readonly TorrentSource[],
  options: AddOptions,
): Promise<readonly string[]> {
  const ids: string[] = [];
  for (const source of sources) ids.push((await engine.view.commands.add(source, options)).id);
  return ids;
}

/** Decision: every command that listens says so on stdout once it answers. */
export function announceListening(engine: RunningEngine, output: Output): void {
  const address = engine.view.getSnapshot().listening;
  if (!output.isQuiet) output.result(`listening ${address}`);
  output.json({ v: 1, t: Date.now(), type: "listening", address });
}

/** Creates the folder when its parent allows it; says which path cannot be written, before any network is used. */
async function requireWritableFolder(folder: string): Promise<void> {
  try {
    await makeFolder(folder);
    if (!(await stat(folder)).isDirectory()) throw notAFolder(folder);
    await access(folder, constants.W_OK | constants.X_OK);
  } catch (error) {
    if (error instanceof ClientError) throw error;
    const code = (error as NodeJS.ErrnoException).code;
    if (code === "EEXIST" || code === "ENOTDIR") throw notAFolder(folder);
    throw new ClientError(
      "PATH_NOT_WRITABLE",
      `Cannot write to ${folder}: ${code === "EROFS" ? "read-only file system" : "permission denied"}`,
      {
        hint: "Choose another folder with -o, or change its permissions.",
        cause: error,
      },
    );
  }
}

function notAFolder(folder: string): ClientError {
  return new ClientError("PATH_IN_THE_WAY", `${folder} is not a folder`, {
    hint: "Choose another folder with -o.",
  });
}

function reportResult(
  torrents: readonly TorrentSnapshot[],
  goal: SeedGoal | undefined,
  output: Output,
): void {
  for (const torrent of torrents) {
    const { downloadedBytes, uploadedBytes } = torrent.totals;
    output.result(`${torrent.folder}/${torrent.name}`);
    const took = torrent.milestones.doneMs === null ? "" : ` in ${durationText(torrent.milestones.doneMs)}`;
    const ratio = downloadedBytes === 0 ? null : uploadedBytes / downloadedBytes;
    const gave =
      ratio === null ? `gave ${bytesText(uploadedBytes)}` : `gave ${ratio.toFixed(2)} of what you took`;
    const advice = goal === undefined && (ratio ?? 1) < 1 ? "; `--seed=1` gives it back" : "";
    output.note(`took ${bytesText(downloadedBytes)}${took}, ${gave}${advice}`);
  }
  output.json({
    ok: true,
    torrents: torrents.map((torrent) => ({
      infoHash: torrent.id,
      path: `${torrent.folder}/${torrent.name}`,
      bytes: torrent.wantedBytes,
      downloadedBytes: torrent.totals.downloadedBytes,
      uploadedBytes: torrent.totals.uploadedBytes,
      milestones: torrent.milestones,
    })),
  });
}
