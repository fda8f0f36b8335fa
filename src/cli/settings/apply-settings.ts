/** Puts settings under the flags of a command: what was typed counts most, then the environment, then the file. */
import type { Command, Option } from "commander";
import { keysOf, rivalsOf, settableOptions, settingOf, settingsOf } from "./setting.ts";
import { configPath, openSources, type SettingSources, type SetValue } from "./setting-sources.ts";

/** The values that settings gave to options, by the option's long name. */
const APPLIED = new WeakMap<Command, Map<string, SetValue>>();

/** A command without settable options reads no file. Rejects with USAGE for a file that cannot be read, has unknown keys or values of the wrong kind. */
export async function applySettings(command: Command, whole: () => Command): Promise<void> {
  if (settableOptions(command).length === 0) return;
  const path = configPath(command.getOptionValue("config") as string | undefined);
  const sources = await openSources(path, () => settingsOf(whole()));
  const applied = new Map<string, SetValue>();
  APPLIED.set(command, applied);
  for (const option of settableOptions(command)) {
    const name = option.attributeName();
    if (command.getOptionValueSource(name) === "cli" || isRuledOut(command, option)) continue;
    const set = settingFor(command, option, sources);
    if (set === undefined) continue;
    applied.set(option.long as string, set);
    command.setOptionValueWithSource(name, option.negate ? !set.value : set.value, "config");
  }
}

/** Where the value of `flag` comes from, if from a setting. */
export function originOf(command: Command, flag: string): string | undefined {
  return APPLIED.get(command)?.get(flag)?.origin;
}

/** Options are looked at in the order of their declaration, `--network` first. */
function isRuledOut(command: Command, option: Option): boolean {
  return command.options.some((other) => {
    if (!rivalsOf(option).includes(other.long ?? "")) return false;
    const source = command.getOptionValueSource(other.attributeName());
    return source === "cli" || source === "config";
  });
}

function settingFor(command: Command, option: Option, sources: SettingSources): SetValue | undefined {
  const keys = keysOf(command, option);
  return sources.valueOf(keys, settingOf(keys[0] as string, option).kind);
}
