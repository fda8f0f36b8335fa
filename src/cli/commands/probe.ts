/**
 * `starling probe SOURCE`: how healthy a swarm is, without downloading anything of it. Joins with no file wanted, meets
 * as many peers as come within the time, and adds up what they have.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TorrentSnapshot, TorrentSource } from "../../session/session-view.ts";
import { type NetworkFlags, parseNetworkOptions, parsePeers } from "../arguments/network-options.ts";
import { parseDuration } from "../arguments/quantities.ts";
import { startPassingEngine } from "../engine/passing-engine.ts";
import type { RunningEngine } from "../engine/start-engine.ts";
import { EXIT_OK, exitCodeOf } from "../exit-codes.ts";
import type { Output } from "../output/output.ts";
import { bytesText, percentText } from "../output/quantity-text.ts";
import { onStopRequest, type StopRequest } from "../signals.ts";
import { exportMetainfo } from "../transfers/export-metainfo.ts";
import { awaitMetadata } from "../transfers/fetch-metadata.ts";
import { readSource } from "../transfers/read-source.ts";
import { SwarmCensus } from "../transfers/swarm-census.ts";
import { chainText } from "../views/diagnosis-lines.ts";
import { torrentIn } from "../views/torrent-details.ts";

interface ProbeFlags extends NetworkFlags {
  readonly peer?: readonly string[];
  readonly for: string;
  readonly timeout: string;
}

/** Rejects with NO_PEERS or DHT_UNREACHABLE when the metadata did not come in time. Exit 6 when data is missing. */
export async function runProbe(
  operands: readonly string[],
  flags: ProbeFlags,
  output: Output,
): Promise<number> {
  const network = parseNetworkOptions(flags, 0);
  const peers = parsePeers(flags.peer);
  const forMs = parseDuration(flags.for, "--for");
  const timeoutMs = parseDuration(flags.timeout, "--timeout");
  const source = await readSource(operands[0] as string);
  const folder = await mkdtemp(join(tmpdir(), "starling-probe-"));
  const stop = onStopRequest();
  try {
    const engine = await startPassingEngine(network, peers, folder);
    try {
      const id = await joinWantingNothing(engine, source, peers, timeoutMs);
      const census = await watchSwarm(engine, id, forMs, stop);
      return report(torrentIn(engine.view.getSnapshot(), id), census, output);
    } finally {
      await engine.close();
    }
  } finally {
    stop.dispose();
    await rm(folder, { recursive: true, force: true });
  }
}

/** The metadata comes first, while the torrent rests: so not one block is ever asked for. */
async function joinWantingNothing(
  engine: RunningEngine,
  source: TorrentSource,
  peers: readonly string[],
  timeoutMs: number,
): Promise<string> {
  const { commands } = engine.view;
  const { id } = await commands.add(source, { peers, metadataOnly: true });
  await awaitMetadata(engine, id, timeoutMs);
  await commands.pause(id);
  const { files } = await exportMetainfo(engine.view, id);
  const listed = files.filter((file) => !file.isPadding);
  await commands.setFilePriorities(id, new Array<number>(listed.length).fill(0));
  await commands.watchDetails([id]);
  await commands.resume(id);
  await commands.addPeers(id, peers);
  await commands.reannounce(id);
  return id;
}

/** Ends early only by a signal: a swarm shows itself peer by peer. */
async function watchSwarm(
  engine: RunningEngine,
  id: string,
  forMs: number,
  stop: StopRequest,
): Promise<SwarmCensus> {
  const census = new SwarmCensus();
  const look = (): void => {
    const torrent = torrentIn(engine.view.getSnapshot(), id);
    if (torrent !== undefined) census.look(torrent);
  };
  const unsubscribe = engine.view.subscribe(look);
  look();
  let timer: NodeJS.Timeout | undefined;
  const isOver = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, forMs);
  });
  await Promise.race([isOver, stop.requested, engine.failed.then((error) => Promise.reject(error))]);
  clearTimeout(timer);
  unsubscribe();
  return census;
}

function report(torrent: TorrentSnapshot | undefined, census: SwarmCensus, output: Output): number {
  const line = (label: string, value: string): void => output.result(`${label.padEnd(11)}${value}`);
  const { peers, seeds, copies, reachableRatio } = census;
  line("name", torrent?.name ?? "–");
  line("size", bytesText(torrent?.totalBytes ?? 0));
  line("peers", `${peers} met, ${seeds} of them seeds`);
  line("copies", copies.toFixed(2));
  line("reachable", percentText(reachableRatio));
  if (torrent !== undefined) line("chain", chainText(torrent));
  const isWhole = reachableRatio === 1;
  output.json({
    ok: isWhole,
    id: torrent?.id ?? null,
    name: torrent?.name ?? null,
    totalBytes: torrent?.totalBytes ?? null,
    peers,
    seeds,
    copies,
    reachableRatio,
    chain: torrent?.chain ?? null,
  });
  if (peers === 0) return exitCodeOf("NO_PEERS");
  return isWhole ? EXIT_OK : exitCodeOf("STALLED");
}
