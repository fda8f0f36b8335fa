/**
 * What each profile (`--profile NAME`) has of its own: the records of its engine, those of the transfers beside it, and
 * the socket. The profile that is used without being named lies where everything lay before there were profiles; each
 * private network (`--network NAME`) has a profile that no other name leads to.
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
  /** What nodes that serve a network have learnt. */
  readonly serveFolder: string;
  /** Where the engine answers. */
  readonly socketPath: string;
}

/** Letters, digits, dashes and underscores, at most 32: a name of a folder and part of a socket's, on every system. */
export function isProfileName(text: string): boolean {
  return /^[A-Za-z0-9_-]{1,32}$/.test(text);
}

/** No profile name has this character. */
const NETWORK_MARK = "network@";

/** The profile of what runs in a private network; `network` follows the rules of profile names. */
export function profileOfNetwork(network: string): string {
  return `${NETWORK_MARK}${network}`;
}

/** Where the private networks are that this user is in: a folder each, with all that belongs to it. */
export function networksFolder(paths: StarlingPaths): string {
  return join(paths.stateFolder, "networks");
}

/** `profile` is a profile name, or from `profileOfNetwork`. */
export function profilePaths(profile: string, paths: StarlingPaths): ProfilePaths {
  const root = rootOf(profile, paths);
  const sessionFolder = join(root, "session");
  return {
    sessionFolder,
    transfersFolder: join(root, "transfers"),
    serveFolder: join(root, "serve"),
    socketPath: engineSocketPath({
      runtimeFolder: paths.runtimeFolder,
      shortFolder: sharedTemporaryFolder("/tmp"),
      stateFolder: resolve(sessionFolder),
      profile,
    }),
  };
}

function rootOf(profile: string, paths: StarlingPaths): string {
  if (profile === DEFAULT_PROFILE) return paths.stateFolder;
  if (profile.startsWith(NETWORK_MARK))
    return join(networksFolder(paths), profile.slice(NETWORK_MARK.length));
  return join(paths.stateFolder, "profiles", profile);
}
