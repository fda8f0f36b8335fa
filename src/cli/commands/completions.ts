/** `starling completions bash|zsh|fish`: the script that teaches a shell the words of this program. */
import type { Command } from "commander";
import { ClientError } from "../../core/errors.ts";
import { type ProfileFlags, parseEngineProfile } from "../arguments/profile.ts";
import { bashScript } from "../completions/bash.ts";
import { fishScript } from "../completions/fish.ts";
import { type CommandWords, wordsOf } from "../completions/program-words.ts";
import { zshScript } from "../completions/zsh.ts";
import { attachEngine } from "../engine/attach-engine.ts";
import { EXIT_OK } from "../exit-codes.ts";
import type { Output } from "../output/output.ts";

interface CompletionFlags extends ProfileFlags {
  readonly torrents?: boolean;
}

const SCRIPTS: Readonly<Record<string, (commands: readonly CommandWords[]) => string>> = {
  bash: bashScript,
  zsh: zshScript,
  fish: fishScript,
};

export async function runCompletions(
  operands: readonly string[],
  flags: CompletionFlags,
  output: Output,
  program: Command,
): Promise<number> {
  if (flags.torrents === true) return await printTorrents(flags, output);
  const shell = operands[0];
  const script = shell === undefined ? undefined : SCRIPTS[shell];
  if (script === undefined)
    throw new ClientError("USAGE", "Which shell?", { hint: "starling completions bash, zsh or fish" });
  const text = script(wordsOf(program));
  output.result(text.trimEnd());
  output.json({ ok: true, shell, script: text });
  return EXIT_OK;
}

/** Asked by the scripts at each press of TAB: says nothing where nothing can be said. */
async function printTorrents(flags: ProfileFlags, output: Output): Promise<number> {
  const engine = await attachEngine({ profile: parseEngineProfile(flags) }).catch(() => undefined);
  for (const { name } of engine?.getSnapshot().torrents ?? []) output.result(name);
  engine?.close();
  return EXIT_OK;
}
