/** Looks for peers on the local network, where its groups can be joined (BEP 14). */
import { LOCAL_GROUPS, LocalDiscovery } from "../wire/index.ts";
import type { SessionPlatform } from "./session-ports.ts";

export interface LocalDiscoveryPlace {
  readonly platform: SessionPlatform;
  /** What the session is bound to; undefined = every interface. */
  readonly host: string | undefined;
  readonly listenPort: number;
  readonly log: (text: string) => void;
}

export async function openLocalDiscovery(place: LocalDiscoveryPlace): Promise<LocalDiscovery> {
  const { host, listenPort, log } = place;
  const { network, clock, random } = place.platform;
  const joined = [LOCAL_GROUPS[4], LOCAL_GROUPS[6]].map((group) => network.joinGroup(group, host));
  const sockets = (await Promise.all(joined)).flat();
  if (sockets.length === 0) log("local discovery is off: no network here takes multicast");
  return new LocalDiscovery({ clock, random, sockets, listenPort });
}
