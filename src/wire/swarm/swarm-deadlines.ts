/**
 * Pieces that somebody waits for (a player, a viewer of one file's end). The picker takes them before all others; here
 * they are kept in the order of their time, peers with long queues make room for them, and those that are about to be
 * late are asked of a second peer.
 */
import type { PeerConnection } from "../peer/peer-connection.ts";
import type { PieceDeadline } from "./swarm.ts";
import type { ContentState, SwarmContext } from "./swarm-context.ts";
import type { SwarmLostRequests } from "./swarm-lost-requests.ts";
import type { SwarmRequests } from "./swarm-requests.ts";

/** A piece that is due within this time and not here is late: a second peer is asked; as libtorrent's queue of 2 s. */
const LATE_MS = 2_000;
/** Pieces with a deadline; a player's look-ahead is a few dozen. */
const MAX_DEADLINES = 1_024;

interface Deadline {
  readonly piece: number;
  readonly atMs: number;
}

export class SwarmDeadlines {
  readonly #swarm: SwarmContext;
  readonly #requests: SwarmRequests;
  readonly #lostRequests: SwarmLostRequests;
  #deadlines: readonly Deadline[] = [];
  /** Wanted soon, at no particular time. */
  #urgent: readonly number[] = [];

  constructor(swarm: SwarmContext, requests: SwarmRequests, lostRequests: SwarmLostRequests) {
    this.#swarm = swarm;
    this.#requests = requests;
    this.#lostRequests = lostRequests;
  }

  set(deadlines: readonly PieceDeadline[]): void {
    const { nowMs } = this.#swarm.shared.turns;
    this.#deadlines = deadlines
      .map(({ pieceIndex, inMs }) => ({ piece: pieceIndex, atMs: nowMs + inMs }))
      .sort((a, b) => a.atMs - b.atMs)
      .slice(0, MAX_DEADLINES);
    const content = this.#swarm.content;
    if (content === undefined) return;
    this.#tellPicker(content);
    for (const peer of this.#swarm.roster.connected) this.#makeRoom(content, peer);
    this.#requests.replan();
  }

  /** Pieces that come after those with a time and before all others. */
  setUrgent(pieces: readonly number[]): void {
    this.#urgent = pieces.slice();
    if (this.#swarm.content !== undefined) this.#tellPicker(this.#swarm.content);
    this.#requests.replan();
  }

  /** There is a new picker, which knows nothing. */
  contentReplaced(): void {
    if (this.#swarm.content !== undefined) this.#tellPicker(this.#swarm.content);
  }

  /** Ten times a second: what was far off becomes late. */
  tick(): void {
    const content = this.#swarm.content;
    if (this.#deadlines.length === 0 || content === undefined) return;
    this.#deadlines = this.#deadlines.filter(({ piece }) => !content.picker.have.has(piece));
    this.#tellPicker(content);
    this.#requests.replan();
  }

  #tellPicker(content: ContentState): void {
    const lateFromMs = this.#swarm.shared.turns.nowMs + LATE_MS;
    const valid = this.#deadlines.filter(({ piece }) => piece >= 0 && piece < content.map.pieceCount);
    const late = valid.filter(({ atMs }) => atMs <= lateFromMs).length;
    content.picker.setUrgent([...valid.map(({ piece }) => piece), ...this.#urgent], late);
  }

  /** A peer that has a piece in question is asked for it now, and not when its queue of others has run down. */
  #makeRoom(content: ContentState, peer: PeerConnection): void {
    const isUrgent = (piece: number) => this.#deadlines.some((deadline) => deadline.piece === piece);
    const hasUrgent = this.#deadlines.some(
      ({ piece }) => content.picker.peerHas(peer.slot, piece) && !content.picker.have.has(piece),
    );
    if (hasUrgent) this.#lostRequests.yieldTo(content, peer, isUrgent);
  }
}
