/**
 * `starling`: the dashboard, adding what was named. Where a Starling runs, what was named is handed over to it, and the
 * dashboard is one more viewer; else the engine lives here. Without a terminal: what it is, and how to use it.
 */
import { join, resolve } from "node:path";
import { safeText } from "../../core/safe-text.ts";
import { starlingPaths } from "../../platform/index.ts";
import type { EngineClient, SessionView, TorrentSnapshot } from "../../session/index.ts";
import { formatMagnet } from "../../torrent/magnet.ts";
import { encodeTorrentFile } from "../../torrent/metainfo.ts";
import type { LeaveReason } from "../../ui/index.ts";
import { parsePeers } from "../arguments/network-options.ts";
import { parseEngineProfile } from "../arguments/profile.ts";
import { type TorrentFlags, torrentOptions } from "../arguments/torrent-options.ts";
import { attachEngine, attachedEngine } from "../engine/attach-engine.ts";
import { attachBackgroundEngine } from "../engine/background-engine.ts";
import { dropEngineThread } from "../engine/engine-thread.ts";
import { withOwnEngine } from "../engine/outlive-terminal.ts";
import { type EngineFlags, profileEngineSettings } from "../engine/profile-settings.ts";
import { type RunningEngine, startEngine } from "../engine/start-engine.ts";
import { ENDING_SIGNALS, EXIT_OK, exitCodeOf, exitCodeOfSignal } from "../exit-codes.ts";
import { Output } from "../output/output.ts";
import { completePath, expandHome } from "../terminal/complete-path.ts";
import { NodeLines, usesLines } from "../terminal/node-lines.ts";
import { NodeTerminal, writeTerminalNow } from "../terminal/node-terminal.ts";
import { loadPreferences, savePreferences } from "../terminal/saved-preferences.ts";
import { makeTorrent } from "../transfers/make-torrent.ts";
import { readSource, readTorrentFile } from "../transfers/read-source.ts";
import { resolveKeyLinks } from "../transfers/resolve-key-links.ts";
import { runGet } from "./get.ts";

interface OpenFlags extends EngineFlags, DisplayFlags, TorrentFlags {
  readonly output?: string;
  readonly peer?: readonly string[];
  readonly profile?: string;
  readonly detach?: boolean;
}

export async function runOpen(named: readonly string[], flags: OpenFlags, output: Output): Promise<number> {
  const operands = await resolveKeyLinks(named, flags, output);
  const profile = parseEngineProfile(flags);
  const running = (await attachEngine({ profile })) ?? (await startDetached(profile, flags));
  const hasTerminal = process.stdin.isTTY === true && process.stdout.isTTY === true;
  if (running !== undefined) dropEngineThread();
  if (running !== undefined && (operands.length > 0 || !hasTerminal)) {
    return await handOver(running, operands, flags, output).finally(() => running.close());
  }
  if (!hasTerminal) {
    if (operands.length > 0) return runGet(operands, { ...flags, output: flags.output ?? "." }, output);
    output.result(WITHOUT_TERMINAL);
    return EXIT_OK;
  }
  const face = loadFace();
  const peers = parsePeers(flags.peer);
  const folder = folderFor(flags);
  const sources = await Promise.all(operands.map((operand) => readSource(operand)));
  const settings = profileEngineSettings(flags, { profile, folder, peers, life: "dashboard" });
  const engine = running === undefined ? await startEngine(settings) : attachedEngine(running);
  const resolveKeyLink = async (link: string): Promise<string> =>
    (await resolveKeyLinks([link], flags, new Output({ quiet: true })))[0] ?? link;
  const show = async (): Promise<number> => {
    await face;
    for (const source of sources)
      await engine.view.commands.add(source, { folder, peers, ...torrentOptions(flags) });
    return await showDashboard(
      engine,
      { ...flags, resolveKeyLink },
      join(starlingPaths().stateFolder, "dashboard.json"),
    );
  };
  return running === undefined
    ? await withOwnEngine(engine, { profile, settings }, show)
    : await show().finally(() => engine.close());
}

/** `--detach` where none runs: one that will. */
async function startDetached(profile: string, flags: OpenFlags): Promise<EngineClient | undefined> {
  if (flags.detach !== true) return undefined;
  const place = {
    profile,
    folder: folderFor(flags),
    peers: parsePeers(flags.peer),
    life: "background",
  } as const;
  return await attachBackgroundEngine(profile, profileEngineSettings(flags, place));
}

function folderFor(flags: OpenFlags): string {
  return resolve(flags.output ?? starlingPaths().downloadFolder);
}

/** Adds to the Starling that runs, and says so. */
async function handOver(
  running: EngineClient,
  operands: readonly string[],
  flags: OpenFlags,
  output: Output,
): Promise<number> {
  const { pid } = running.engine;
  if (operands.length === 0) {
    output.result(flags.detach === true ? `running in the background (pid ${pid})` : WITHOUT_TERMINAL);
    output.json({ ok: true, pid });
    return EXIT_OK;
  }
  const peers = parsePeers(flags.peer);
  const folder = flags.output === undefined ? {} : { folder: resolve(flags.output) };
  for (const operand of operands) {
    const options = { ...folder, peers, ...torrentOptions(flags) };
    const { id, isNew } = await running.commands.add(await readSource(operand), options);
    const name = (await shownTorrent(running, id))?.name ?? id;
    output.result(
      isNew
        ? `added ${name} (${id}) to the running starling (pid ${pid})`
        : `${name} (${id}) is there already (pid ${pid})`,
    );
    output.json({ v: 1, t: Date.now(), type: "added", id, name, isNew, pid });
  }
  return EXIT_OK;
}

/** How long the snapshot with a torrent that was added may be behind the answer; usually it is before. */
const SHOWN_LIMIT_MS = 1_000;

async function shownTorrent(view: SessionView, id: string): Promise<TorrentSnapshot | undefined> {
  const find = (): TorrentSnapshot | undefined =>
    view.getSnapshot().torrents.find((torrent) => torrent.id === id);
  let unsubscribe: () => void = () => {};
  let limit: NodeJS.Timeout | undefined;
  return await new Promise<TorrentSnapshot | undefined>((resolve) => {
    const look = (): void => {
      const found = find();
      if (found !== undefined) resolve(found);
    };
    unsubscribe = view.subscribe(look);
    limit = setTimeout(() => resolve(undefined), SHOWN_LIMIT_MS);
    look();
  }).finally(() => {
    unsubscribe();
    clearTimeout(limit);
  });
}

const WITHOUT_TERMINAL = `starling is a BitTorrent client without trackers; its dashboard needs a terminal. Without one:

  starling get 'magnet:?xt=urn:btih:…'      download, verify, exit
  starling share PATH                       make a magnet link and seed
  starling info FILE.torrent                what a torrent holds
  starling dht serve --port 7000            a bootstrap node for a DHT of your own

starling --help lists everything.`;

interface DisplayFlags {
  readonly ascii?: boolean;
  readonly color?: string;
  readonly mouse?: boolean;
  readonly screenReader?: boolean;
  /** The link to the torrent that the key of a link names now. */
  readonly resolveKeyLink?: (link: string) => Promise<string>;
  /** Leaves by itself when this settles. */
  readonly until?: Promise<unknown>;
}

/** What shows the session: the dashboard, or lines for a screen reader. */
interface Face {
  readonly done: Promise<{ readonly reason: LeaveReason }>;
  close(): void;
  /** What has to be written to give the terminal back when the process ends in another way. */
  leaveBytes?(): string;
}

/**
 * Shows the session until the user leaves or a signal comes; answers the exit code. The engine goes on. How the user
 * leaves the dashboard is kept in `preferencesFile`, if one is named.
 */
export async function showDashboard(
  engine: RunningEngine,
  flags: DisplayFlags,
  preferencesFile?: string,
): Promise<number> {
  const face = await openFace(engine, flags, preferencesFile);
  const giveBack = (): void => writeTerminalNow(face.leaveBytes?.() ?? "");
  let received: number | undefined;
  const onSignal = (signal: NodeJS.Signals): void => {
    received ??= exitCodeOfSignal(signal);
    face.close();
  };
  process.on("exit", giveBack);
  for (const signal of ENDING_SIGNALS) process.on(signal, onSignal);
  const crash = (error: unknown): void => {
    giveBack();
    const lines = (error instanceof Error ? (error.stack ?? error.message) : String(error)).split("\n");
    // A message may quote what others sent: it must not steer the terminal that we have just given back.
    process.stderr.write(`starling stopped: ${lines.map((line) => safeText(line)).join("\n")}\n`);
    process.exit(exitCodeOf("INTERNAL"));
  };
  process.on("uncaughtException", crash).on("unhandledRejection", crash);
  const failure = engine.failed.then((error) => {
    face.close();
    return error;
  });
  const close = (): void => face.close();
  flags.until?.then(close, close);
  const ended = await Promise.race([face.done, failure]);
  process.off("uncaughtException", crash).off("unhandledRejection", crash);
  process.off("exit", giveBack);
  for (const signal of ENDING_SIGNALS) process.off(signal, onSignal);
  if (ended instanceof Error) throw ended;
  // A terminal that closes tells it twice, by the end of its input and by SIGHUP, and either may come first.
  const isHungUp = ended.reason === "terminal-closed" && !usesLines(flags, process.env);
  return received ?? (isHungUp ? exitCodeOfSignal("SIGHUP") : EXIT_OK);
}

/** React is loaded only here; it can be while the engine starts in its thread. */
function loadFace(): Promise<typeof import("../../ui/index.ts")> {
  return import("../../ui/index.ts");
}

async function openFace(
  engine: RunningEngine,
  flags: DisplayFlags,
  preferencesFile: string | undefined,
): Promise<Face> {
  const { decideAbilities, mountDashboard, startLineMode } = await loadFace();
  const helpers = {
    view: engine.view,
    readTorrentFile: (path: string) => readTorrentFile(expandHome(path)),
    sharePath: (path: string) => share(engine, expandHome(path)),
    completePath,
    ...(flags.resolveKeyLink === undefined ? {} : { resolveKeyLink: flags.resolveKeyLink }),
  };
  if (usesLines(flags, process.env)) return startLineMode({ ...helpers, port: new NodeLines() });
  return mountDashboard({
    ...helpers,
    ...(preferencesFile === undefined
      ? {}
      : {
          preferences: loadPreferences(preferencesFile),
          savePreferences: (preferences: unknown) => savePreferences(preferencesFile, preferences),
        }),
    terminal: new NodeTerminal(),
    clock: {
      nowMs: () => performance.now(),
      setTimer: (delayMs, callback) => {
        const timer = setTimeout(callback, delayMs);
        return { [Symbol.dispose]: () => clearTimeout(timer) };
      },
    },
    hasMouse: flags.mouse !== false,
    abilities: decideAbilities({
      env: process.env,
      isTTY: true,
      platform: process.platform,
      ...(flags.color === "always" || flags.color === "never" ? { colourFlag: flags.color } : {}),
      ...(flags.ascii === true ? { isAsciiForced: true } : {}),
    }),
  });
}

async function share(
  engine: RunningEngine,
  path: string,
): Promise<{ readonly id: string; readonly name: string; readonly magnet: string }> {
  const { metainfo, folder, added } = await makeTorrent(path, {}, new Output({ quiet: true }));
  await engine.view.commands.add(
    { kind: "metainfo", bytes: encodeTorrentFile(metainfo) },
    { folder, seedOnly: true, ...added },
  );
  const magnet = formatMagnet({ infoHash: metainfo.infoHash, displayName: metainfo.name });
  return { id: metainfo.id, name: metainfo.name, magnet };
}
