/**
 * Changes one key in the text of a configuration file and leaves everything else, comments included, as it was. What
 * comes out is read again and compared, so that an unusual layout is refused instead of damaged.
 */
import { ClientError } from "../../core/errors.ts";
import { type ConfigValue, parseConfig } from "./config-file.ts";

/** `undefined` takes the key out. Throws USAGE where the file's layout does not allow the change. */
export function editConfig(text: string, key: string, value: ConfigValue | undefined, path: string): string {
  const before = parseConfig(text, path);
  const lines = replaceLine(text.split("\n"), key, value, before.has(key));
  const edited = lines.at(-1) === "" ? lines.join("\n") : `${lines.join("\n")}\n`;
  if (isSame(parseQuietly(edited), expected(before, key, value))) return edited;
  throw new ClientError("USAGE", `${key} cannot be changed in ${path} without touching other lines`, {
    hint: "Edit the file by hand.",
  });
}

function replaceLine(
  lines: readonly string[],
  key: string,
  value: ConfigValue | undefined,
  isPresent: boolean,
): readonly string[] {
  const dot = key.lastIndexOf(".");
  const table = dot < 0 ? "" : key.slice(0, dot);
  const name = key.slice(dot + 1);
  const line = value === undefined ? [] : [`${name} = ${tomlText(value)}`];
  const section = sectionOf(lines, table);
  if (section === undefined && value === undefined) return lines;
  if (section === undefined) return [...withoutEmptyEnd(lines), "", `[${table}]`, ...line, ""];
  const at = lines.findIndex((text, i) => i >= section.first && i < section.end && nameIn(text) === name);
  if (at >= 0) return lines.toSpliced(at, 1, ...line);
  return isPresent ? lines : lines.toSpliced(section.insertAt, 0, ...line);
}

interface Section {
  readonly first: number;
  readonly end: number;
  /** Behind the last line of the section that is not empty. */
  readonly insertAt: number;
}

function sectionOf(lines: readonly string[], table: string): Section | undefined {
  const header = lines.findIndex((line) => /^\s*\[([^\]]+)\]/.exec(line)?.[1]?.trim() === table);
  if (table !== "" && header < 0) return undefined;
  const first = table === "" ? 0 : header + 1;
  const next = lines.findIndex((line, i) => i >= first && /^\s*\[/.test(line));
  const end = next < 0 ? lines.length : next;
  let insertAt = end;
  while (insertAt > first && lines[insertAt - 1]?.trim() === "") insertAt--;
  return { first, end, insertAt };
}

function nameIn(line: string): string | undefined {
  const match = /^\s*(?:"([^"]+)"|([A-Za-z0-9_-]+))\s*=/.exec(line);
  return match?.[1] ?? match?.[2];
}

function withoutEmptyEnd(lines: readonly string[]): readonly string[] {
  const last = lines.findLastIndex((line) => line.trim() !== "");
  return last < 0 ? [] : lines.slice(0, last + 1);
}

/** JSON's strings are TOML's basic strings, but for the escaped slash that JSON never writes. */
function tomlText(value: ConfigValue): string {
  if (typeof value === "boolean") return String(value);
  if (typeof value === "string") return /^(0|[1-9]\d{0,14})$/.test(value) ? value : JSON.stringify(value);
  return `[${value.map((item) => JSON.stringify(item)).join(", ")}]`;
}

function expected(
  before: ReadonlyMap<string, ConfigValue>,
  key: string,
  value: ConfigValue | undefined,
): ReadonlyMap<string, ConfigValue> {
  const after = new Map(before);
  if (value === undefined) after.delete(key);
  else after.set(key, value);
  return after;
}

function parseQuietly(text: string): ReadonlyMap<string, ConfigValue> | undefined {
  try {
    return parseConfig(text, "");
  } catch {
    return undefined;
  }
}

function isSame(
  a: ReadonlyMap<string, ConfigValue> | undefined,
  b: ReadonlyMap<string, ConfigValue>,
): boolean {
  return (
    a?.size === b.size && [...b].every(([key, value]) => JSON.stringify(a.get(key)) === JSON.stringify(value))
  );
}
