/** Engine settings of the one engine that a profile has: its state is its own, and others may look in. */
import { profilePaths, starlingPaths } from "../../platform/index.ts";
import {
  type NetworkFlags,
  parseLimits,
  parseNetworkOptions,
  parseRecording,
  type RecordingFlags,
} from "../arguments/network-options.ts";
import { portOfProfile } from "../arguments/profile.ts";
import type { EngineService, EngineSettings } from "./engine-settings.ts";

export interface EngineFlags extends NetworkFlags, RecordingFlags {
  readonly maxDown?: string;
  readonly maxUp?: string;
}

/** Throws `USAGE` for flags that make no sense. */
export function profileEngineSettings(
  flags: EngineFlags,
  place: {
    readonly profile: string;
    readonly folder: string;
    readonly peers: readonly string[];
    readonly life: EngineService["life"];
  },
): EngineSettings {
  const { sessionFolder, socketPath } = profilePaths(place.profile, starlingPaths());
  return {
    ...parseNetworkOptions(flags, portOfProfile(place.profile)),
    ...parseLimits(flags),
    peers: place.peers,
    defaultFolder: place.folder,
    state: "own",
    stateFolder: sessionFolder,
    recording: parseRecording(flags),
    service: { socketPath, life: place.life },
  };
}
