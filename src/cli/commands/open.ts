/** `starling`: the dashboard on an engine of its own, adding what was named. Without a terminal: what it is, and how to use it. */
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { starlingPaths } from "../../platform/index.ts";
import { formatMagnet } from "../../torrent/magnet.ts";
import { encodeTorrentFile } from "../../torrent/metainfo.ts";
import {
  DEFAULT_PORT,
  type NetworkFlags,
  parseLimits,
  parseNetworkOptions,
  parsePeers,
} from "../arguments/network-options.ts";
import { type RunningEngine, startEngine } from "../engine/start-engine.ts";
import { ENDING_SIGNALS, EXIT_OK, exitCodeOfSignal } from "../exit-codes.ts";
import { Output } from "../output/output.ts";
import { NodeTerminal, writeTerminalNow } from "../terminal/node-terminal.ts";
import { makeTorrent } from "../transfers/make-torrent.ts";
import { readSource, readTorrentFile } from "../transfers/read-source.ts";
import { runGet } from "./get.ts";

interface OpenFlags extends NetworkFlags {
  readonly output?: string;
  readonly peer?: readonly string[];
  readonly maxDown?: string;
  readonly maxUp?: string;
  readonly ascii?: boolean;
  readonly color?: string;
}

export async function runOpen(
  operands: readonly string[],
  flags: OpenFlags,
  output: Output,
): Promise<number> {
  const paths = starlingPaths();
  const folder = resolve(flags.output ?? paths.downloadFolder);
  if (process.stdin.isTTY !== true || process.stdout.isTTY !== true) {
    if (operands.length > 0) return runGet(operands, { ...flags, output: flags.output ?? "." }, output);
    output.result(WITHOUT_TERMINAL);
    return EXIT_OK;
  }
  const peers = parsePeers(flags.peer);
  const sources = await Promise.all(operands.map((operand) => readSource(operand)));
  const engine = await startEngine({
    ...parseNetworkOptions(flags, DEFAULT_PORT),
    ...parseLimits(flags),
    peers,
    defaultFolder: folder,
    state: "own",
    stateFolder: join(paths.stateFolder, "session"),
  });
  try {
    for (const source of sources) await engine.view.commands.add(source, { folder, peers });
    return await showDashboard(engine, flags);
  } finally {
    await engine.close();
  }
}

const WITHOUT_TERMINAL = `starling is a BitTorrent client without trackers; its dashboard needs a terminal. Without one:

  starling get 'magnet:?xt=urn:btih:…'      download, verify, exit
  starling share PATH                       make a magnet link and seed
  starling info FILE.torrent                what a torrent holds
  starling dht serve --port 7000            a bootstrap node for a DHT of your own

starling --help lists everything.`;

/** Runs the dashboard until the user leaves or a signal comes; answers the exit code. The engine goes on. */
export async function showDashboard(
  engine: RunningEngine,
  flags: { readonly ascii?: boolean; readonly color?: string },
): Promise<number> {
  // React is loaded only here.
  const { decideAbilities, mountDashboard } = await import("../../ui/index.ts");
  const terminal = new NodeTerminal();
  const dashboard = mountDashboard({
    view: engine.view,
    terminal,
    clock: {
      nowMs: () => performance.now(),
      setTimer: (delayMs, callback) => {
        const timer = setTimeout(callback, delayMs);
        return { [Symbol.dispose]: () => clearTimeout(timer) };
      },
    },
    abilities: decideAbilities({
      env: process.env,
      isTTY: true,
      platform: process.platform,
      ...(flags.color === "always" || flags.color === "never" ? { colourFlag: flags.color } : {}),
      ...(flags.ascii === true ? { isAsciiForced: true } : {}),
    }),
    readTorrentFile: (path) => readTorrentFile(expandHome(path)),
    sharePath: (path) => share(engine, expandHome(path)),
  });
  const giveBack = (): void => writeTerminalNow(dashboard.leaveBytes());
  let received: number | undefined;
  const onSignal = (signal: NodeJS.Signals): void => {
    received ??= exitCodeOfSignal(signal);
    dashboard.close();
  };
  process.on("exit", giveBack);
  for (const signal of ENDING_SIGNALS) process.on(signal, onSignal);
  const crash = (error: unknown): void => {
    giveBack();
    process.stderr.write(
      `starling stopped: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
    );
    process.exit(70);
  };
  process.on("uncaughtException", crash).on("unhandledRejection", crash);
  const failure = engine.failed.then((error) => {
    dashboard.close();
    return error;
  });
  const ended = await Promise.race([dashboard.done, failure]);
  process.off("uncaughtException", crash).off("unhandledRejection", crash);
  process.off("exit", giveBack);
  for (const signal of ENDING_SIGNALS) process.off(signal, onSignal);
  if (ended instanceof Error) throw ended;
  return received ?? EXIT_OK;
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

function expandHome(path: string): string {
  return path.startsWith("~/") ? join(homedir(), path.slice(2)) : path;
}
