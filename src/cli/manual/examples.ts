/** Examples of commands: shown under `--help` and in the manual from one list. */
import type { Command } from "commander";

export interface Example {
  readonly line: string;
  readonly does: string;
}

const EXAMPLES = new WeakMap<Command, readonly Example[]>();

export function withExamples(command: Command, examples: readonly Example[]): Command {
  EXAMPLES.set(command, examples);
  const width = Math.max(...examples.map(({ line }) => line.length)) + 2;
  const lines = examples.map(({ line, does }) => `  ${line.padEnd(width)}${does}`);
  return command.addHelpText("after", `\nExamples:\n${lines.join("\n")}`);
}

export function examplesOf(command: Command): readonly Example[] {
  return EXAMPLES.get(command) ?? [];
}
