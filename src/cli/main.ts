#!/usr/bin/env node
/** Entry of the `starling` command. Small, so that `--version` costs little more than starting Node. */
import { VERSION } from "./version.ts";

/** Commands that start an engine as soon as their arguments are read. */
const ENGINE_COMMANDS: readonly string[] = ["get", "seed"];

const argv = process.argv.slice(2);
/** The dashboard itself, which needs one unless there is an engine already. */
const isDashboard =
  process.stdout.isTTY === true && ((argv[0] ?? "--").startsWith("--") || argv[0] === "open");
if (argv.length === 1 && (argv[0] === "--version" || argv[0] === "-V")) {
  process.stdout.write(`starling ${VERSION}\n`);
} else {
  if ((isDashboard || ENGINE_COMMANDS.includes(argv[0] ?? "")) && !argv.includes("--help"))
    (await import("./engine/engine-thread.ts")).prepareEngineThread();
  const { runProgram } = await import("./program.ts");
  process.exit(await runProgram(argv));
}
