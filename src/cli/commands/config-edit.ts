/** `starling config edit`: the settings in the user's editor, looked at when it is closed. */
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import type { Command } from "commander";
import { ClientError } from "../../core/errors.ts";
import { EXIT_OK } from "../exit-codes.ts";
import { PRIVATE_MODES, writeWhole } from "../files/write-whole.ts";
import type { Output } from "../output/output.ts";
import { checkSetting } from "../settings/check-setting.ts";
import { readConfigFile } from "../settings/config-file.ts";
import { settingsOf } from "../settings/setting.ts";
import { configPath, fitted, unknownSetting } from "../settings/setting-sources.ts";

const EMPTY = "# Settings of Starling; starling config list --all says what can be set.\n";

export async function runConfigEdit(
  _operands: readonly string[],
  flags: { readonly config?: string },
  output: Output,
  program: Command,
): Promise<number> {
  const path = configPath(flags.config);
  const editor = process.env["VISUAL"] || process.env["EDITOR"];
  if (!editor)
    throw new ClientError("USAGE", "No editor is chosen.", {
      hint: `Set VISUAL or EDITOR to one, or edit ${path} yourself.`,
    });
  if (!existsSync(path)) await writeWhole(path, EMPTY, PRIVATE_MODES);
  await runEditor(editor, path);
  await check(path, program);
  output.note(`${path} is as it should be`);
  output.json({ ok: true, path });
  return EXIT_OK;
}

/** The words of `editor` and the path, without a shell. Rejects with USAGE when it cannot be run, or fails. */
function runEditor(editor: string, path: string): Promise<void> {
  const [name = "", ...args] = editor.trim().split(/\s+/);
  return new Promise((resolve, reject) => {
    const refuse = (what: string): void =>
      reject(new ClientError("USAGE", `The editor ${name} ${what}.`, { hint: "VISUAL or EDITOR names it." }));
    const child = spawn(name, [...args, path], { shell: false, stdio: "inherit" });
    child.once("error", ({ message }) => refuse(`cannot be run: ${message}`));
    child.once("exit", (exit, signal) => (exit === 0 ? resolve() : refuse(`ended with ${exit ?? signal}`)));
  });
}

/** What every other command would stumble over is said now. Rejects with USAGE. */
async function check(path: string, program: Command): Promise<void> {
  const settings = settingsOf(program);
  for (const [key, value] of await readConfigFile(path)) {
    const setting = settings.get(key);
    if (setting === undefined) throw unknownSetting(key, settings.keys(), path);
    checkSetting(key, fitted(value, setting.kind, key, path));
  }
}
