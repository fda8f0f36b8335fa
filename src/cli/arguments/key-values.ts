/** `key=value` operands, as `set` and `limit` take them. */
import { ClientError } from "../../core/errors.ts";
import { nearestWord } from "../settings/nearest-word.ts";

/** What each key does with its text; throws USAGE for what it cannot read. */
export type KeyReaders<Result> = Readonly<Record<string, (text: string, key: string) => Result>>;

/** One result an operand, in order. Throws USAGE for what is not `key=value`, and for keys that mean nothing. */
export function readKeyValues<Result>(
  operands: readonly string[],
  readers: KeyReaders<Result>,
): readonly Result[] {
  return operands.map((operand) => {
    const [, key, text] = /^([a-z-]+)=(.*)$/s.exec(operand) ?? [];
    if (key === undefined || text === undefined)
      throw new ClientError("USAGE", `"${operand.slice(0, 60)}" is not key=value`, {
        hint: hintFor(readers),
      });
    const read = Object.hasOwn(readers, key) ? readers[key] : undefined;
    if (read === undefined) {
      const nearest = nearestWord(key, Object.keys(readers));
      const hint = nearest === undefined ? hintFor(readers) : `Did you mean ${nearest}?`;
      throw new ClientError("USAGE", `There is nothing called "${key}" to set`, { hint });
    }
    return read(text, key);
  });
}

/** `yes`, `on`, `true`, `1` and their opposites. */
export function parseSwitch(text: string, key: string): boolean {
  if (/^(1|true|yes|on)$/i.test(text)) return true;
  if (/^(0|false|no|off)$/i.test(text)) return false;
  throw new ClientError("USAGE", `${key}: "${text}" is neither on nor off`);
}

/** A number from `min` up; `none` and `off` are null. */
export function parseNumberOrNone(text: string, key: string, min = 0): number | null {
  if (isNone(text)) return null;
  const number = /^\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
  if (number >= min) return number;
  throw new ClientError("USAGE", `${key}: "${text}" is not a number`, { hint: "none takes the limit away." });
}

export function isNone(text: string): boolean {
  return /^(none|off|unlimited)$/i.test(text);
}

function hintFor(readers: KeyReaders<unknown>): string {
  return `Keys are ${Object.keys(readers).join(", ")}.`;
}
