/** Where settings come from: the environment over the file. */
import { join } from "node:path";
import { ClientError } from "../../core/errors.ts";
import { safeText } from "../../core/safe-text.ts";
import { starlingPaths } from "../../platform/index.ts";
import type { ConfigValue } from "./config-file.ts";
import { nearestWord } from "./nearest-word.ts";
import { type Setting, variableOf } from "./setting.ts";

export interface SetValue {
  readonly value: ConfigValue;
  /** `STARLING_PORT`, or the path of the file. */
  readonly origin: string;
}

export class SettingSources {
  readonly #file: ReadonlyMap<string, ConfigValue>;
  readonly #path: string;
  readonly #environment: NodeJS.ProcessEnv;

  constructor(
    file: ReadonlyMap<string, ConfigValue>,
    path: string,
    environment: NodeJS.ProcessEnv = process.env,
  ) {
    this.#file = file;
    this.#path = path;
    this.#environment = environment;
  }

  /** The value of the first of `keys` that is set in the environment, else in the file. */
  valueOf(keys: readonly string[], kind: Setting["kind"]): SetValue | undefined {
    for (const key of keys) {
      const text = this.#environment[variableOf(key)];
      if (text !== undefined && text !== "")
        return { value: fromText(text, kind, variableOf(key)), origin: variableOf(key) };
    }
    for (const key of keys) {
      const value = this.#file.get(key);
      if (value !== undefined) return { value: fitted(value, kind, key, this.#path), origin: this.#path };
    }
    return undefined;
  }
}

/** The file of this call: `--config`, else STARLING_CONFIG, else `config.toml` in the configuration folder. */
export function configPath(flag: string | undefined): string {
  return flag ?? process.env["STARLING_CONFIG"] ?? join(starlingPaths().configFolder, "config.toml");
}

/** Reads the file and refuses keys that mean nothing. TOML is loaded only where there is a file. */
export async function openSources(
  path: string,
  settings: () => ReadonlyMap<string, Setting>,
): Promise<SettingSources> {
  const { existsSync } = await import("node:fs");
  if (!existsSync(path)) return new SettingSources(new Map(), path);
  const { readConfigFile } = await import("./config-file.ts");
  const file = await readConfigFile(path);
  const known = settings();
  for (const key of file.keys()) if (!known.has(key)) throw unknownSetting(key, known.keys(), path);
  return new SettingSources(file, path);
}

/** `where` is the file, or empty for a key that was typed. */
export function unknownSetting(key: string, known: Iterable<string>, where: string): ClientError {
  const nearest = nearestWord(key, known);
  const message = `${where === "" ? "" : `${where}: `}there is no setting "${safeText(key).slice(0, 60)}"`;
  return new ClientError("USAGE", message, {
    hint: nearest === undefined ? "starling config list shows all of them." : `Did you mean ${nearest}?`,
  });
}

/** A value as text, as the environment and `config set` have it. */
export function fromText(text: string, kind: Setting["kind"], name: string): ConfigValue {
  if (kind === "list") return text.split(",").map((item) => item.trim());
  if (kind === "text") return text;
  if (/^(1|true|yes|on)$/i.test(text)) return true;
  if (/^(0|false|no|off)$/i.test(text)) return false;
  throw new ClientError("USAGE", `${name}: "${text}" is neither true nor false`);
}

/** A value of the file as the setting wants it. Throws USAGE for one of the wrong kind. */
export function fitted(value: ConfigValue, kind: Setting["kind"], key: string, path: string): ConfigValue {
  if (kind === "list" && typeof value === "string") return [value];
  const isFitting =
    kind === "switch"
      ? typeof value === "boolean"
      : kind === "list"
        ? Array.isArray(value)
        : typeof value === "string";
  if (isFitting) return value;
  const wanted = { switch: "true or false", list: 'a list such as ["a", "b"]', text: "text or a number" };
  throw new ClientError("USAGE", `${path}: ${key} must be ${wanted[kind]}`);
}
