#!/usr/bin/env node
/** Entry of the `starling` command. Small, so that `--version` costs little more than starting Node. */
import { VERSION } from "./version.ts";

const argv = process.argv.slice(2);
if (argv.length === 1 && (argv[0] === "--version" || argv[0] === "-V")) {
  process.stdout.write(`starling ${VERSION}\n`);
} else {
  const { runProgram } = await import("./program.ts");
  process.exit(await runProgram(argv));
}
