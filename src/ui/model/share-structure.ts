/**
 * Keeps identities: of a value made anew, every part that equals the former one is the former one. Components then
 * compare by identity alone, and a screen on which nothing visible changed is the same object, so no frame is made.
 */

/** `next` with every part of it that is deeply equal to the same part of `former` replaced by that part. */
export function shareStructure<T>(former: unknown, next: T): T {
  if (Object.is(former, next)) return next;
  if (Array.isArray(next)) return (Array.isArray(former) ? shareArray(former, next) : next) as T;
  if (isPlainObject(next) && isPlainObject(former)) return shareObject(former, next) as T;
  return next;
}

function shareArray(former: readonly unknown[], next: readonly unknown[]): readonly unknown[] {
  let isSame = former.length === next.length;
  const shared = next.map((item, index) => {
    const kept = shareStructure(former[index], item);
    if (!Object.is(kept, former[index])) isSame = false;
    return kept;
  });
  return isSame ? former : shared;
}

type PlainObject = Readonly<Record<string, unknown>>;

function shareObject(former: PlainObject, next: PlainObject): PlainObject {
  const entries = Object.entries(next).map(
    ([key, value]) => [key, shareStructure(former[key], value)] as const,
  );
  const isSame =
    entries.length === Object.keys(former).length &&
    entries.every(([key, value]) => Object.hasOwn(former, key) && Object.is(value, former[key]));
  return isSame ? former : Object.fromEntries(entries);
}

function isPlainObject(value: unknown): value is PlainObject {
  return typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}
