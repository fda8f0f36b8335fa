/**
 * Peers behind translators call each other at the same time (BEP 55), on the word of a third that is connected with
 * both: the packet that each sends opens its own translator for the other's. We ask for it when a peer that somebody
 * named could not be reached, do as we are told when somebody else asked, and relay for others.
 *
 * A relay makes others send packets to an address of its choice, and so may whoever asks it: both are held to a few a
 * minute, and what may not be contacted is not called.
 */
import { type Endpoint, formatEndpoint } from "../../core/endpoint.ts";
import type { PeerConnection } from "../peer/peer-connection.ts";
import { extendedMessage } from "../protocol/message-encoder.ts";
import {
  decodeHolepunch,
  encodeHolepunch,
  type HolepunchError,
  type HolepunchMessage,
} from "../protocol/ut-holepunch.ts";
import type { SwarmConnections } from "./swarm-connections.ts";
import type { SwarmContext } from "./swarm-context.ts";
import { listeningAddress, mayMeet, type SwarmPex } from "./swarm-pex.ts";

/** Messages of each peer that are acted upon in a minute; an honest one knows a few peers that it cannot reach. */
const MAX_MESSAGES_PER_MINUTE = 20;
/** A peer that could not be reached with help is not tried so again before this. */
const ASK_AGAIN_MS = 600_000;
/** Addresses that help was asked for; more than fail in ten minutes. */
const MAX_ASKED = 512;
const MINUTE_MS = 60_000;

interface Pace {
  sinceMs: number;
  count: number;
}

export class SwarmHolepunch {
  readonly #swarm: SwarmContext;
  readonly #connections: SwarmConnections;
  readonly #pex: SwarmPex;
  readonly #paces = new WeakMap<PeerConnection, Pace>();
  /** When help was asked for each address, oldest first. */
  readonly #asked = new Map<string, number>();

  constructor(swarm: SwarmContext, connections: SwarmConnections, pex: SwarmPex) {
    this.#swarm = swarm;
    this.#connections = connections;
    this.#pex = pex;
  }

  /** Neither TCP nor uTP reached `address`: whoever named it may be connected with it. */
  notReached(address: Endpoint): void {
    const { nowMs } = this.#swarm.shared.turns;
    if (!this.#mayPunch) return;
    const key = formatEndpoint(address);
    const askedAtMs = this.#asked.get(key);
    if (askedAtMs !== undefined && nowMs - askedAtMs < ASK_AGAIN_MS) return;
    const relay = this.#pex.whoNamed(address).find((peer) => peer.holepunchId !== 0);
    if (relay === undefined) return;
    this.#asked.delete(key);
    this.#asked.set(key, nowMs);
    if (this.#asked.size > MAX_ASKED) this.#asked.delete(this.#asked.keys().next().value ?? "");
    this.#send(relay, { type: "rendezvous", address, error: undefined });
  }

  /** Body of a ut_holepunch message. */
  received(peer: PeerConnection, body: Uint8Array): void {
    const message = decodeHolepunch(body);
    if (!message.ok) {
      peer.close("protocol-error", `ut_holepunch: ${message.fault.message}`);
      return;
    }
    const { type, address } = message.value;
    // BEP 55: whoever did not say that it takes these messages is not answered.
    if (peer.holepunchId === 0 || !this.#keepsPace(peer)) return;
    if (type === "rendezvous") this.#relay(peer, address);
    else if (type === "connect" && this.#mayPunch && mayMeet(peer.address, address))
      this.#connections.punch(address, peer.party);
  }

  get #mayPunch(): boolean {
    return this.#swarm.shared.expectCall !== undefined;
  }

  /** `asking` wants to be called by whoever is at `address`. */
  #relay(asking: PeerConnection, address: Endpoint): void {
    const { roster } = this.#swarm;
    const from = listeningAddress(asking);
    const target = roster.connected.find((peer) => isAt(peer, address));
    const error = this.#whyNot(asking, target, address);
    if (error !== undefined || target === undefined || from === undefined) {
      this.#send(asking, { type: "error", address, error: error ?? "not-connected" });
      return;
    }
    this.#send(target, { type: "connect", address: from, error: undefined });
    this.#send(asking, { type: "connect", address, error: undefined });
  }

  #whyNot(
    asking: PeerConnection,
    target: PeerConnection | undefined,
    address: Endpoint,
  ): HolepunchError | undefined {
    if (this.#connections.isSelf(address)) return "no-self";
    if (target === asking) return "no-such-peer";
    if (target === undefined || !mayMeet(asking.address, address)) return "not-connected";
    return target.holepunchId === 0 ? "no-support" : undefined;
  }

  #send(peer: PeerConnection, message: HolepunchMessage): void {
    peer.outbox.write(extendedMessage(peer.holepunchId, encodeHolepunch(message)));
  }

  #keepsPace(peer: PeerConnection): boolean {
    const { nowMs } = this.#swarm.shared.turns;
    const pace = this.#paces.get(peer);
    if (pace === undefined || nowMs - pace.sinceMs >= MINUTE_MS) {
      this.#paces.set(peer, { sinceMs: nowMs, count: 1 });
      return true;
    }
    return ++pace.count <= MAX_MESSAGES_PER_MINUTE;
  }
}

/** Whether the peer is connected from `address`, or listens there. */
function isAt(peer: PeerConnection, { host, port }: Endpoint): boolean {
  return peer.address.host === host && (peer.address.port === port || peer.listenPort === port);
}
