/**
 * What can be set for good: every option of the commands that is not about one call only. A setting is an option by
 * its long name (`--max-down` is `max-down` in the file and `STARLING_MAX_DOWN` in the environment) where it means
 * the same in all commands; for one command it is `COMMAND.NAME` (`get.timeout`, `STARLING_GET_TIMEOUT`).
 */
import type { Command, Option } from "commander";

export interface Setting {
  /** As in the file: `max-down`, `get.timeout`, `dht.serve.port`. */
  readonly key: string;
  /** `STARLING_…` variable of the same meaning. */
  readonly variable: string;
  readonly kind: "text" | "list" | "switch";
  readonly description: string;
}

/** Options of one call: remembering them would surprise. */
const CALL_ONLY: ReadonlySet<string> = new Set([
  "--all",
  "--cas",
  "--config",
  "--count",
  "--data",
  "--dry-run",
  "--every",
  "--follow",
  "--for",
  "--force",
  "--foreground",
  "--help",
  "--in",
  "--json",
  "--keep",
  "--label",
  "--list",
  "--name",
  "--open",
  "--origin",
  "--paused",
  "--peer",
  "--plain",
  "--plot",
  "--print-service",
  "--print-unit",
  "--quiet",
  "--record",
  "--record-limit",
  "--report",
  "--salt",
  "--save",
  "--sealed",
  "--scenario",
  "--select",
  "--seq",
  "--torrent",
  "--torrents",
  "--trace",
  "--watch",
]);

/** Options that mean the same wherever they are: these can be set for all commands together. */
const GENERAL: ReadonlySet<string> = new Set([
  "--ascii",
  "--bootstrap",
  "--color",
  "--encryption",
  "--host",
  "--interface",
  "--max-down",
  "--max-up",
  "--network",
  "--piece-size",
  "--port",
  "--port-mapping",
  "--profile",
  "--profile-addresses",
  "--stall-timeout",
  "--transport",
]);

/**
 * Options that rule each other out: a private network has bootstrap nodes and a Starling of its own. What was typed counts
 * more than settings, and of settings the network, so that a forgotten one never joins two networks.
 */
const RIVALS: Readonly<Record<string, readonly string[]>> = {
  "--network": ["--bootstrap", "--profile"],
  "--bootstrap": ["--network"],
  "--profile": ["--network"],
};

/** Long names of what `option` cannot be used with. */
export function rivalsOf(option: Option): readonly string[] {
  return RIVALS[option.long as string] ?? [];
}

const FOR_COMMAND_ONLY = new WeakSet<Option>();

/** Keeps a general setting from `option`: a port of one's own is not for a command that only asks. */
export function forCommandOnly(option: Option): Option {
  FOR_COMMAND_ONLY.add(option);
  return option;
}

export function variableOf(key: string): string {
  return `STARLING_${key.toUpperCase().replace(/[^A-Z0-9]/g, "_")}`;
}

/** The options of `command` that can be set. */
export function settableOptions(command: Command): readonly Option[] {
  return command.options.filter((option) => option.long !== undefined && !CALL_ONLY.has(option.long));
}

/** Keys that set `option` of `command`, the more special one first. */
export function keysOf(command: Command, option: Option): readonly string[] {
  const name = (option.long as string).slice(2);
  const special = `${pathOf(command).join(".")}.${name}`;
  const isGeneral = GENERAL.has(option.long as string) && !FOR_COMMAND_ONLY.has(option);
  return isGeneral ? [special, name] : [special];
}

export function settingOf(key: string, option: Option): Setting {
  const kind = Array.isArray(option.defaultValue) ? "list" : option.isBoolean() ? "switch" : "text";
  return { key, variable: variableOf(key), kind, description: option.description };
}

/** Every setting of the program, by key: the general ones first, each kind in the order of the commands. */
export function settingsOf(program: Command): ReadonlyMap<string, Setting> {
  const general = new Map<string, Setting>();
  const special = new Map<string, Setting>();
  for (const command of runnableCommands(program)) {
    for (const option of settableOptions(command)) {
      for (const key of keysOf(command, option)) {
        const into = key.includes(".") ? special : general;
        if (!into.has(key)) into.set(key, settingOf(key, option));
      }
    }
  }
  return new Map([...general, ...special]);
}

/** Commands that do something, `dht ping` before `demo`, in the order in which they are declared. */
export function runnableCommands(command: Command): readonly Command[] {
  return command.commands.length === 0 ? [command] : command.commands.flatMap(runnableCommands);
}

/** The words that name `command`, without the program's own. */
export function pathOf(command: Command): readonly string[] {
  return command.parent === null ? [] : [...pathOf(command.parent), command.name()];
}
