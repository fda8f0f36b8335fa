/** The command line as commander sees it; the commands are declared in `program/`, each runs in a file of its own. */
import { Command, CommanderError } from "commander";
import { ClientError } from "../core/errors.ts";
import { separateBareOptions } from "./arguments/bare-options.ts";
import { EXIT_OK, exitCodeOf } from "./exit-codes.ts";
import { type Example, withExamples } from "./manual/examples.ts";
import { declareDaemon } from "./program/daemon-commands.ts";
import { commandDeclarer, outputFor, withHelpOrder } from "./program/declare-command.ts";
import { declareDht } from "./program/dht-commands.ts";
import { declareEngine } from "./program/engine-commands.ts";
import { declareFiles } from "./program/file-commands.ts";
import { declareLab } from "./program/lab-commands.ts";
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
  const program = buildProgram((code) => {
    exit = code;
  });
  try {
    await program.parseAsync(separateBareOptions(withDefaultCommand(argv)), { from: "user" });
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

/** The whole program: what parses the command line, and what help, completions and manual pages are made from. */
export function buildProgram(setExit: (code: number) => void): Command {
  const program = new Command("starling")
    .description(
      "A trackerless BitTorrent client: a DHT finds the peers, a dashboard says how the swarm is doing and why.",
    )
    .version(`starling ${VERSION}`, "-V, --version")
    .showSuggestionAfterError()
    .configureOutput({ outputError: () => {} })
    .exitOverride();
  withExamples(withHelpOrder(program), EXAMPLES).helpOption("-h, --help", "show this help");
  const command = commandDeclarer(setExit);
  program.commandsGroup("Transfers:");
  declareTransfers(program, command);
  program.commandsGroup("The Starling that runs:");
  declareEngine(program, command);
  declareDaemon(program, command);
  program.commandsGroup("Torrents as files:");
  declareFiles(program, command);
  program.commandsGroup("The network:");
  declareDht(program, command);
  command(
    program,
    "demo",
    "a swarm on this machine alone: a DHT, seeders and a download, to look at",
    async () => (await import("./commands/demo.ts")).runDemo,
  )
    .option("--keep", "go on afterwards and print how another client can join")
    .option("--scenario <name>", "show trouble instead: no-seed, one-source, all-choked, poisoned, …");
  program.commandsGroup("Around it:");
  declareLab(program, command);
  declareSetup(program, command);
  return program;
}
