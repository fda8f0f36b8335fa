/**
 * Runs one scenario: sets the trouble up with real engines on loopback, starts a Starling in the middle of it, and waits
 * for the line that explains it. In a terminal the dashboard shows it, elsewhere plain lines do. Ends by itself.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { SessionView, TorrentSnapshot } from "../../session/session-view.ts";
import { encodeTorrentFile } from "../../torrent/metainfo.ts";
import { showDashboard } from "../commands/open.ts";
import { type RunningEngine, startEngine } from "../engine/start-engine.ts";
import { EXIT_OK } from "../exit-codes.ts";
import type { Output } from "../output/output.ts";
import { onStopRequest } from "../signals.ts";
import { LogReporter } from "../transfers/log-reporter.ts";
import { TransferObserver } from "../transfers/transfer-observer.ts";
import { whyLines } from "../views/diagnosis-lines.ts";
import { demoHosts } from "./demo-addresses.ts";
import { DemoKit } from "./demo-kit.ts";
import type { DemoScenario, DemoStage } from "./demo-scenario.ts";
import { startDemoWorld } from "./start-demo-world.ts";

const DHT_NODES = 10;
/** The slowest line waits a minute by its own rule (all choked); the rest is for a slow machine. */
const LONGEST_MS = 150_000;
/** How long the line stays on the screen before the demo ends. */
const READING_MS = 10_000;
const EXIT_NOT_SEEN = 1;

/** Answers exit 0 when the right line came, 1 when it did not. */
export async function runScenario(scenario: DemoScenario, output: Output): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), "starling-demo-"));
  const stop = onStopRequest();
  const closers: (() => Promise<void>)[] = [() => rm(folder, { recursive: true, force: true })];
  try {
    const stage = await scenario.arrange(new DemoKit(folder));
    const engine = await startStage(stage, folder, closers);
    output.note(`scenario ${scenario.name}: ${scenario.summary}`);
    const { id } = await engine.view.commands.add(stage.source, { folder: join(folder, "downloads") });
    const isWatched = process.stdout.isTTY === true && process.stdin.isTTY === true && !output.isJson;
    const line = awaitLine(engine.view, id, scenario);
    closers.push(async () => line.dispose());
    const shown = isWatched
      ? await watch(engine, line.seen)
      : await follow(engine, id, output, line.seen, stop.requested);
    return typeof shown === "number" ? shown : summarise(scenario, engine.view, id, shown, output);
  } finally {
    stop.dispose();
    for (const close of closers.reverse()) await close();
  }
}

/** The others first, then what spoils it, then the client. */
async function startStage(
  stage: DemoStage,
  folder: string,
  closers: (() => Promise<void>)[],
): Promise<RunningEngine> {
  const { shared, spoil, bootstrap } = stage;
  const peers = shared?.peers ?? [];
  const hosts = await demoHosts(DHT_NODES + peers.length + 1);
  const world = await startDemoWorld({
    nodeHosts: hosts.slice(0, DHT_NODES),
    peerHosts: hosts.slice(DHT_NODES, -1),
    peers,
    torrentFile: shared === undefined ? new Uint8Array(0) : encodeTorrentFile(shared.metainfo),
  });
  closers.push(world.close);
  await spoil?.();
  const engine = await startEngine({
    host: hosts.at(-1),
    port: 0,
    bootstrap: bootstrap ?? [world.bootstrap],
    addressProfile: "loopback",
    peers: [],
    maxDownBytesPerSecond: null,
    maxUpBytesPerSecond: null,
    defaultFolder: join(folder, "downloads"),
    state: "none",
    stateFolder: "",
  });
  closers.push(engine.close);
  return engine;
}

interface AwaitedLine {
  /** The torrent as it was when the expected line came; undefined when it did not come in time. */
  readonly seen: Promise<TorrentSnapshot | undefined>;
  /** Waits no longer. */
  dispose(): void;
}

function awaitLine(view: SessionView, id: string, { expects }: DemoScenario): AwaitedLine {
  let end: (torrent: TorrentSnapshot | undefined) => void = () => {};
  const seen = new Promise<TorrentSnapshot | undefined>((resolve) => {
    end = resolve;
  });
  const look = (): void => {
    const torrent = view.getSnapshot().torrents.find((candidate) => candidate.id === id);
    const { code = "", severity } = torrent?.diagnosis ?? {};
    if (expects.codes.includes(code) && severity === expects.severity) end(torrent);
  };
  const timer = setTimeout(() => end(undefined), LONGEST_MS);
  const unsubscribe = view.subscribe(look);
  look();
  return {
    seen,
    dispose: () => {
      clearTimeout(timer);
      unsubscribe();
    },
  };
}

/** A user who leaves early has seen what there was: the dashboard's own exit code counts then. */
async function watch(
  engine: RunningEngine,
  seen: Promise<TorrentSnapshot | undefined>,
): Promise<TorrentSnapshot | undefined | number> {
  let isRead = false;
  const read = seen
    .then(() => new Promise<void>((resolve) => setTimeout(resolve, READING_MS).unref()))
    .then(() => {
      isRead = true;
    });
  const exit = await showDashboard(engine, { until: read });
  return isRead ? await seen : exit;
}

/** Plain lines, as `get` prints them. */
async function follow(
  engine: RunningEngine,
  id: string,
  output: Output,
  seen: Promise<TorrentSnapshot | undefined>,
  stopped: Promise<number>,
): Promise<TorrentSnapshot | undefined | number> {
  const reporter = new LogReporter(output);
  const observer = new TransferObserver([id]);
  const report = (): void => {
    for (const event of observer.observe(engine.view.getSnapshot())) reporter.report(event);
  };
  const unsubscribe = engine.view.subscribe(report);
  report();
  const failed = engine.failed.then((error) => Promise.reject(error));
  try {
    return await Promise.race([seen, stopped, failed]);
  } finally {
    unsubscribe();
  }
}

function summarise(
  { name, expects }: DemoScenario,
  view: SessionView,
  id: string,
  seen: TorrentSnapshot | undefined,
  output: Output,
): number {
  const torrent = seen ?? view.getSnapshot().torrents.find((candidate) => candidate.id === id);
  if (torrent !== undefined) for (const line of whyLines(torrent)) output.result(line);
  if (seen === undefined)
    output.failure(`The line that was expected (${expects.codes.join(" or ")}) did not come.`);
  output.json({
    ok: seen !== undefined,
    scenario: name,
    infoHash: id,
    expected: expects.codes,
    diagnosis: torrent?.diagnosis ?? null,
    chain: torrent?.chain ?? null,
  });
  return seen === undefined ? EXIT_NOT_SEEN : EXIT_OK;
}
