/** Multicast in virtual time: hosts of one subnet are one local network, and everybody in a group there hears it. */
import { subnetKey } from "../core/address-profile.ts";
import { type Endpoint, endpoint, formatEndpoint } from "../core/endpoint.ts";
import type { GroupSocket } from "../core/ports.ts";
import type { World } from "./world.ts";

/** A hop on a local network. */
const DELAY_MS = 1;

export class GroupNetwork {
  readonly #world: World;
  /** By group and subnet. */
  readonly #members = new Map<string, Set<GroupSocket>>();
  datagramsSent = 0;

  constructor(world: World) {
    this.#world = world;
  }

  join(group: Endpoint, host: string): GroupSocket {
    const from = endpoint(host, group.port);
    const members = this.#membersOf(`${formatEndpoint(group)} ${subnetKey(from)}`);
    const socket: GroupSocket = {
      family: group.family,
      host,
      onDatagram: () => {},
      send: (payload) => {
        this.datagramsSent++;
        const copy = payload.slice();
        this.#world.after(DELAY_MS, () => {
          for (const member of members) member.onDatagram(copy, from);
        });
      },
      close: () => members.delete(socket),
    };
    members.add(socket);
    return socket;
  }

  #membersOf(key: string): Set<GroupSocket> {
    const known = this.#members.get(key);
    if (known !== undefined) return known;
    const members = new Set<GroupSocket>();
    this.#members.set(key, members);
    return members;
  }
}
