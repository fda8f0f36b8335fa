/** Tells a Starling that runs in a sealed network of the keys that `network join` and `network rotate` bring meanwhile. */
import type { PrivateKey } from "../../session/index.ts";
import type { NetworkDefinition } from "./network-definition.ts";
import { findNetwork } from "./network-store.ts";

/** A small file is read so often; keys are spoken hours after they are made. */
const LOOK_INTERVAL_MS = 2_000;

/** Until the answer is disposed of. Undefined for a network without keys. */
export function watchKeys(
  network: NetworkDefinition | undefined,
  onKeys: (keys: readonly PrivateKey[]) => void,
): Disposable | undefined {
  if (network?.mode !== "sealed") return undefined;
  let known = JSON.stringify(network.keys);
  const timer = setInterval(() => {
    const keys = keysNow(network);
    if (keys === undefined || JSON.stringify(keys) === known) return;
    known = JSON.stringify(keys);
    onKeys(keys);
  }, LOOK_INTERVAL_MS);
  timer.unref();
  return { [Symbol.dispose]: () => clearInterval(timer) };
}

/** Undefined for a network that was left, or another one that took its name: then what was known holds on. */
function keysNow({ name, idHex }: NetworkDefinition): readonly PrivateKey[] | undefined {
  try {
    const network = findNetwork(name);
    return network?.idHex === idHex ? network.keys : undefined;
  } catch {
    // Being written, or damaged: the next look may find it whole.
    return undefined;
  }
}
