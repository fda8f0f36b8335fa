/**
 * Drives the built program as a user does: arguments in, lines and an exit code out. Every process has a home of its
 * own unless it is given another's, so that nothing of this machine's user is read or changed.
 */
import { addressText, type Lab, PEER_PORT } from "./lab.ts";
import { type Exit, LineProcess } from "./line-process.ts";
import { STARLING_PROGRAM } from "./prerequisites.ts";

export interface StarlingOptions {
  /** Folder for state and configuration; a new one unless given. */
  readonly home?: string;
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** A command line in front of the program, e.g. to enter a network namespace. */
  readonly prefix?: readonly string[];
  readonly name?: string;
}

export interface NodeOptions extends StarlingOptions {
  /** A new loopback address unless given. */
  readonly host?: string;
  readonly port?: number;
  /** HOST:PORT each; none at all means `--bootstrap none`. */
  readonly bootstrap?: readonly string[];
  /** HOST:PORT of peers to dial, `--peer`. */
  readonly peers?: readonly string[];
  readonly extra?: readonly string[];
}

/** One line of `get --json`. */
export interface TransferLine {
  readonly type: string;
  readonly id?: string;
  readonly t: number;
  readonly [field: string]: unknown;
}

/** How long the program may take from its start to the line `listening …`. */
const LISTEN_TIMEOUT_MS = 20_000;
const COMMAND_TIMEOUT_MS = 60_000;

export class Starling extends LineProcess {
  readonly home: string;
  readonly host: string;
  readonly port: number;

  /** Starts the program with exactly these arguments. */
  static start(lab: Lab, args: readonly string[], options: StarlingOptions = {}): Starling {
    return lab.run(new Starling(args, undefined, options.home ?? lab.newFolder("home"), options));
  }

  /** Starts a command at a loopback address, with its bootstrap nodes and peers. */
  static startAt(lab: Lab, args: readonly string[], options: NodeOptions = {}): Starling {
    const host = options.host ?? lab.newHost();
    const port = options.port ?? PEER_PORT;
    const bootstrap = options.bootstrap ?? [];
    const network = [
      ...["--host", host, "--port", String(port)],
      ...(bootstrap.length === 0 ? ["none"] : bootstrap).flatMap((node) => ["--bootstrap", node]),
      ...(options.peers ?? []).flatMap((peer) => ["--peer", peer]),
      ...(options.extra ?? []),
    ];
    const home = options.home ?? lab.newFolder("home");
    return lab.run(new Starling([...args, ...network], { host, port }, home, options));
  }

  static async dhtServe(lab: Lab, options: NodeOptions = {}): Promise<Starling> {
    const node = Starling.startAt(lab, ["dht", "serve"], options);
    await node.waitForLine(/^listening /, LISTEN_TIMEOUT_MS);
    return node;
  }

  static get(lab: Lab, source: string, folder: string, options: NodeOptions = {}): Starling {
    return Starling.startAt(lab, ["get", source, "-o", folder], options);
  }

  /** Shares paths; resolves when it listens, to the process and one magnet a path. */
  static async share(
    lab: Lab,
    paths: readonly string[],
    options: NodeOptions = {},
  ): Promise<{ readonly process: Starling; readonly magnets: readonly string[] }> {
    const process = Starling.startAt(lab, ["share", ...paths], options);
    await process.waitForLine(/^listening /, LISTEN_TIMEOUT_MS);
    const results = process.lines.filter((line) => line.stream === "stdout").map((line) => line.text);
    const listening = results.findIndex((line) => line.startsWith("listening "));
    return { process, magnets: results.slice(0, listening) };
  }

  static async seed(
    lab: Lab,
    torrent: string,
    dataFolder: string,
    options: NodeOptions = {},
  ): Promise<Starling> {
    const process = Starling.startAt(lab, ["seed", torrent, "--data", dataFolder], options);
    await process.waitForLine(/^listening /, LISTEN_TIMEOUT_MS);
    return process;
  }

  private constructor(
    args: readonly string[],
    at: { readonly host: string; readonly port: number } | undefined,
    home: string,
    options: StarlingOptions,
  ) {
    super({
      name: options.name ?? `starling ${args[0]}${at === undefined ? "" : ` at ${at.host}`}`,
      command: [...(options.prefix ?? []), process.execPath, STARLING_PROGRAM, ...args],
      env: { ...homeEnvironment(home), STARLING_LOOPBACK_ONLY: "1", STARLING_DEBUG: "1", ...options.env },
    });
    this.home = home;
    this.host = at?.host ?? "";
    this.port = at?.port ?? PEER_PORT;
  }

  get address(): string {
    return addressText(this.host, this.port);
  }

  /** The lines of `--json` so far, as objects. */
  jsonLines(): TransferLine[] {
    return this.lines
      .filter((line) => line.stream === "stdout" && line.text.startsWith("{"))
      .map((line) => JSON.parse(line.text) as TransferLine);
  }

  /** Resolves to the first line of `--json` of that type, past or future. */
  async waitForJson(type: string, timeoutMs: number): Promise<TransferLine> {
    const isWanted = (line: TransferLine): boolean => line.type === type;
    return this.waitFor(() => this.jsonLines().find(isWanted), timeoutMs, `a JSON line of type "${type}"`);
  }

  /** Waits for a good end; anything else is an error that quotes what the program said. */
  async waitForSuccess(timeoutMs: number): Promise<void> {
    const { code, signal } = await this.waitForExit(timeoutMs);
    if (code !== 0) throw new Error(this.describe(`ended with ${signal ?? code}`));
  }
}

/** Runs a command to its end. */
export async function runStarling(
  lab: Lab,
  args: readonly string[],
  options: StarlingOptions = {},
): Promise<Exit & { readonly stdout: readonly string[]; readonly stderr: readonly string[] }> {
  const run = Starling.start(lab, args, options);
  const exit = await run.waitForExit(COMMAND_TIMEOUT_MS);
  const textOf = (stream: string): string[] =>
    run.lines.filter((line) => line.stream === stream).map((line) => line.text);
  return { ...exit, stdout: textOf("stdout"), stderr: textOf("stderr") };
}

/** Every folder that a program may keep things in, below one. */
function homeEnvironment(home: string): Record<string, string> {
  return {
    HOME: home,
    XDG_CONFIG_HOME: `${home}/config`,
    XDG_DATA_HOME: `${home}/data`,
    XDG_STATE_HOME: `${home}/state`,
    XDG_CACHE_HOME: `${home}/cache`,
    XDG_RUNTIME_DIR: `${home}/run`,
  };
}
