/** `starling completions bash|zsh|fish`: the script that teaches a shell the words of this program. */
import type { Command } from "commander";
import { ClientError } from "../../core/errors.ts";
import { bashScript } from "../completions/bash.ts";
import { fishScript } from "../completions/fish.ts";
import { type CommandWords, wordsOf } from "../completions/program-words.ts";
import { zshScript } from "../completions/zsh.ts";
import { EXIT_OK } from "../exit-codes.ts";
import type { Output } from "../output/output.ts";

export const SHELLS: readonly string[] = ["bash", "zsh", "fish"];

const SCRIPTS: Readonly<Record<string, (commands: readonly CommandWords[]) => string>> = {
  bash: bashScript,
  zsh: zshScript,
  fish: fishScript,
};

export async function runCompletions(
  operands: readonly string[],
  _flags: object,
  output: Output,
  program: Command,
): Promise<number> {
  const shell = operands[0];
  const script = shell === undefined ? undefined : SCRIPTS[shell];
  if (script === undefined)
    throw new ClientError("USAGE", "Which shell?", { hint: "starling completions bash, zsh or fish" });
  const text = script(wordsOf(program));
  output.result(text.trimEnd());
  output.json({ ok: true, shell, script: text });
  return EXIT_OK;
}
