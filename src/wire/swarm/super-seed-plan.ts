/**
 * Super-seeding (BEP 16): a first seed that says it has nothing, and tells each peer of a piece or two at a time. Who
 * passed a piece on gets the next one, so the seed sends little more than one copy of the content until the swarm has
 * it all; who keeps a piece waits.
 *
 * Pure policy: which piece is revealed to whom. Two things that BEP 16 leaves open are settled here. A piece that no
 * other connected peer lacks cannot be passed on, and nobody waits for that; and a peer that has had its pieces for
 * half a minute gets another one, because an uplink at rest helps nobody.
 *
 * The last two pieces are told together. To a libtorrent that wants nothing just then the last one alone makes us a seed
 * of no interest: it closes the connection before it looks whether it has that piece (seen with 2.0.8).
 *
 * Whoever kept its first pieces and passed none on gets more only while the uplink rests, and what nobody but such keepers has
 * is told to others as if it had never been sent (ADR 124). What such keepers would get once the copy is sent is told to those
 * who have least and pass things on, as far as they take it (ADR 127).
 *
 * When every piece is at some other peer, the swarm can do without us, and the copy that it was to cost is sent. From then
 * on only those who get nothing from others are told of more, and what few have while the uplink rests.
 */
import type { Random } from "../../core/ports.ts";
import { Keepers } from "./keepers.ts";
import { PieceBitmap } from "./piece-bitmap.ts";

/** What the plan looks at; the picker of the swarm. */
export interface SpreadFacts {
  /** Copies among connected peers. */
  availability(piece: number): number;
  /** Pieces that the peer has. */
  peerHaveCount(slot: number): number;
  peerHas(slot: number, piece: number): boolean;
}

/** Pieces that a peer knows of and has not passed on: one to send while it shares the other; as libtorrent. */
const OPEN_PIECES = 2;
/** A peer that has fetched a piece is given this long to pass it on before it is told of another all the same. */
const PATIENCE_MS = 30_000;
/** Where the swarm has every piece, a peer that has gained none for this long cannot get at what others have. */
const STALLED_MS = 20_000;
/** Pieces that are compared for one reveal; enough to find one that nobody has, and cheap with two million. */
const MAX_LOOKS = 2_048;
/** A piece that fewer of the peers have may be stuck at those that have it. */
const SCARCE_RATIO = 0.25;
/** Copies that a piece counts for which only keepers have: what was never sent comes first. */
const LOST_COPIES = 0.5;

interface OpenPiece {
  readonly piece: number;
  /** When the peer itself had it; undefined while it has not. */
  fetchedAtMs: number | undefined;
  /** Nobody had it or knew of it, so it can be had from this peer only. */
  readonly wasNews: boolean;
}

interface PeerPlan {
  party: string;
  readonly revealed: PieceBitmap;
  revealedCount: number;
  /** When it last gained a piece, from whomever; at first, when it came. */
  gainedAtMs: number;
  /** It depends on us: the next piece is told as soon as it has the one before. */
  isDependent: boolean;
  open: OpenPiece[];
}

export class SuperSeedPlan {
  readonly #pieceCount: number;
  #facts: SpreadFacts;
  readonly #peers = new Map<number, PeerPlan>();
  /** Peers that know of each piece and have not passed it on. */
  readonly #openCount: Uint16Array;
  readonly #keepers = new Keepers();
  /** Slots of keepers, as of this second. */
  #keeperSlots: readonly number[] = [];
  #cursor: number;
  #lostCursor = 0;
  /** Every piece is at some other peer. */
  isSpread = false;
  /** So many pieces may be named a second time, since the uplink has nothing to do. */
  spare = 0;

  constructor(pieceCount: number, facts: SpreadFacts, random: Random) {
    this.#pieceCount = pieceCount;
    this.#facts = facts;
    this.#openCount = new Uint16Array(pieceCount);
    // Several first seeds of one torrent should not begin with the same piece.
    this.#cursor = random.integer(pieceCount);
  }

  /** The same plan over new books: the content was checked anew. */
  continuedWith(facts: SpreadFacts): this {
    this.#facts = facts;
    return this;
  }

  /** Whether the peer may fetch the piece. */
  isRevealed(slot: number, piece: number): boolean {
    return this.#peers.get(slot)?.revealed.has(piece) === true;
  }

  /** A peer has said what it has; until then its slot is taken for its party. Answers as `seen`. */
  came(slot: number, party: string, pieces: readonly number[], nowMs: number): readonly number[] {
    this.#planOf(slot, nowMs).party = party;
    return pieces.flatMap((piece) => this.#told(slot, piece, nowMs));
  }

  /** Pieces to tell the peer of now; call when its own pieces are known, and once a second. */
  reveal(slot: number, nowMs: number, peerCount: number): readonly number[] {
    const plan = this.#planOf(slot, nowMs);
    const isStalled = nowMs - plan.gainedAtMs >= STALLED_MS;
    plan.isDependent = this.isSpread && (plan.isDependent || isStalled);
    this.#letGo(plan, (entry) => this.#isOver(slot, entry, nowMs, peerCount));
    if (this.isSpread && !plan.isDependent && this.spare <= 0) return [];
    const isKeeper = this.#keepers.has(plan.party);
    const told: number[] = [];
    while (plan.open.length < OPEN_PIECES || plan.revealedCount === this.#pieceCount - 1) {
      const piece = this.#rarestFor(slot, plan);
      if (piece < 0) break;
      if (this.isSpread && !plan.isDependent && !this.#isScarce(piece, peerCount)) break;
      const wasNews = this.#isNews(piece);
      const isDue = !isKeeper && (wasNews || isStalled);
      const needsSpare = !isDue && peerCount > 1;
      if (needsSpare && this.spare <= 0) break;
      if (needsSpare) this.spare--;
      this.#tell(plan, piece, wasNews);
      told.push(piece);
    }
    return told;
  }

  /**
   * A piece for a peer in the place of a keeper: any that it lacks, unless there is enough that it was told of and has not
   * fetched. Undefined where there is none.
   */
  revealInPlace(slot: number): number | undefined {
    const plan = this.#peers.get(slot);
    if (plan === undefined || plan.open.filter(isToBeFetched).length >= OPEN_PIECES) return undefined;
    const piece = this.#rarestFor(slot, plan);
    if (piece < 0) return undefined;
    this.#tell(plan, piece, this.#isNews(piece));
    return piece;
  }

  #tell(plan: PeerPlan, piece: number, wasNews: boolean): void {
    plan.revealed.set(piece);
    plan.revealedCount++;
    plan.open.push({ piece, fetchedAtMs: undefined, wasNews });
    this.#openCount[piece] = (this.#openCount[piece] as number) + 1;
  }

  isKeeper(slot: number): boolean {
    const plan = this.#peers.get(slot);
    return plan !== undefined && this.#keepers.has(plan.party);
  }

  /** Whether a keeper lacks something, so that what it would get may go to others. */
  get isWantedByKeepers(): boolean {
    return this.#keeperSlots.some((slot) => this.#facts.peerHaveCount(slot) < this.#pieceCount);
  }

  /** The peer has the piece. Answers the slots that were told of it and passed it on: they have earned another. */
  seen(slot: number, piece: number, nowMs: number): readonly number[] {
    const wasTold = this.#planOf(slot, nowMs).revealed.has(piece);
    const giver = wasTold ? undefined : this.#giverOf(slot, piece);
    if (giver !== undefined) this.#keepers.passedOn(giver);
    return this.#told(slot, piece, nowMs);
  }

  /** Some piece of those looked at is at peers that pass nothing on, and nowhere else. Call once a second. */
  hasLostPieces(): boolean {
    this.#keeperSlots = [...this.#peers]
      .filter(([, { party }]) => this.#keepers.has(party))
      .map(([slot]) => slot);
    if (this.#keeperSlots.length === 0) return false;
    const looks = Math.min(this.#pieceCount, MAX_LOOKS);
    for (let i = 0; i < looks; i++) {
      if (this.#trustedHolders(this.#lostCursor) === 0) return true;
      this.#lostCursor = (this.#lostCursor + 1) % this.#pieceCount;
    }
    return false;
  }

  #told(slot: number, piece: number, nowMs: number): readonly number[] {
    this.#planOf(slot, nowMs).gainedAtMs = nowMs;
    if (this.#openCount[piece] === 0) return [];
    const givers: number[] = [];
    // Who has it from us has it from nobody else; who brought it along neither, but there it is spread.
    const isFromUs = this.#planOf(slot, nowMs).revealed.has(piece);
    for (const [giver, plan] of this.#peers) {
      const entry = plan.open.find((open) => open.piece === piece);
      if (entry === undefined) continue;
      if (giver === slot) entry.fetchedAtMs ??= nowMs;
      else if (!isFromUs) {
        this.#letGo(plan, (open) => open === entry);
        givers.push(giver);
      }
    }
    return givers;
  }

  /** The peer wants nothing of us: it has all that it was told of, and may not say so to whom it has it from. */
  wantsNothing(slot: number, nowMs: number): void {
    for (const entry of this.#peers.get(slot)?.open ?? []) entry.fetchedAtMs ??= nowMs;
  }

  left(slot: number): void {
    const plan = this.#peers.get(slot);
    if (plan !== undefined) this.#letGo(plan, () => true);
    this.#peers.delete(slot);
    this.#keeperSlots = this.#keeperSlots.filter((other) => other !== slot);
  }

  /** Nobody who passes things on has the piece, and nobody was told of it: who fetches it adds to the one copy that is to be sent. */
  #isNews(piece: number): boolean {
    return this.#openCount[piece] === 0 && this.#trustedHolders(piece) === 0;
  }

  #isScarce(piece: number, peerCount: number): boolean {
    return this.#trustedHolders(piece) + (this.#openCount[piece] as number) < SCARCE_RATIO * peerCount;
  }

  /** Peers that have the piece and are no keepers. */
  #trustedHolders(piece: number): number {
    let holders = this.#facts.availability(piece);
    if (holders > this.#keeperSlots.length) return holders;
    for (const slot of this.#keeperSlots) if (this.#facts.peerHas(slot, piece)) holders--;
    return holders;
  }

  /** The party that the peer must have the piece from; undefined where it may be one or the other. */
  #giverOf(taker: number, piece: number): string | undefined {
    // With the taker and all keepers there are two more to choose from at least.
    if (this.#facts.availability(piece) > this.#keeperSlots.length + 2) return undefined;
    const holders: string[] = [];
    for (const [slot, { party }] of this.#peers)
      if (slot !== taker && this.#facts.peerHas(slot, piece)) holders.push(party);
    const trusted = holders.filter((party) => !this.#keepers.has(party));
    const possible = trusted.length > 0 ? trusted : holders;
    return possible.length === 1 ? possible[0] : undefined;
  }

  #isOver(slot: number, entry: OpenPiece, nowMs: number, peerCount: number): boolean {
    const { piece, fetchedAtMs, wasNews } = entry;
    if (fetchedAtMs === undefined) return false;
    const { party, isDependent } = this.#planOf(slot, nowMs);
    const unsaid = this.#facts.peerHas(slot, piece) ? 0 : 1;
    if (this.#facts.availability(piece) + unsaid >= peerCount) return true;
    const hadTime = nowMs - fetchedAtMs >= PATIENCE_MS;
    if (hadTime && wasNews) this.#keepers.kept(party);
    return hadTime || isDependent || this.#keepers.has(party);
  }

  #planOf(slot: number, nowMs: number): PeerPlan {
    let plan = this.#peers.get(slot);
    if (plan === undefined) {
      const revealed = new PieceBitmap(this.#pieceCount);
      plan = {
        party: `slot ${slot}`,
        revealed,
        revealedCount: 0,
        gainedAtMs: nowMs,
        isDependent: false,
        open: [],
      };
      this.#peers.set(slot, plan);
    }
    return plan;
  }

  #letGo(plan: PeerPlan, isOver: (entry: OpenPiece) => boolean): void {
    plan.open = plan.open.filter((entry) => {
      if (!isOver(entry)) return true;
      this.#openCount[entry.piece] = (this.#openCount[entry.piece] as number) - 1;
      return false;
    });
  }

  #copiesOf(piece: number): number {
    const copies = this.#facts.availability(piece);
    return copies > 0 && this.#trustedHolders(piece) === 0 ? LOST_COPIES : copies;
  }

  /** Of the pieces from the cursor on, the one that fewest have or are about to have; -1 when the peer lacks none. */
  #rarestFor(slot: number, plan: PeerPlan): number {
    let best = -1;
    let fewest = Number.POSITIVE_INFINITY;
    const looks = Math.min(this.#pieceCount, MAX_LOOKS);
    for (let i = 0; i < looks && fewest > 0; i++) {
      const piece = (this.#cursor + i) % this.#pieceCount;
      if (plan.revealed.has(piece) || this.#facts.peerHas(slot, piece)) continue;
      const copies = this.#copiesOf(piece) + (this.#openCount[piece] as number);
      if (copies >= fewest) continue;
      best = piece;
      fewest = copies;
    }
    // Where the peer lacks nothing of this part, the next question looks at the next one.
    this.#cursor = (best < 0 ? this.#cursor + looks : best + 1) % this.#pieceCount;
    return best;
  }
}

function isToBeFetched({ fetchedAtMs }: OpenPiece): boolean {
  return fetchedAtMs === undefined;
}
