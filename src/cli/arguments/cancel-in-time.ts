/** `--timeout` of a lookup: what was found until then is the result. */
import type { LookupHandle } from "../../dht/index.ts";
import { parseDuration } from "./quantities.ts";

/** Cancels `lookup` after `timeout` as it was typed; the returned function calls that off. */
export function cancelInTime(lookup: LookupHandle, timeout: string | undefined): () => void {
  if (timeout === undefined) return () => {};
  const timer = setTimeout(() => lookup.cancel(), parseDuration(timeout, "--timeout"));
  return () => clearTimeout(timer);
}
