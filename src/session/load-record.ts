/** Reads a state record together with its meaning, so that a torn newest generation gives way to the one before it. */
import type { StateStore } from "./session-ports.ts";

/** What `decode` makes of the newest generation that it accepts; undefined when it accepts none. */
export async function loadRecord<Value>(
  store: StateStore,
  name: string,
  decode: (bytes: Uint8Array) => Value | undefined,
): Promise<Value | undefined> {
  let latest: { readonly bytes: Uint8Array; readonly value: Value | undefined } | undefined;
  const bytes = await store.load(name, (candidate) => {
    latest = { bytes: candidate, value: decode(candidate) };
    return latest.value !== undefined;
  });
  if (bytes === undefined) return undefined;
  return latest?.bytes === bytes ? latest.value : decode(bytes);
}
