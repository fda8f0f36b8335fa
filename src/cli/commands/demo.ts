/**
 * `starling demo`: the whole road on this machine alone. A private DHT of twenty nodes, three of them seeders of a
 * folder made on the spot; a fourth Starling opens the magnet as a user would and verifies what it gets. With
 * `--scenario` it is trouble that is shown.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TorrentSnapshot } from "../../session/session-view.ts";
import { formatMagnet } from "../../torrent/magnet.ts";
import { encodeTorrentFile } from "../../torrent/metainfo.ts";
import { demoHosts } from "../demo/demo-addresses.ts";
import { makeDemoContent } from "../demo/demo-content.ts";
import { demoScenario } from "../demo/demo-scenarios.ts";
import { runScenario } from "../demo/run-scenario.ts";
import { startDemoWorld } from "../demo/start-demo-world.ts";
import { type RunningEngine, startEngine } from "../engine/start-engine.ts";
import { EXIT_OK } from "../exit-codes.ts";
import type { Output } from "../output/output.ts";
import { bytesText, durationText } from "../output/quantity-text.ts";
import { onStopRequest, type StopRequest } from "../signals.ts";
import { makeTorrent } from "../transfers/make-torrent.ts";
import { runTransfer } from "../transfers/run-transfer.ts";
import { showDashboard } from "./open.ts";

interface DemoFlags {
  readonly keep?: boolean;
  readonly scenario?: string;
}

const DHT_NODES = 20;
const SEEDERS = 3;
/** Slow enough to be watched in a terminal, quick enough in a pipe. */
const WATCHED_BYTES_PER_SECOND = 6 * 2 ** 20;
const PIPED_BYTES_PER_SECOND = 32 * 2 ** 20;

export async function runDemo(
  _operands: readonly string[],
  flags: DemoFlags,
  output: Output,
): Promise<number> {
  // The demo talks to this machine only, whatever the environment says.
  process.env["STARLING_LOOPBACK_ONLY"] = "1";
  if (flags.scenario !== undefined) return await runScenario(demoScenario(flags.scenario), output);
  const isWatched = process.stdout.isTTY === true && process.stdin.isTTY === true && !output.isJson;
  const folder = await mkdtemp(join(tmpdir(), "starling-demo-"));
  const stop = onStopRequest();
  const closers: (() => Promise<void>)[] = [() => rm(folder, { recursive: true, force: true })];
  try {
    const contentFolder = join(folder, "shared", "Murmuration");
    await makeDemoContent(contentFolder);
    const { metainfo, folder: sharedFolder } = await makeTorrent(contentFolder, {}, output);
    const hosts = await demoHosts(DHT_NODES + 1);
    const world = await startDemoWorld({
      nodeHosts: hosts.slice(0, DHT_NODES - SEEDERS),
      peerHosts: hosts.slice(DHT_NODES - SEEDERS, DHT_NODES),
      peers: Array.from({ length: SEEDERS }, () => ({ folder: sharedFolder })),
      torrentFile: encodeTorrentFile(metainfo),
    });
    closers.push(world.close);
    const magnet = formatMagnet({ infoHash: metainfo.infoHash, displayName: metainfo.name });
    output.note(
      `A DHT of ${DHT_NODES} nodes runs on this machine; ${SEEDERS} of them share ${bytesText(metainfo.pieceMap.totalBytes)}.`,
    );
    output.note(`magnet     ${magnet}`);
    output.note(`bootstrap  ${world.bootstrap}`);
    const engine = await startEngine({
      host: hosts[DHT_NODES],
      port: 0,
      bootstrap: [world.bootstrap],
      addressProfile: "loopback",
      localDiscovery: false,
      peers: [],
      maxDownBytesPerSecond: isWatched ? WATCHED_BYTES_PER_SECOND : PIPED_BYTES_PER_SECOND,
      maxUpBytesPerSecond: null,
      isLanExempt: false,
      defaultFolder: join(folder, "downloads"),
      state: "none",
      stateFolder: "",
    });
    closers.push(engine.close);
    const { id } = await engine.view.commands.add(
      { kind: "magnet", text: magnet },
      { folder: join(folder, "downloads") },
    );
    if (isWatched) await showDashboard(engine, {});
    else await follow(engine, id, output, stop, flags.keep === true);
    return summarise(engine, id, output, magnet, world.bootstrap);
  } finally {
    stop.dispose();
    for (const close of closers.reverse()) await close();
  }
}

/** Without a terminal: progress lines until it is done, and on with `--keep`. */
async function follow(
  engine: RunningEngine,
  id: string,
  output: Output,
  stop: StopRequest,
  keep: boolean,
): Promise<void> {
  const rules = {
    ids: [id],
    endsWhenFinished: true,
    timeoutMs: 60_000,
    dhtTimeoutMs: 30_000,
    stallTimeoutMs: 60_000,
  };
  const isDone = new Promise<number>((resolve) => {
    const look = (): void => {
      const torrent = engine.view.getSnapshot().torrents.find((candidate) => candidate.id === id);
      if (torrent?.phase === "seeding") resolve(EXIT_OK);
    };
    engine.view.subscribe(look);
    look();
  });
  const requested = Promise.race([stop.requested, ...(keep ? [] : [isDone])]);
  await runTransfer(engine, rules, output, { requested, dispose: () => {} });
}

/** What happened, from the engine's own milestones; exit 1 when the download did not end verified. */
function summarise(
  engine: RunningEngine,
  id: string,
  output: Output,
  magnet: string,
  bootstrap: string,
): number {
  const torrent = engine.view.getSnapshot().torrents.find((candidate) => candidate.id === id);
  const isWhole =
    torrent !== undefined && torrent.totalBytes !== null && torrent.haveBytes === torrent.totalBytes;
  if (torrent !== undefined) printMilestones(torrent, output);
  output.result(isWhole ? "All pieces verified." : "The download did not finish.");
  output.json({
    ok: isWhole,
    infoHash: id,
    magnet,
    bootstrap,
    milestones: torrent?.milestones ?? null,
    peers: torrent?.counts.connectedPeers ?? 0,
  });
  return isWhole ? EXIT_OK : 1;
}

function printMilestones(torrent: TorrentSnapshot, output: Output): void {
  const { firstPeerMs, metadataMs, firstPieceMs, doneMs } = torrent.milestones;
  const line = (what: string, atMs: number | null): void => {
    output.result(`${what.padEnd(16)}${atMs === null ? "–" : durationText(atMs)}`);
  };
  line("first peer", firstPeerMs);
  line("metadata", metadataMs);
  line("first piece", firstPieceMs);
  line("last piece", doneMs);
  output.result(`${"from".padEnd(16)}${torrent.counts.connectedPeers} peers, found through the DHT`);
}
