/** Acts on the choker's decisions: every ten seconds a round, in between free slots are filled at once. */
import type { PeerConnection } from "../peer/peer-connection.ts";
import { type ChokeDecision, type ChokePolicy, type ChokeRound, Choker, type ChokerPeer } from "./choker.ts";
import type { SwarmContext } from "./swarm-context.ts";
import type { SwarmHaves } from "./swarm-haves.ts";
import type { SwarmUploads } from "./swarm-uploads.ts";

export class SwarmChoking {
  readonly #swarm: SwarmContext;
  readonly #uploads: SwarmUploads;
  readonly #haves: SwarmHaves;
  readonly #choker: ChokePolicy;
  #nextRoundMs = 0;
  #wantsFill = false;

  constructor(swarm: SwarmContext, uploads: SwarmUploads, haves: SwarmHaves) {
    this.#swarm = swarm;
    this.#uploads = uploads;
    this.#haves = haves;
    const { config, createChoker, random } = swarm.shared;
    this.#choker =
      createChoker?.() ??
      new Choker(random, {
        slots: config.uploadSlots,
        leechPolicy: config.leechChoking,
        seedPolicy: config.seedChoking,
      });
  }

  /** The peer has become interested or lost its interest. A lone interested peer is let in at the end of the turn. */
  interestChanged(peer: PeerConnection): void {
    if (peer.isPeerInterested && peer.isChokingPeer) this.fill();
    else if (!peer.isPeerInterested && !peer.isChokingPeer) this.#wantsFill = true;
  }

  left(peer: PeerConnection): void {
    this.#choker.peerLeft(peer.slot);
    if (!peer.isChokingPeer) this.#wantsFill = true;
  }

  tick(): void {
    const { nowMs } = this.#swarm.shared.turns;
    if (nowMs >= this.#nextRoundMs) {
      this.#nextRoundMs = nowMs + this.#swarm.shared.config.chokeIntervalMs;
      this.#wantsFill = false;
      const facts = this.#facts();
      if (facts !== undefined) this.#apply(this.#choker.round(facts));
    } else if (this.#wantsFill) {
      this.fill();
    }
  }

  /** Gives free slots away; chokes nobody. */
  fill(): void {
    this.#wantsFill = false;
    const facts = this.#facts();
    if (facts !== undefined) this.#apply(this.#choker.fill(facts));
  }

  #facts(): ChokeRound | undefined {
    const content = this.#swarm.content;
    if (content === undefined || this.#swarm.roster.connected.length === 0) return undefined;
    const { picker, map } = content;
    return {
      nowMs: this.#swarm.shared.turns.nowMs,
      isSeeding: picker.isComplete,
      pieceBytes: map.pieceBytes,
      peers: this.#swarm.roster.connected.map((peer) =>
        factsOf(peer, picker.peerHaveCount(peer.slot) / map.pieceCount),
      ),
    };
  }

  #apply(decision: ChokeDecision): void {
    const unchoked = new Set(decision.unchoked);
    const optimistic = new Set(decision.optimistic);
    for (const peer of this.#swarm.roster.connected) {
      peer.upload.isOptimistic = optimistic.has(peer.slot);
      if (unchoked.has(peer.slot) === peer.isChokingPeer) this.#switch(peer);
    }
  }

  #switch(peer: PeerConnection): void {
    const { nowMs } = this.#swarm.shared.turns;
    // It chooses among all that we have as soon as it may.
    if (peer.isChokingPeer) this.#haves.tell(peer);
    peer.setChoking(!peer.isChokingPeer);
    if (peer.isChokingPeer) {
      peer.upload.chokedAtMs = nowMs;
      this.#uploads.choked(peer);
    } else {
      peer.upload.unchokedAtMs = nowMs;
    }
  }
}

function factsOf(peer: PeerConnection, haveRatio: number): ChokerPeer {
  return {
    slot: peer.slot,
    isInterested: peer.isPeerInterested,
    isUnchoked: !peer.isChokingPeer,
    isChokingUs: peer.isChokedByPeer,
    isSnubbing: peer.download.isSnubbed,
    isAsking: peer.upload.queue.length > 0 || peer.upload.pendingBytes > 0,
    connectedAtMs: peer.connectedAtMs,
    unchokedAtMs: peer.upload.unchokedAtMs,
    chokedAtMs: peer.upload.chokedAtMs,
    receivedBytes: peer.download.usefulBytes,
    sentBytes: peer.upload.meter.total,
    haveRatio,
  };
}
