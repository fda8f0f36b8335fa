/**
 * Structural sharing of plain data: what is equal keeps the identity it had, so that "did this change?" is one
 * comparison for every viewer after us.
 */

/**
 * `previous` itself when `next` is deeply equal to it, else `next` with every equal part replaced by the former
 * one. `next` must be freshly made: its own objects are edited in place.
 */
export function shareStructure<Value>(previous: Value | undefined, next: Value): Value {
  return shared(previous, next) as Value;
}

function shared(previous: unknown, next: unknown): unknown {
  if (Object.is(previous, next)) return previous;
  if (Array.isArray(previous) && Array.isArray(next)) return sharedArray(previous, next);
  if (isRecord(previous) && isRecord(next)) return sharedRecord(previous, next);
  return next;
}

function sharedArray(previous: readonly unknown[], next: unknown[]): unknown {
  let isEqual = previous.length === next.length;
  for (let i = 0; i < next.length; i++) {
    const before = previous[i];
    const item = shared(before, next[i]);
    if (!Object.is(item, before)) isEqual = false;
    if (!Object.is(item, next[i])) next[i] = item;
  }
  return isEqual ? previous : next;
}

function sharedRecord(previous: Record<string, unknown>, next: Record<string, unknown>): unknown {
  const keys = Object.keys(next);
  let isEqual = keys.length === Object.keys(previous).length;
  for (const key of keys) {
    const before = previous[key];
    const item = shared(before, next[key]);
    if (!Object.is(item, before) || !Object.hasOwn(previous, key)) isEqual = false;
    if (!Object.is(item, next[key])) next[key] = item;
  }
  return isEqual ? previous : next;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
