/** Type checks for plain data from outside. Nothing here throws, and nothing of unbounded size passes. */

import { MAX_LIST_ENTRIES, MAX_TEXT_CHARACTERS } from "./channel-config.ts";

export type Fields = Readonly<Record<string, unknown>>;

/** A check for each field of `Shape`. */
export type Guards<Shape> = {
  readonly [Key in keyof Shape]-?: (value: unknown) => value is Exclude<Shape[Key], undefined>;
};

/** The fields of `value` that `guards` names; undefined when one of them is present and wrong. */
export function pick<Shape extends object>(value: unknown, guards: Guards<Shape>): Shape | undefined {
  if (!isFields(value)) return undefined;
  const picked: Record<string, unknown> = {};
  for (const key of Object.keys(guards) as (string & keyof Shape)[]) {
    const field = Object.hasOwn(value, key) ? value[key] : undefined;
    if (field === undefined) continue;
    if (!guards[key](field)) return undefined;
    picked[key] = field;
  }
  return picked as Shape;
}

/** Every field is present and right. */
export function isShape<Shape extends object>(value: unknown, guards: Guards<Shape>): value is Shape {
  if (!isFields(value)) return false;
  return (Object.keys(guards) as (string & keyof Shape)[]).every(
    (key) => Object.hasOwn(value, key) && guards[key](value[key]),
  );
}

export function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function isText(value: unknown): value is string {
  return typeof value === "string" && value.length <= MAX_TEXT_CHARACTERS;
}

export function isTextList(value: unknown): value is readonly string[] {
  return isListOf(value, isText);
}

export function isBoolean(value: unknown): value is boolean {
  return typeof value === "boolean";
}

export function isTrue(value: unknown): value is true {
  return value === true;
}

export function isAmount(value: unknown): value is number {
  return typeof value === "number" && value >= 0 && Number.isFinite(value);
}

export function isAmountOrNull(value: unknown): value is number | null {
  return value === null || isAmount(value);
}

export function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

export function isCountOrNull(value: unknown): value is number | null {
  return value === null || isCount(value);
}

export function isListOf<Item>(value: unknown, isItem: (item: unknown) => item is Item): value is Item[] {
  return Array.isArray(value) && value.length <= MAX_LIST_ENTRIES && value.every(isItem);
}
