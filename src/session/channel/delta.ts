/**
 * The difference between two pieces of plain data (records, arrays, texts, numbers, booleans, null), small as text.
 * Where both share parts by identity these are not looked into. The names are short since they are sent with every
 * figure that moves:
 *
 *   { v }          replaced as a whole by v
 *   { s, c, d }    a record: fields set, fields changed within, names of fields that are gone; each may be absent
 *   { n, i }       an array: its length now, and pairs of index and delta of the items that changed
 *
 * Law: `applyDelta(before, deltaOf(before, after))` equals `after`, and keeps the identity of what did not change.
 */

interface Replaced {
  readonly v: unknown;
}

interface RecordDelta {
  readonly s?: Plain;
  readonly c?: Readonly<Record<string, Delta>>;
  readonly d?: readonly string[];
}

interface ArrayDelta {
  readonly n: number;
  readonly i: readonly (readonly [number, Delta])[];
}

export type Delta = Replaced | RecordDelta | ArrayDelta;

type Plain = Readonly<Record<string, unknown>>;

/** Undefined when they are equal. */
export function deltaOf(before: unknown, after: unknown): Delta | undefined {
  if (Object.is(before, after)) return undefined;
  if (Array.isArray(before) && Array.isArray(after)) return arrayDelta(before, after);
  if (isRecord(before) && isRecord(after)) return recordDelta(before, after);
  return { v: after };
}

/** Undefined when the delta does not fit `before`. */
export function applyDelta(before: unknown, delta: Delta): unknown {
  if ("v" in delta) return delta.v;
  if ("n" in delta) return Array.isArray(before) ? arrayAfter(before, delta) : undefined;
  return isRecord(before) ? recordAfter(before, delta) : undefined;
}

function recordDelta(before: Plain, after: Plain): Delta | undefined {
  const set: Record<string, unknown> = {};
  const changed: Record<string, Delta> = {};
  let isChanged = false;
  let hasSet = false;
  for (const key of Object.keys(after)) {
    const delta = Object.hasOwn(before, key) ? deltaOf(before[key], after[key]) : { v: after[key] };
    if (delta === undefined) continue;
    if ("v" in delta) {
      set[key] = delta.v;
      hasSet = true;
    } else {
      changed[key] = delta;
      isChanged = true;
    }
  }
  const gone = Object.keys(before).filter((key) => !Object.hasOwn(after, key));
  if (!hasSet && !isChanged && gone.length === 0) return undefined;
  return {
    ...(hasSet ? { s: set } : {}),
    ...(isChanged ? { c: changed } : {}),
    ...(gone.length > 0 ? { d: gone } : {}),
  };
}

function recordAfter(before: Plain, delta: RecordDelta): unknown {
  const after: Record<string, unknown> = { ...before, ...delta.s };
  for (const [key, change] of Object.entries(delta.c ?? {})) {
    const value = applyDelta(before[key], change);
    if (value === undefined) return undefined;
    after[key] = value;
  }
  for (const key of delta.d ?? []) delete after[key];
  return after;
}

function arrayDelta(before: readonly unknown[], after: readonly unknown[]): Delta | undefined {
  const items: (readonly [number, Delta])[] = [];
  after.forEach((item, index) => {
    const delta = index < before.length ? deltaOf(before[index], item) : { v: item };
    if (delta !== undefined) items.push([index, delta]);
  });
  return items.length === 0 && before.length === after.length ? undefined : { n: after.length, i: items };
}

function arrayAfter(before: readonly unknown[], delta: ArrayDelta): unknown {
  const after = before.slice(0, delta.n);
  for (const [index, change] of delta.i) {
    const value = applyDelta(before[index], change);
    if (value === undefined) return undefined;
    after[index] = value;
  }
  return after.length === delta.n ? after : undefined;
}

function isRecord(value: unknown): value is Plain {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
