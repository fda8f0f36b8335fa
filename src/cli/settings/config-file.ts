/** The configuration file: TOML, read as a flat list of keys. Nothing but this file knows TOML's package. */
import { parse, TomlError } from "smol-toml";
import { ClientError } from "../../core/errors.ts";
import { safeText } from "../../core/safe-text.ts";
import { readIfThere } from "../files/write-whole.ts";

/** `true` and `["a", "b"]` stay what they are; numbers become text, since options are text. */
export type ConfigValue = string | boolean | readonly string[];

/** Larger files are not ours. */
const MAX_CONFIG_BYTES = 1024 * 1024;

/** Keys and values of the file at `path`; empty when there is none. Rejects with USAGE and the line for bad TOML. */
export async function readConfigFile(path: string): Promise<ReadonlyMap<string, ConfigValue>> {
  return parseConfig(await readConfigText(path), path);
}

/** The text of the file at `path`; empty when there is none. */
export async function readConfigText(path: string): Promise<string> {
  const text = await readIfThere(path);
  if (text.length <= MAX_CONFIG_BYTES) return text;
  throw new ClientError("USAGE", `${path} is too large for a configuration file`);
}

/** Tables become dots in keys. `path` is for messages. */
export function parseConfig(text: string, path: string): ReadonlyMap<string, ConfigValue> {
  try {
    return new Map(flatten(parse(text), ""));
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    const what = error.message.split("\n")[0]?.replace("Invalid TOML document: ", "") ?? "";
    throw new ClientError("USAGE", `${path}, line ${error.line}: ${what}`, {
      hint: 'Settings look like: port = 6881 or max-down = "2M".',
    });
  }
}

function flatten(table: object, prefix: string): [string, ConfigValue][] {
  return Object.entries(table).flatMap(([name, value]: [string, unknown]): [string, ConfigValue][] => {
    const key = prefix + name;
    if (typeof value === "string" || typeof value === "boolean") return [[key, value]];
    if (typeof value === "number") return [[key, String(value)]];
    if (Array.isArray(value)) return [[key, value.map(String)]];
    if (typeof value === "object" && value !== null && !(value instanceof Date))
      return flatten(value, `${key}.`);
    throw new ClientError("USAGE", `${safeText(key)} cannot be a date`);
  });
}
