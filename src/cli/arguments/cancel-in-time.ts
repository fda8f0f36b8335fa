/** `--timeout` of a lookup: what was found until then is the result. */
import type { LookupHandle } from "../../dht/index.ts";
import { parseDuration } from "./quantities.ts";

/** Milliseconds of `--timeout`, if it was given. Read before anybody is asked: a mistyped one is told at once. */
export function parseTimeout(text: string | undefined): number | undefined {
  return text === undefined ? undefined : parseDuration(text, "--timeout");
}

/** Cancels `lookup` after `timeoutMs`; the returned function calls that off. */
export function cancelInTime(lookup: LookupHandle, timeoutMs: number | undefined): () => void {
  if (timeoutMs === undefined) return () => {};
  const timer = setTimeout(() => lookup.cancel(), timeoutMs);
  return () => clearTimeout(timer);
}
