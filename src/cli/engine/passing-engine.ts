/** An engine that lives as long as one command: it remembers nothing, and what it fetches is not kept. */
import type { NetworkOptions } from "../arguments/network-options.ts";
import { type RunningEngine, startEngine } from "./start-engine.ts";

/** `folder`: where data would lie, if any came. Rejects as `startEngine` does. */
export function startPassingEngine(
  network: NetworkOptions,
  peers: readonly string[],
  folder: string = process.cwd(),
): Promise<RunningEngine> {
  return startEngine({
    ...network,
    peers,
    maxDownBytesPerSecond: null,
    maxUpBytesPerSecond: null,
    defaultFolder: folder,
    state: "none",
    stateFolder: "",
  });
}
