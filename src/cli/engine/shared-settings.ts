/** Engine settings of the commands that run beside each other (`get`, `share`, `seed`): they share resume data only. */
import { join } from "node:path";
import { starlingPaths } from "../../platform/index.ts";
import type { NetworkOptions } from "../arguments/network-options.ts";
import type { EngineSettings } from "./engine-settings.ts";

export function sharedEngineSettings(options: {
  readonly network: NetworkOptions;
  readonly limits: {
    readonly maxDownBytesPerSecond: number | null;
    readonly maxUpBytesPerSecond: number | null;
  };
  readonly peers: readonly string[];
  readonly folder: string;
}): EngineSettings {
  return {
    ...options.network,
    ...options.limits,
    peers: options.peers,
    defaultFolder: options.folder,
    state: "shared",
    stateFolder: join(starlingPaths().stateFolder, "transfers"),
  };
}
