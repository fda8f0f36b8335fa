/**
 * Multicast on Node, for local discovery (BEP 14): one socket an interface, bound to the group's port that all
 * programs share. Under the egress guard, and for a session that is bound to loopback, only the loopback interface is
 * joined and datagrams live for no hop, so none leaves the machine.
 */
import { networkInterfaces } from "node:os";
import { type AddressFamily, addressBytes, type Endpoint, endpoint } from "../core/endpoint.ts";
import type { GroupSocket } from "../core/ports.ts";
import { type EgressGuard, isLoopbackHost } from "./egress-guard.ts";
import { createLife, sender } from "./udp.ts";

/** Networks that are joined; a machine with more has virtual ones. */
const MAX_INTERFACES = 8;
/** Routers do not pass it on: BEP 14 speaks of local neighbours. */
const LOCAL_HOPS = 1;

interface Place {
  /** Numeric address of ours there. */
  readonly host: string;
  /** As the system wants to hear it where a group is joined: the address, or for IPv6 the interface. */
  readonly membership: string;
  readonly interfaceName: string | undefined;
}

/** A socket for each network that could be joined. */
export async function joinGroup(
  group: Endpoint,
  host: string | undefined,
  guard: EgressGuard,
): Promise<readonly GroupSocket[]> {
  const joined: GroupSocket[] = [];
  for (const place of placesFor(group.family, host, guard).slice(0, MAX_INTERFACES)) {
    const socket = await joinAt(group, place, guard).catch(() => undefined);
    if (socket !== undefined) joined.push(socket);
  }
  return joined;
}

function placesFor(family: AddressFamily, host: string | undefined, guard: EgressGuard): readonly Place[] {
  const isWildcard = host === undefined || host === "0.0.0.0" || host === "::";
  const bound = isWildcard ? undefined : endpoint(host, 0);
  if (bound !== undefined && bound.family !== family) return [];
  // IPv6 has no route for groups on the loopback interface, so there is nothing to join.
  if (guard.isLoopbackOnly || (bound !== undefined && isLoopbackHost(bound.host))) {
    if (family === 6) return [];
    const own = bound?.host ?? "127.0.0.1";
    return [{ host: own, membership: own, interfaceName: undefined }];
  }
  const places: Place[] = [];
  for (const [name, addresses] of Object.entries(networkInterfaces())) {
    const usable = (addresses ?? []).filter(
      (address) => !address.internal && familyOf(address.family) === family && !isLinkLocal(address.address),
    );
    const own = usable.find((address) => bound === undefined || address.address === bound.host);
    if (own === undefined) continue;
    places.push({
      host: own.address,
      membership: family === 6 ? `::%${name}` : own.address,
      interfaceName: name,
    });
  }
  return places;
}

/** Others cannot call such an address of IPv6 without knowing by which of their interfaces (RFC 4007). */
function isLinkLocal(host: string): boolean {
  const [first = 0, second = 0, ...rest] = addressBytes(host) ?? [];
  return rest.length === 14 && first === 0xfe && (second & 0xc0) === 0x80;
}

/** Node 18 said numbers, others say text. */
function familyOf(family: string | number): AddressFamily {
  return family === 6 || family === "IPv6" ? 6 : 4;
}

async function joinAt(group: Endpoint, place: Place, guard: EgressGuard): Promise<GroupSocket> {
  const hops = isLoopbackHost(place.host) ? 0 : LOCAL_HOPS;
  guard.assertMulticast(place.host, hops);
  const life = createLife(group.family, true);
  const speaker = group.family === 6 ? createLife(6) : life;
  try {
    const zone = group.family === 6 ? `%${place.interfaceName}` : "";
    // Bound to the group, the socket hears nothing else; Windows knows only the wildcard here.
    const address = process.platform === "win32" ? "0.0.0.0" : `${group.host}${zone}`;
    await life.bind({ address, port: group.port, exclusive: true });
    life.socket.addMembership(group.host, place.membership);
    // An interface has several addresses of IPv6: others shall see the one that we call ours there.
    if (speaker !== life) await speaker.bind({ address: place.host, port: 0 });
    speaker.socket.setMulticastInterface(place.membership);
    speaker.socket.setMulticastTTL(hops);
    speaker.socket.setMulticastLoopback(true);
    return groupSocket({ life, speaker }, group, place.host, zone);
  } catch (error) {
    await Promise.allSettled([life.close(), speaker === life ? undefined : speaker.close()]);
    throw error;
  }
}

/** What hears the group, and what speaks to it: the same socket for IPv4. */
interface Lives {
  readonly life: ReturnType<typeof createLife>;
  readonly speaker: ReturnType<typeof createLife>;
}

function groupSocket({ life, speaker }: Lives, group: Endpoint, host: string, zone: string): GroupSocket {
  let isClosed = false;
  const socket: GroupSocket = {
    family: group.family,
    host,
    onDatagram: () => undefined,
    send: (payload) => {
      if (isClosed) return;
      const own = Buffer.from(payload);
      // Lost like any datagram: a network that is down now may be up for the next announce.
      speaker.socket.send(own, 0, own.length, group.port, `${group.host}${zone}`, () => undefined);
    },
    close: () => {
      if (isClosed) return;
      isClosed = true;
      void life.close().catch(() => undefined);
      if (speaker !== life) void speaker.close().catch(() => undefined);
    },
  };
  if (speaker !== life) speaker.socket.on("error", () => undefined);
  life.socket.on("message", (payload, from) => {
    if (!isClosed) socket.onDatagram(payload, sender(from.address, from.port, group.family));
  });
  return socket;
}
