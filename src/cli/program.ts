/** The command line as commander sees it; the commands are declared in `program/`, each runs in a file of its own. */
import { Command, CommanderError } from "commander";
import { ClientError } from "../core/errors.ts";
import { separateBareOptions } from "./arguments/bare-options.ts";
import { EXIT_OK, exitCodeOf } from "./exit-codes.ts";
import { type Example, withExamples } from "./manual/examples.ts";
import { declareDaemon } from "./program/daemon-commands.ts";
import { commandDeclarer, type Declare, outputFor, withHelpOrder } from "./program/declare-command.ts";
import { declareDht } from "./program/dht-commands.ts";
import { declareEngine } from "./program/engine-commands.ts";
import { declareFiles } from "./program/file-commands.ts";
import { declareLab } from "./program/lab-commands.ts";
import { declareNetwork } from "./program/network-commands.ts";
import { declareSetup } from "./program/setup-commands.ts";
import { declareTransfers } from "./program/transfer-commands.ts";
import { reportError } from "./report-error.ts";
import { VERSION } from "./version.ts";

const EXAMPLES: readonly Example[] = [
  { line: "starling", does: "open the dashboard" },
  { line: "starling get 'magnet:?xt=urn:btih:…'", does: "download, verify, exit" },
  { line: "starling share ~/Pictures/holiday", does: "make a magnet link and seed" },
  { line: "starling dht serve --port 7000", does: "a bootstrap node for a DHT of your own" },
  { line: "starling demo", does: "see it all work on this machine alone" },
];

/** Runs one command line to its end and answers the exit code. Never rejects. */
export async function runProgram(argv: readonly string[]): Promise<number> {
  let exit = EXIT_OK;
  const words = withDefaultCommand(argv);
  const setExit = (code: number): void => {
    exit = code;
  };
  try {
    await buildProgram(setExit, words[0]).parseAsync(separateBareOptions(words), { from: "user" });
    return exit;
  } catch (error) {
    const output = outputFor({ json: argv.includes("--json") });
    if (!(error instanceof CommanderError)) return reportError(error, output);
    if (error.exitCode === 0) return EXIT_OK;
    // A group without a command has printed its help.
    return error.code === "commander.help" ? exitCodeOf("USAGE") : reportError(usageError(error), output);
  }
}

/** Commander's sentence and its suggestion, in the form of all our errors. */
function usageError(error: CommanderError): ClientError {
  const [what = "", suggestion] = error.message.replace(/^error: /, "").split("\n");
  const hint =
    suggestion?.replace(/^\((.*)\)$/, "$1") ??
    "starling --help lists the commands, starling COMMAND --help its options.";
  return new ClientError("USAGE", what, { hint });
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

interface Group {
  /** In the help. */
  readonly heading: string;
  /** The first words of its commands; empty where the commands tell about the whole program. */
  readonly words: readonly string[];
  readonly declare: (program: Command, command: Declare) => void;
}

const GROUPS: readonly Group[] = [
  { heading: "Transfers:", words: ["open", "get", "share", "seed"], declare: declareTransfers },
  {
    heading: "The Starling that runs:",
    words: "status ls peers files log why pause resume rm set limit stop".split(" "),
    declare: declareEngine,
  },
  { heading: "The Starling that runs:", words: ["daemon"], declare: declareDaemon },
  { heading: "Torrents as files:", words: ["create", "info", "probe", "verify"], declare: declareFiles },
  { heading: "The network:", words: ["dht"], declare: declareDht },
  { heading: "The network:", words: ["network"], declare: declareNetwork },
  { heading: "The network:", words: ["demo"], declare: declareDemo },
  { heading: "Around it:", words: ["lab"], declare: declareLab },
  { heading: "Around it:", words: [], declare: declareSetup },
];

/**
 * What parses the command line, and what help, completions and manual pages are made from: the whole program, or the group
 * of the command that is named, where that is all that is needed. Declaring everything costs a tenth of a start.
 */
export function buildProgram(setExit: (code: number) => void, named?: string): Command {
  const program = new Command("starling")
    .description(
      "A trackerless BitTorrent client: a DHT finds the peers, a dashboard says how the swarm is doing and why.",
    )
    .version(`starling ${VERSION}`, "-V, --version")
    .showSuggestionAfterError()
    .configureOutput({ outputError: () => {} })
    .exitOverride();
  withExamples(withHelpOrder(program), EXAMPLES).helpOption("-h, --help", "show this help");
  const group = GROUPS.find(({ words }) => named !== undefined && words.includes(named));
  const whole = (): Command => (group === undefined ? program : buildProgram(setExit));
  const command = commandDeclarer(setExit, whole);
  for (const { heading, declare } of group === undefined ? GROUPS : [group]) {
    program.commandsGroup(heading);
    declare(program, command);
  }
  return program;
}

function declareDemo(program: Command, command: Declare): void {
  command(
    program,
    "demo",
    "a swarm on this machine alone: a DHT, seeders and a download, to look at",
    async () => (await import("./commands/demo.ts")).runDemo,
  )
    .option("--keep", "go on afterwards and print how another client can join")
    .option("--scenario <name>", "show trouble instead: no-seed, one-source, all-choked, poisoned, …");
}
