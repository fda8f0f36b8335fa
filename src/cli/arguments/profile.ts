/** `--profile NAME`, `--network NAME`: which of the user's Starlings is meant. */
import { ClientError } from "../../core/errors.ts";
import { DEFAULT_PROFILE, isProfileName, profileOfNetwork } from "../../platform/index.ts";
import { requireNetwork } from "../network/network-store.ts";
import { DEFAULT_PORT } from "./network-options.ts";

export interface ProfileFlags {
  readonly profile?: string;
  readonly network?: string;
}

/** A private network has a Starling of its own. Throws `USAGE` for a network that was not joined, and what is no name. */
export function parseEngineProfile(flags: ProfileFlags): string {
  if (flags.network !== undefined) return profileOfNetwork(requireNetwork(flags.network).name);
  return parseProfileName(flags.profile);
}

/** The flag, else STARLING_PROFILE, else the default. Throws `USAGE` for what is no name. */
export function parseProfileName(flag: string | undefined): string {
  const name = flag ?? process.env["STARLING_PROFILE"] ?? DEFAULT_PROFILE;
  if (isProfileName(name)) return name;
  throw new ClientError("USAGE", `--profile: "${name}" is no name for a profile`, {
    hint: "Use letters, digits, - and _, at most 32.",
  });
}

/** Ports 6882 to 6999, behind the usual one: those that BitTorrent programs have always used. */
const PORTS_BEHIND = 118;

/** The port of a profile where none is given: the same at each start, so that profiles run side by side. */
export function portOfProfile(profile: string): number {
  if (profile === DEFAULT_PROFILE) return DEFAULT_PORT;
  let sum = 0;
  for (const character of profile) sum = (sum * 31 + (character.codePointAt(0) ?? 0)) % PORTS_BEHIND;
  return DEFAULT_PORT + 1 + sum;
}
