/**
 * When peers are told of our new pieces. A HAVE is nine bytes in a packet of its own, sent to everybody, so it waits for
 * company where nothing is lost by that: a peer that wants something of us already, and cannot ask for it now or has more
 * than a second's worth asked for, hears of new pieces once a second. Everybody else hears with the next tick.
 */
import { BLOCK_BYTES } from "../../torrent/piece-map.ts";
import type { PeerConnection } from "../peer/peer-connection.ts";
import { HAVE } from "../protocol/message-ids.ts";
import type { SwarmContext } from "./swarm-context.ts";

/** Ticks that a HAVE waits at most: a second, a small part of what a piece takes from one peer to the next. */
const MAX_WAIT_TICKS = 10;

export class SwarmHaves {
  readonly #swarm: SwarmContext;
  /** Verified pieces that some peer may not have been told of; peers know how far into it they were told. */
  readonly #untold: number[] = [];
  #waitedTicks = 0;
  #hasNew = false;

  constructor(swarm: SwarmContext) {
    this.#swarm = swarm;
  }

  gained(piece: number): void {
    this.#untold.push(piece);
    this.#hasNew = true;
  }

  /** A piece of ours is gone: answers whether `peer` was told of it, for each peer; nobody is told any more. */
  lost(piece: number): (peer: PeerConnection) => boolean {
    const at = this.#untold.indexOf(piece);
    if (at < 0) return () => true;
    this.#untold.splice(at, 1);
    const told = new Set(this.#swarm.roster.connected.filter((peer) => peer.toldHaves > at));
    for (const peer of told) peer.toldHaves--;
    return (peer) => told.has(peer);
  }

  /** The peer is about to be told what we have, all of it. */
  met(peer: PeerConnection): void {
    peer.toldHaves = this.#untold.length;
  }

  /** Tells the peer of everything that it lacks: what it may ask for, or what it wants, has just changed. */
  tell(peer: PeerConnection): void {
    const { content } = this.#swarm;
    if (content === undefined || !peer.hasSentPieces) return;
    for (let i = peer.toldHaves; i < this.#untold.length; i++) {
      const piece = this.#untold[i] as number;
      if (!content.picker.peerHas(peer.slot, piece)) peer.outbox.index(HAVE, piece);
    }
    peer.toldHaves = this.#untold.length;
  }

  tick(): void {
    if (this.#untold.length === 0) return;
    if (++this.#waitedTicks >= MAX_WAIT_TICKS) this.#tellAll();
    else if (this.#hasNew) this.#tellUrgent();
    this.#hasNew = false;
  }

  #tellAll(): void {
    for (const peer of this.#swarm.roster.connected) this.tell(peer);
    this.forget();
  }

  #tellUrgent(): void {
    const { nowMs } = this.#swarm.shared.turns;
    for (const peer of this.#swarm.roster.connected) if (isUrgent(peer, nowMs)) this.tell(peer);
  }

  forget(): void {
    for (const peer of this.#swarm.roster.connected) peer.toldHaves = 0;
    this.#untold.length = 0;
    this.#waitedTicks = 0;
  }
}

/** It may want something of us only now, or has nearly everything that it asked for. */
function isUrgent(peer: PeerConnection, nowMs: number): boolean {
  if (!peer.isPeerInterested) return true;
  if (peer.isChokingPeer) return false;
  const { queue, pendingBytes, meter } = peer.upload;
  return queue.length * BLOCK_BYTES + pendingBytes <= meter.perSecond(nowMs);
}
