/** `starling config get|set|unset|list|path`: the settings of the file and the environment, and where each comes from. */
import type { Command } from "commander";
import { ClientError } from "../../core/errors.ts";
import { safeText } from "../../core/safe-text.ts";
import { EXIT_OK } from "../exit-codes.ts";
import { PRIVATE_MODES, writeWhole } from "../files/write-whole.ts";
import type { Output } from "../output/output.ts";
import { checkSetting } from "../settings/check-setting.ts";
import { type ConfigValue, readConfigText } from "../settings/config-file.ts";
import { editConfig } from "../settings/edit-config.ts";
import { type Setting, settingsOf } from "../settings/setting.ts";
import {
  configPath,
  fromText,
  openSources,
  type SetValue,
  unknownSetting,
} from "../settings/setting-sources.ts";

interface ConfigFlags {
  readonly config?: string;
  readonly all?: boolean;
  readonly origin?: boolean;
}

export async function runConfigPath(
  _operands: readonly string[],
  flags: ConfigFlags,
  output: Output,
): Promise<number> {
  const path = configPath(flags.config);
  output.result(path);
  output.json({ ok: true, path });
  return EXIT_OK;
}

export async function runConfigGet(
  operands: readonly string[],
  flags: ConfigFlags,
  output: Output,
  program: Command,
): Promise<number> {
  const settings = settingsOf(program);
  const setting = settingNamed(operands[0] as string, settings);
  const sources = await openSources(configPath(flags.config), () => settings);
  const set = sources.valueOf([setting.key], setting.kind);
  output.result(set === undefined ? "" : valueText(set.value));
  output.json({ ok: true, ...jsonOf(setting, set) });
  return EXIT_OK;
}

export async function runConfigList(
  _operands: readonly string[],
  flags: ConfigFlags,
  output: Output,
  program: Command,
): Promise<number> {
  const settings = settingsOf(program);
  const sources = await openSources(configPath(flags.config), () => settings);
  const rows = [...settings.values()].map((setting) => ({
    setting,
    set: sources.valueOf([setting.key], setting.kind),
  }));
  const shown = rows.filter(({ set }) => set !== undefined || flags.all === true);
  for (const { setting, set } of shown) {
    const origin = set !== undefined && flags.origin === true ? `  # ${set.origin}` : "";
    if (set === undefined) output.result(`# ${setting.key} (${setting.variable}): ${setting.description}`);
    else output.result(`${setting.key} = ${valueText(set.value)}${origin}`);
  }
  if (shown.length === 0) output.note("Nothing is set. starling config list --all shows what can be.");
  output.json({ ok: true, settings: shown.map(({ setting, set }) => jsonOf(setting, set)) });
  return EXIT_OK;
}

export async function runConfigSet(
  operands: readonly string[],
  flags: ConfigFlags,
  output: Output,
  program: Command,
): Promise<number> {
  const [key, ...texts] = operands as [string, ...string[]];
  const setting = settingNamed(key, settingsOf(program));
  if (texts.length > 1 && setting.kind !== "list")
    throw new ClientError("USAGE", `${setting.key} takes one value`, { hint: "Quote a value with spaces." });
  const value = fromText(texts.join(","), setting.kind, setting.key);
  checkSetting(setting.key, value);
  return await change(setting.key, value, flags, output);
}

export async function runConfigUnset(
  operands: readonly string[],
  flags: ConfigFlags,
  output: Output,
): Promise<number> {
  // Any key: taking out one that means nothing is how a file is mended.
  return await change(operands[0] as string, undefined, flags, output);
}

async function change(
  key: string,
  value: ConfigValue | undefined,
  flags: ConfigFlags,
  output: Output,
): Promise<number> {
  const path = configPath(flags.config);
  const text = await readConfigText(path);
  await writeWhole(path, editConfig(text, key, value, path), PRIVATE_MODES);
  output.note(value === undefined ? `${safeText(key)} is not set` : `${key} = ${valueText(value)}`);
  output.json({ ok: true, key, value: value ?? null, path });
  return EXIT_OK;
}

function settingNamed(key: string, settings: ReadonlyMap<string, Setting>): Setting {
  const setting = settings.get(key);
  if (setting === undefined) throw unknownSetting(key, settings.keys(), "");
  return setting;
}

function valueText(value: ConfigValue): string {
  return safeText(typeof value === "object" ? value.join(",") : String(value));
}

function jsonOf(setting: Setting, set: SetValue | undefined): object {
  return { key: setting.key, value: set?.value ?? null, origin: set?.origin ?? null };
}
