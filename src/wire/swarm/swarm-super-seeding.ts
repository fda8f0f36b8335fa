/** Carries a `SuperSeedPlan` out: tells peers of pieces one by one. */
import type { PeerConnection } from "../peer/peer-connection.ts";
import { HAVE } from "../protocol/message-ids.ts";
import type { PiecePicker } from "./piece-picker.ts";
import type { SuperSeedPlan } from "./super-seed-plan.ts";
import type { SwarmContext } from "./swarm-context.ts";

/** Pieces that may be named a second time for each second in which nobody fetches anything, for each peer. */
const SPARE_PER_PEER = 0.1;

export class SwarmSuperSeeding {
  readonly #swarm: SwarmContext;
  #turnOfKeeper = 0;

  constructor(swarm: SwarmContext) {
    this.#swarm = swarm;
  }

  /** The peer has said what it has: all of that is spread, and it may be told of its first pieces. */
  announced(peer: PeerConnection): void {
    const content = this.#swarm.content;
    const plan = content?.superSeeding;
    if (content === undefined || plan === undefined) return;
    const { picker, map } = content;
    const pieces: number[] = [];
    if (picker.peerHaveCount(peer.slot) > 0)
      for (let piece = 0; piece < map.pieceCount; piece++)
        if (picker.peerHas(peer.slot, piece)) pieces.push(piece);
    this.#revealTo(plan, plan.came(peer.slot, peer.party, pieces, this.#swarm.shared.turns.nowMs));
    this.#reveal(plan, peer);
  }

  has(peer: PeerConnection, piece: number): void {
    const plan = this.#swarm.content?.superSeeding;
    if (plan === undefined) return;
    this.#revealTo(plan, plan.seen(peer.slot, piece, this.#swarm.shared.turns.nowMs));
    // Where nobody else lacks it there is nothing to wait for.
    this.#reveal(plan, peer);
  }

  interestChanged(peer: PeerConnection): void {
    const plan = this.#swarm.content?.superSeeding;
    if (plan === undefined || peer.isPeerInterested) return;
    plan.wantsNothing(peer.slot, this.#swarm.shared.turns.nowMs);
    this.#reveal(plan, peer);
  }

  second(): void {
    const content = this.#swarm.content;
    if (content?.superSeeding === undefined) return;
    const { connected } = this.#swarm.roster;
    const plan = content.superSeeding;
    plan.isSpread = connected.length > 0 && content.picker.copies() >= 1 && !plan.hasLostPieces();
    const isResting = connected.every(({ upload }) => upload.queue.length === 0 && upload.pendingBytes === 0);
    plan.spare = isResting ? Math.ceil(connected.length * SPARE_PER_PEER) : 0;
    // Those with a slot can fetch at once what they are told of.
    const inOrder = connected.toSorted((a, b) => Number(a.isChokingPeer) - Number(b.isChokingPeer));
    const keepers = inOrder.filter((peer) => plan.isKeeper(peer.slot));
    const others = keepers.length === 0 ? inOrder : inOrder.filter((peer) => !plan.isKeeper(peer.slot));
    for (const peer of others) this.#reveal(plan, peer);
    if (plan.isSpread && plan.spare > 0 && plan.isWantedByKeepers)
      this.#revealInPlace(plan, content.picker, others);
    // In turn: where one piece is spare the same one would have it each time.
    const first = keepers.length === 0 ? 0 : this.#turnOfKeeper++ % keepers.length;
    for (const peer of [...keepers.slice(first), ...keepers.slice(0, first)]) this.#reveal(plan, peer);
    plan.spare = 0;
  }

  /** What keepers would get goes first to those who have least and pass things on. */
  #revealInPlace(plan: SuperSeedPlan, picker: PiecePicker, others: readonly PeerConnection[]): void {
    const inNeed = others.toSorted((a, b) => picker.peerHaveCount(a.slot) - picker.peerHaveCount(b.slot));
    for (const peer of inNeed) {
      if (plan.spare <= 0) return;
      const piece = peer.hasSentPieces && !peer.isClosed ? plan.revealInPlace(peer.slot) : undefined;
      if (piece === undefined) continue;
      peer.outbox.index(HAVE, piece);
      plan.spare--;
    }
  }

  left(peer: PeerConnection): void {
    this.#swarm.content?.superSeeding?.left(peer.slot);
  }

  #revealTo(plan: SuperSeedPlan, slots: readonly number[]): void {
    for (const slot of slots) {
      const giver = this.#swarm.roster.at(slot);
      if (giver !== undefined) this.#reveal(plan, giver);
    }
  }

  #reveal(plan: SuperSeedPlan, peer: PeerConnection): void {
    const { roster, shared } = this.#swarm;
    if (peer.isClosed || !peer.hasSentPieces) return;
    for (const piece of plan.reveal(peer.slot, shared.turns.nowMs, roster.connected.length))
      peer.outbox.index(HAVE, piece);
  }
}
