/**
 * Where the payload of peers comes from, seen at those who give it: from the publisher, or from others by the kind of
 * slot that it was given in. Looked at once a second; what a connection carried after the last look is not counted.
 */
import type { PeerView } from "../wire/index.ts";
import type { SwarmMachine } from "./swarm-machine.ts";

/** Each byte has exactly one. */
export type GivingWay =
  | "publisher" // whoever has everything from the start
  | "tried out" // the optimistic slot of a leech
  | "contended slot" // a regular slot of a leech, while somebody who gave to it waited for one
  | "free slot" // a regular slot that nobody who gave to it waited for
  | "late"; // choked already: what was on its way, and grants (BEP 6)

export type GivenBytes = Readonly<Record<GivingWay, number>>;

export const GIVING_WAYS: readonly GivingWay[] = [
  "publisher",
  "tried out",
  "contended slot",
  "free slot",
  "late",
];

export class GivingLedger {
  readonly #publisher: SwarmMachine;
  /** Sent over each connection at the last look, by the hosts of giver and taker. */
  readonly #sentBytes = new Map<string, number>();
  readonly #taken = new Map<string, Record<GivingWay, number>>();

  constructor(publisher: SwarmMachine) {
    this.#publisher = publisher;
  }

  /** Call once a second with everybody who is there, the publisher among them. */
  look(machines: Iterable<SwarmMachine>): void {
    for (const machine of machines) if (machine.leftAtMs === undefined) this.#lookAt(machine);
  }

  /** What the machine was given. */
  takenBy(machine: SwarmMachine): GivenBytes {
    return this.#taken.get(machine.address.host) ?? nothing();
  }

  #lookAt(giver: SwarmMachine): void {
    const peers = giver.swarm.peers().filter(({ state }) => state === "connected");
    const isContended = peers.some(
      (peer) => peer.amChoking && peer.peerInterested && peer.downloadedBytes > 0,
    );
    for (const peer of peers) {
      const key = `${giver.address.host} ${peer.address.host}`;
      const before = this.#sentBytes.get(key) ?? 0;
      // A connection that was made anew counts from 0.
      const bytes = peer.uploadedBytes - (peer.uploadedBytes < before ? 0 : before);
      this.#sentBytes.set(key, peer.uploadedBytes);
      if (bytes > 0) this.#add(peer.address.host, this.#wayOf(giver, peer, isContended), bytes);
    }
  }

  #wayOf(giver: SwarmMachine, peer: PeerView, isContended: boolean): GivingWay {
    if (giver === this.#publisher) return "publisher";
    if (peer.amChoking) return "late";
    if (peer.isTriedOut) return "tried out";
    return isContended ? "contended slot" : "free slot";
  }

  #add(host: string, way: GivingWay, bytes: number): void {
    const taken = this.#taken.get(host) ?? nothing();
    taken[way] += bytes;
    this.#taken.set(host, taken);
  }
}

function nothing(): Record<GivingWay, number> {
  return { publisher: 0, "tried out": 0, "contended slot": 0, "free slot": 0, late: 0 };
}
