/**
 * What each profile (`--profile NAME`) has of its own: the records of its engine, those of the transfers beside it, and
 * the socket. The profile that is used without being named lies where everything lay before there were profiles.
 */
import { join, resolve } from "node:path";
import { engineSocketPath } from "./channel/socket-path.ts";
import { type StarlingPaths, sharedTemporaryFolder } from "./paths.ts";

export const DEFAULT_PROFILE = "default";

export interface ProfilePaths {
  /** State of the one engine of this profile; its lock says that it runs. */
  readonly sessionFolder: string;
  /** Resume data of transfers that run beside it. */
  readonly transfersFolder: string;
  /** Where the engine answers. */
  readonly socketPath: string;
}

/** Letters, digits, dashes and underscores, at most 32: a name of a folder and part of a socket's, on every system. */
export function isProfileName(text: string): boolean {
  return /^[A-Za-z0-9_-]{1,32}$/.test(text);
}

/** `profile` is a profile name. */
export function profilePaths(profile: string, paths: StarlingPaths): ProfilePaths {
  const root = profile === DEFAULT_PROFILE ? paths.stateFolder : join(paths.stateFolder, "profiles", profile);
  const sessionFolder = join(root, "session");
  return {
    sessionFolder,
    transfersFolder: join(root, "transfers"),
    socketPath: engineSocketPath({
      runtimeFolder: paths.runtimeFolder,
      shortFolder: sharedTemporaryFolder("/tmp"),
      stateFolder: resolve(sessionFolder),
      profile,
    }),
  };
}
