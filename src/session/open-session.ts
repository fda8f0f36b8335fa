/** Opens a session: takes its port, finds out who may be contacted, and starts it. */
import type { AddressProfile } from "../core/address-profile.ts";
import type { Endpoint } from "../core/endpoint.ts";
import { chooseAddressProfile } from "./address-choice.ts";
import { inTime } from "./in-time.ts";
import { profileWithin } from "./private-network.ts";
import { Session } from "./session.ts";
import {
  PROFILE_RESOLVE_TIMEOUT_MS,
  resolveSessionConfig,
  type SessionConfig,
  type SessionOptions,
} from "./session-config.ts";
import type { SessionPlatform } from "./session-ports.ts";

/**
 * Opens a session over `platform`. Rejects with `PORT_IN_USE`, `ADDRESS_UNAVAILABLE`, or `USAGE` for options that make
 * no sense.
 */
export async function openSession(platform: SessionPlatform, options: SessionOptions): Promise<Session> {
  const config = resolveSessionConfig(options);
  const network = await platform.network.open({
    port: config.port,
    ...(config.host === undefined ? {} : { host: config.host }),
    ...(config.interface === undefined ? {} : { interface: config.interface }),
  });
  try {
    const addressProfile =
      config.addressProfile ?? profileWithin(config.privateNetwork, await chooseProfile(platform, config));
    const session = new Session(platform, config, network, addressProfile);
    await session.start();
    return session;
  } catch (error) {
    await network.close();
    throw error;
  }
}

/** A name that does not resolve in time says nothing about where the others are. */
function chooseProfile(platform: SessionPlatform, config: SessionConfig): Promise<AddressProfile> {
  const resolve = async (host: string, port: number): Promise<readonly Endpoint[]> =>
    (await inTime(platform.clock, PROFILE_RESOLVE_TIMEOUT_MS, platform.network.resolve(host, port))) ?? [];
  return chooseAddressProfile(config, resolve);
}
