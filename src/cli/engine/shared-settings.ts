/** Engine settings of the commands that run beside each other (`get`, `share`, `seed`): they share resume data only. */
import { DEFAULT_PROFILE, profileOfNetwork, profilePaths, starlingPaths } from "../../platform/index.ts";
import type { NetworkOptions, RateLimits } from "../arguments/network-options.ts";
import type { EngineSettings, RecordingSettings } from "./engine-settings.ts";

export function sharedEngineSettings(options: {
  readonly network: NetworkOptions;
  readonly limits: RateLimits;
  readonly peers: readonly string[];
  readonly folder: string;
  readonly recording?: RecordingSettings | undefined;
}): EngineSettings {
  const { privateNetwork } = options.network;
  const profile = privateNetwork === undefined ? DEFAULT_PROFILE : profileOfNetwork(privateNetwork.name);
  return {
    ...options.network,
    ...options.limits,
    peers: options.peers,
    defaultFolder: options.folder,
    recording: options.recording,
    state: "shared",
    stateFolder: profilePaths(profile, starlingPaths()).transfersFolder,
  };
}
