/** The command line as commander sees it: names, options and help; each command lives in a file of its own. */
import { Command, CommanderError } from "commander";
import { separateBareOptions } from "./arguments/bare-options.ts";
import { addLimitOptions, addNetworkOptions, collect, DEFAULT_PORT } from "./arguments/network-options.ts";
import { EXIT_OK, exitCodeOf } from "./exit-codes.ts";
import { Output } from "./output/output.ts";
import { reportError } from "./report-error.ts";
import { VERSION } from "./version.ts";

const EXAMPLES = `
Examples:
  starling                                        open the dashboard
  starling get 'magnet:?xt=urn:btih:…'            download, verify, exit
  starling share ~/Pictures/holiday               make a magnet link and seed
  starling dht serve --port 7000                  a bootstrap node for a DHT of your own
  starling demo                                   see it all work on this machine alone`;

/** What commander collected for a command; the command's own file gives it a meaning. */
type Flags = Record<string, unknown>;
type Run = (operands: readonly string[], flags: never, output: Output) => Promise<number>;

/** Runs one command line to its end and answers the exit code. Never rejects. */
export async function runProgram(argv: readonly string[]): Promise<number> {
  let exit = EXIT_OK;
  const program = buildProgram((code) => {
    exit = code;
  });
  try {
    await program.parseAsync(separateBareOptions(withDefaultCommand(argv)), { from: "user" });
    return exit;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT_OK : exitCodeOf("USAGE");
    return reportError(error, outputFor({ json: argv.includes("--json") }));
  }
}

const ABOUT_OPTIONS: readonly string[] = ["-h", "--help", "-V", "--version"];

/** `starling`, `starling MAGNET`, `starling FILE.torrent` and `starling --OPTION` mean `open`. */
function withDefaultCommand(argv: readonly string[]): readonly string[] {
  const first = argv[0];
  if (first === undefined) return ["open"];
  if (first.startsWith("-")) return ABOUT_OPTIONS.includes(first) ? argv : ["open", ...argv];
  const isSource = /^magnet:/i.test(first) || /^[0-9a-f]{40}$/i.test(first) || first.endsWith(".torrent");
  return isSource ? ["open", ...argv] : argv;
}

function outputFor(flags: Flags): Output {
  return new Output({ quiet: flags["quiet"] === true, json: flags["json"] === true });
}

function buildProgram(setExit: (code: number) => void): Command {
  const program = new Command("starling")
    .description(
      "A trackerless BitTorrent client: a DHT finds the peers, a dashboard says how the swarm is doing and why.",
    )
    .version(`starling ${VERSION}`, "-V, --version")
    .showSuggestionAfterError()
    .exitOverride()
    .addHelpText("after", EXAMPLES);

  /** Declares a command; `load` is only called when it runs, so that others cost nothing. */
  const command = (
    parent: Command,
    usage: string,
    description: string,
    load: () => Promise<Run>,
  ): Command => {
    const declared = parent.command(usage).description(description);
    declared
      .option("--json", "print JSON instead of text")
      .option("-q, --quiet", "print results only")
      .exitOverride()
      .showSuggestionAfterError()
      .action(async (...parameters: unknown[]) => {
        const flags = declared.opts<Flags>();
        const operands = parameters
          .slice(0, -2)
          .flat()
          .filter((operand) => operand !== undefined) as string[];
        const output = outputFor(flags);
        try {
          const run = await load();
          setExit(await run(operands, flags as never, output));
        } catch (error) {
          setExit(reportError(error, output));
        }
      });
    return declared;
  };

  declareTransfers(program, command);
  declareFiles(program, command);
  declareDht(program, command);
  command(
    program,
    "demo",
    "a swarm on this machine alone: a DHT, seeders and a download, to look at",
    async () => (await import("./commands/demo.ts")).runDemo,
  ).option("--keep", "go on afterwards and print how another client can join");
  return program;
}

type Declare = (parent: Command, usage: string, description: string, load: () => Promise<Run>) => Command;

function declareTransfers(program: Command, command: Declare): void {
  const open = command(
    program,
    "open [source...]",
    "open the dashboard, adding magnets, hashes or .torrent files",
    async () => (await import("./commands/open.ts")).runOpen,
  );
  addLimitOptions(addNetworkOptions(open, String(DEFAULT_PORT)))
    .option("-o, --output <dir>", "folder for downloads")
    .option("--peer <host:port>", "peer to try first, repeatable", collect, [])
    .option("--ascii", "draw with ASCII only")
    .option("--color <when>", "always, never or auto");

  const get = command(
    program,
    "get <source...>",
    "download, verify and exit (- reads links from standard input)",
    async () => (await import("./commands/get.ts")).runGet,
  );
  addLimitOptions(addNetworkOptions(get, String(DEFAULT_PORT)))
    .option("-o, --output <dir>", "folder that will hold the content's own folder or file", ".")
    .option("--peer <host:port>", "peer to try first, repeatable", collect, [])
    .option("--select <files>", "only these files: numbers, ranges or globs, like 1,3-5 or '**/*.txt'")
    .option("--list", "print the files and exit")
    .option("--seed [GOAL]", "after the download seed: for ever, to a ratio (=1.5) or for a time (=2h)")
    .option("--timeout <duration>", "give up when no peer and no metadata came within this time")
    .option("--stall-timeout <duration>", "give up when no byte came for this long");

  const share = command(
    program,
    "share <path...>",
    "make a torrent of each path, print its magnet, seed",
    async () => (await import("./commands/share.ts")).runShare,
  );
  addLimitOptions(addNetworkOptions(share, String(DEFAULT_PORT)))
    .option("--peer <host:port>", "peer to try first, repeatable", collect, [])
    .option("--name <name>", "name of the torrent instead of the path's own")
    .option("--piece-size <size>", "piece length, a power of two such as 256K");

  const seed = command(
    program,
    "seed <source>",
    "seed data that is on disk",
    async () => (await import("./commands/seed.ts")).runSeed,
  );
  addLimitOptions(addNetworkOptions(seed, String(DEFAULT_PORT)))
    .option("--peer <host:port>", "peer to try first, repeatable", collect, [])
    .option("--data <dir>", "folder that holds the content's own folder or file", ".");
}

function declareFiles(program: Command, command: Declare): void {
  command(
    program,
    "create <path>",
    "make a .torrent file without any network",
    async () => (await import("./commands/create.ts")).runCreate,
  )
    .option("-o, --output <file>", "the .torrent file to write")
    .option("--name <name>", "name of the torrent instead of the path's own")
    .option("--piece-size <size>", "piece length, a power of two such as 256K");

  const info = command(
    program,
    "info <source>",
    "what a magnet or a .torrent file holds",
    async () => (await import("./commands/info.ts")).runInfo,
  );
  addNetworkOptions(info, "a free one")
    .option("--peer <host:port>", "peer to ask for the metadata, repeatable", collect, [])
    .option("--save <file>", "write the .torrent file")
    .option("--timeout <duration>", "how long to look for the metadata of a magnet", "60s");

  command(
    program,
    "verify <source> <dir>",
    "compare data on disk with a .torrent file",
    async () => (await import("./commands/verify.ts")).runVerify,
  );
}

function declareDht(program: Command, command: Declare): void {
  const dht = program
    .command("dht")
    .description("work with the DHT itself")
    .exitOverride()
    .showSuggestionAfterError();
  addNetworkOptions(
    command(
      dht,
      "serve",
      "run a DHT node that others can bootstrap from",
      async () => (await import("./commands/dht-serve.ts")).runDhtServe,
    ),
    String(DEFAULT_PORT),
  ).option("--limits <when>", "off lifts the limits on queries, for benchmarks", "on");
  addNetworkOptions(
    command(
      dht,
      "ping <address>",
      "ask one node whether it is there",
      async () => (await import("./commands/dht-ping.ts")).runDhtPing,
    ),
    "a free one",
  ).option("-c, --count <n>", "how many times", "1");
  addNetworkOptions(
    command(
      dht,
      "lookup <hash>",
      "find the nodes closest to an id",
      async () => (await import("./commands/dht-lookup.ts")).runDhtLookup,
    ),
    "a free one",
  ).option("--trace", "show every node that was asked");
  addNetworkOptions(
    command(
      dht,
      "peers <hash>",
      "find the peers of a torrent",
      async () => (await import("./commands/dht-peers.ts")).runDhtPeers,
    ),
    "a free one",
  );
}
