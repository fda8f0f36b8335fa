/** `mimeapps.list` (MIME Applications Associations 1.0): which program opens what. Lines that are not ours stay as they are. */

const DEFAULTS = "[Default Applications]";

/** The value of `type` under the default applications, as it stands there; undefined when there is none. */
export function defaultOf(list: string, type: string): string | undefined {
  const lines = list.split("\n");
  const at = lineOf(lines, type);
  return at < 0 ? undefined : lines[at]?.slice(type.length + 1);
}

/** `list` with `value` as default of `type`; `undefined` takes the default away, and a heading that is left alone. */
export function withDefault(list: string, type: string, value: string | undefined): string {
  const lines = list === "" ? [] : list.replace(/\n$/, "").split("\n");
  const at = lineOf(lines, type);
  if (at >= 0) lines.splice(at, 1, ...(value === undefined ? [] : [`${type}=${value}`]));
  else if (value !== undefined) insert(lines, `${type}=${value}`);
  dropEmptyHeading(lines);
  return lines.length === 0 ? "" : `${lines.join("\n")}\n`;
}

function lineOf(lines: readonly string[], type: string): number {
  const header = lines.findIndex((line) => line.trim() === DEFAULTS);
  if (header < 0) return -1;
  return lines.findIndex((line, i) => i > header && i < endOf(lines, header) && line.startsWith(`${type}=`));
}

function endOf(lines: readonly string[], header: number): number {
  const next = lines.findIndex((line, i) => i > header && line.startsWith("["));
  return next < 0 ? lines.length : next;
}

function insert(lines: string[], line: string): void {
  const header = lines.findIndex((candidate) => candidate.trim() === DEFAULTS);
  if (header < 0) lines.push(...(lines.length === 0 ? [] : [""]), DEFAULTS, line);
  else lines.splice(header + 1, 0, line);
}

function dropEmptyHeading(lines: string[]): void {
  const header = lines.findIndex((line) => line.trim() === DEFAULTS);
  if (header < 0 || lines.slice(header + 1, endOf(lines, header)).some((line) => line.trim() !== "")) return;
  const isBlankBefore = header > 0 && lines[header - 1]?.trim() === "";
  lines.splice(isBlankBefore ? header - 1 : header, endOf(lines, header) - header + (isBlankBefore ? 1 : 0));
}
