/**
 * The blocks that are on their way: per block its state and the one or two peers that were asked for it, held for
 * open segments only. A segment is a piece, or 64 blocks of a longer one, so memory follows the slabs in use and
 * not the length of the torrent or of its pieces. Typed arrays indexed by small numbers: a request or a block
 * allocates nothing.
 *
 *     free --ask--> requested by one --askSecond--> requested by two
 *       ^--- lost ---'  |    ^-------- lost ---------'    |
 *                       '-----> received <----------------'
 */
import { invariant } from "../../core/invariant.ts";
import { BLOCK_BYTES, SEGMENT_BYTES } from "../../torrent/piece-map.ts";

/** Blocks of a whole segment. */
export const SEGMENT_BLOCKS: number = SEGMENT_BYTES / BLOCK_BYTES;
/** No peer. */
export const NOBODY = -1;
/** No segment. */
export const NOTHING = -1;

const FREE = 0;
const REQUESTED = 1;
const RECEIVED = 2;

/** Most blocks that one peer is asked for as the second at a time, however often it won. */
const MAX_DOUBLED_BLOCKS = 32;
/** Segments to begin with; doubles when they run out. */
const INITIAL_CAPACITY = 32;

export class OpenSegments {
  // One entry a segment.
  #record = new Int32Array(INITIAL_CAPACITY).fill(-1);
  #index = new Int32Array(INITIAL_CAPACITY);
  #blocks = new Uint8Array(INITIAL_CAPACITY);
  #free = new Uint8Array(INITIAL_CAPACITY);
  #requested = new Uint8Array(INITIAL_CAPACITY);
  readonly #unused: number[] = [];

  // SEGMENT_BLOCKS entries a segment.
  #state = new Uint8Array(INITIAL_CAPACITY * SEGMENT_BLOCKS);
  #first = new Int16Array(INITIAL_CAPACITY * SEGMENT_BLOCKS);
  #second = new Int16Array(INITIAL_CAPACITY * SEGMENT_BLOCKS);
  /** When it was asked for, by `#clock`. */
  #ticket = new Float64Array(INITIAL_CAPACITY * SEGMENT_BLOCKS);

  // One entry a peer slot.
  readonly #asked: Int32Array;
  readonly #askedSecond: Int32Array;
  /** When the peer last sent a block, by `#clock`; 0 = never. */
  readonly #arrivedAt: Float64Array;
  /** Since when it has owed blocks and sent none. */
  readonly #silentSince: Float64Array;
  /** 1 when it did not send what it was asked for and has sent nothing since. */
  readonly #isDoubtful: Uint8Array;
  /** How many blocks it may be asked for as the second. */
  readonly #mayDouble: Uint8Array;

  /** Counts requests and arrivals: tells before from after without a clock. */
  #clock = 0;
  #requestedCount = 0;
  /** Peers that have sent a block. */
  #provenPeers = 0;
  #foundSegment = NOTHING;
  #foundBlock = 0;
  // Floating-point from the start, as times are (core/never-ms.ts): the first search must not undo compiled code.
  #foundSilence = Number.POSITIVE_INFINITY;
  #foundTicket = Number.POSITIVE_INFINITY;
  #maxTicket = Number.POSITIVE_INFINITY;
  #needsProof = false;

  constructor(maxPeerSlots: number) {
    this.#asked = new Int32Array(maxPeerSlots);
    this.#askedSecond = new Int32Array(maxPeerSlots);
    this.#arrivedAt = new Float64Array(maxPeerSlots);
    this.#silentSince = new Float64Array(maxPeerSlots);
    this.#isDoubtful = new Uint8Array(maxPeerSlots);
    this.#mayDouble = new Uint8Array(maxPeerSlots).fill(1);
    for (let segment = INITIAL_CAPACITY - 1; segment >= 0; segment--) this.#unused.push(segment);
  }

  // Segments -----------------------------------------------------------------------------------------------------

  /** Number of open segments. */
  get count(): number {
    return this.capacity - this.#unused.length;
  }

  /** One more than the highest segment number. */
  get capacity(): number {
    return this.#record.length;
  }

  /** Blocks that somebody is asked for. */
  get requestedCount(): number {
    return this.#requestedCount;
  }

  /** A segment of `blocks` free blocks: the one numbered `index` of the piece that `record` stands for. */
  open(record: number, index: number, blocks: number): number {
    if (this.#unused.length === 0) this.#grow();
    const segment = this.#unused.pop() as number;
    this.#record[segment] = record;
    this.#index[segment] = index;
    this.#blocks[segment] = blocks;
    this.#free[segment] = blocks;
    this.#requested[segment] = 0;
    const key = segment * SEGMENT_BLOCKS;
    this.#state.fill(FREE, key, key + blocks);
    this.#first.fill(NOBODY, key, key + blocks);
    this.#second.fill(NOBODY, key, key + blocks);
    return segment;
  }

  /** Forgets the segment with its requests. */
  close(segment: number): void {
    const key = segment * SEGMENT_BLOCKS;
    for (let j = 0; j < (this.#blocks[segment] as number) && this.#requested[segment] !== 0; j++) {
      if (this.#state[key + j] === REQUESTED) this.#leaveRequested(segment, key + j);
    }
    this.#record[segment] = -1;
    this.#unused.push(segment);
  }

  /** The record of an open segment; -1 where none is open. */
  recordOf(segment: number): number {
    return this.#record[segment] as number;
  }

  indexOf(segment: number): number {
    return this.#index[segment] as number;
  }

  blocksOf(segment: number): number {
    return this.#blocks[segment] as number;
  }

  freeOf(segment: number): number {
    return this.#free[segment] as number;
  }

  requestedOf(segment: number): number {
    return this.#requested[segment] as number;
  }

  /** Nothing requested, nothing received. */
  isUntouched(segment: number): boolean {
    return this.#free[segment] === this.#blocks[segment];
  }

  isComplete(segment: number): boolean {
    return this.#free[segment] === 0 && this.#requested[segment] === 0;
  }

  // Peers --------------------------------------------------------------------------------------------------------

  /** Requests that `slot` has here. */
  askedOf(slot: number): number {
    return this.#asked[slot] as number;
  }

  // Blocks, numbered within their segment --------------------------------------------------------------------------

  isReceived(segment: number, block: number): boolean {
    return this.#state[segment * SEGMENT_BLOCKS + block] === RECEIVED;
  }

  isRequestedBy(segment: number, block: number, slot: number): boolean {
    const key = segment * SEGMENT_BLOCKS + block;
    return this.#first[key] === slot || this.#second[key] === slot;
  }

  /** A peer other than `slot` that is asked for the block, or NOBODY. */
  otherRequester(segment: number, block: number, slot: number): number {
    const key = segment * SEGMENT_BLOCKS + block;
    return (this.#first[key] === slot ? this.#second[key] : this.#first[key]) as number;
  }

  /**
   * Asks `slot` for up to `maxBlocks` free blocks in order; writes pairs (piece, block in the piece) to `out`
   * from pair `start` on. Answers how many.
   */
  askFree(
    segment: number,
    piece: number,
    slot: number,
    maxBlocks: number,
    out: Int32Array,
    start: number,
  ): number {
    const key = segment * SEGMENT_BLOCKS;
    const firstBlock = (this.#index[segment] as number) * SEGMENT_BLOCKS;
    const count = Math.min(maxBlocks, this.#free[segment] as number);
    if (this.#asked[slot] === 0) this.#silentSince[slot] = this.#clock;
    let taken = 0;
    for (let j = 0; taken < count; j++) {
      if (this.#state[key + j] !== FREE) continue;
      this.#state[key + j] = REQUESTED;
      this.#first[key + j] = slot;
      this.#ticket[key + j] = ++this.#clock;
      out[2 * (start + taken)] = piece;
      out[2 * (start + taken) + 1] = firstBlock + j;
      taken++;
    }
    this.#free[segment] = (this.#free[segment] as number) - count;
    this.#requested[segment] = (this.#requested[segment] as number) + count;
    this.#requestedCount += count;
    this.#asked[slot] = (this.#asked[slot] as number) + count;
    return count;
  }

  /** `slot` sent a block, wanted or not. */
  arrivedFrom(slot: number): void {
    if (this.#arrivedAt[slot] === 0) this.#provenPeers++;
    this.#arrivedAt[slot] = ++this.#clock;
    this.#silentSince[slot] = this.#clock;
    this.#isDoubtful[slot] = 0;
  }

  /** The peer is gone; somebody else may be given its slot. */
  left(slot: number): void {
    if (this.#arrivedAt[slot] !== 0) this.#provenPeers--;
    this.#arrivedAt[slot] = 0;
    this.#isDoubtful[slot] = 0;
    this.#mayDouble[slot] = 1;
  }

  /**
   * Blocks that `slot` may be asked for as the second now: one, and one more each time it was the faster of two, until
   * it is not. Peers that all do well duplicate next to nothing; one that stalls is helped out within some round trips.
   */
  doublingRoom(slot: number): number {
    return Math.max(0, (this.#mayDouble[slot] as number) - (this.#askedSecond[slot] as number));
  }

  /**
   * Says with what `slot` may help in the searches to come. Two peers that stall must not hold a block between them: who
   * owes blocks helps only with what was asked for before it last sent one; who did not send what it owed helps with
   * nothing; and who never sent anything does not help out its like while others could.
   */
  beginHelp(slot: number): void {
    const isFree = this.#asked[slot] === 0 && this.#isDoubtful[slot] === 0;
    this.#maxTicket = isFree ? Number.POSITIVE_INFINITY : (this.#arrivedAt[slot] as number);
    this.#needsProof = this.#arrivedAt[slot] === 0 && this.#provenPeers > 0;
  }

  /** Begins a search for a block to ask a second peer for. */
  beginSearch(): void {
    this.#foundSegment = NOTHING;
    this.#foundSilence = Number.POSITIVE_INFINITY;
  }

  /**
   * Looks among the blocks of the segment that one peer other than `slot` is asked for. The best so far is one of the
   * peer that has been silent for longest, and of those the one it was asked for last: so a peer that stalls is helped
   * out first, from the end of its queue, where it is farthest from sending anyway.
   */
  searchIn(segment: number, slot: number): void {
    if (this.#requested[segment] === 0) return;
    const key = segment * SEGMENT_BLOCKS;
    for (let j = 0; j < (this.#blocks[segment] as number); j++) {
      if (this.#state[key + j] !== REQUESTED || this.#second[key + j] !== NOBODY) continue;
      const asked = this.#first[key + j] as number;
      const silence = this.#silentSince[asked] as number;
      const ticket = this.#ticket[key + j] as number;
      if (this.#needsProof && this.#arrivedAt[asked] === 0) continue;
      if (asked === slot || ticket >= this.#maxTicket || silence > this.#foundSilence) continue;
      if (silence === this.#foundSilence && ticket < this.#foundTicket) continue;
      this.#foundSegment = segment;
      this.#foundBlock = j;
      this.#foundSilence = silence;
      this.#foundTicket = ticket;
    }
  }

  /** Segment and block that the search ended with; NOTHING when there is none. */
  get foundSegment(): number {
    return this.#foundSegment;
  }

  get foundBlock(): number {
    return this.#foundBlock;
  }

  /** Asks a second peer for a block that one peer is asked for. */
  askSecond(segment: number, block: number, slot: number): void {
    const key = segment * SEGMENT_BLOCKS + block;
    invariant(this.#state[key] === REQUESTED && this.#second[key] === NOBODY, "a block to ask two peers for");
    if (this.#asked[slot] === 0) this.#silentSince[slot] = this.#clock;
    this.#second[key] = slot;
    this.#asked[slot] = (this.#asked[slot] as number) + 1;
    this.#askedSecond[slot] = (this.#askedSecond[slot] as number) + 1;
  }

  /** `slot` will not send the block. Answers whether the block is free by that. */
  lost(segment: number, block: number, slot: number): boolean {
    const key = segment * SEGMENT_BLOCKS + block;
    if (this.#state[key] !== REQUESTED) return false;
    if (this.#second[key] === slot) {
      this.#forgetSecond(key);
      return false;
    }
    if (this.#first[key] !== slot) return false;
    this.#asked[slot] = (this.#asked[slot] as number) - 1;
    this.#isDoubtful[slot] = 1;
    const heir = this.#second[key] as number;
    this.#first[key] = heir;
    if (heir !== NOBODY) {
      this.#second[key] = NOBODY;
      this.#askedSecond[heir] = (this.#askedSecond[heir] as number) - 1;
      return false;
    }
    this.#state[key] = FREE;
    this.#free[segment] = (this.#free[segment] as number) + 1;
    this.#countRequested(segment, -1);
    return true;
  }

  /** `slot` sent the block; nobody is asked for it any more. Answers whether it was free before. */
  received(segment: number, block: number, slot: number): boolean {
    const key = segment * SEGMENT_BLOCKS + block;
    this.#judgeRace(this.#first[key] as number, this.#second[key] as number, slot);
    const wasFree = this.#state[key] === FREE;
    if (wasFree) this.#free[segment] = (this.#free[segment] as number) - 1;
    else this.#leaveRequested(segment, key);
    this.#state[key] = RECEIVED;
    return wasFree;
  }

  /** Two peers were asked for a block and one of them has sent it. */
  #judgeRace(first: number, second: number, winner: number): void {
    if (second === NOBODY) return;
    if (winner === second) {
      this.#isDoubtful[first] = 1;
      this.#mayDouble[second] = Math.min(MAX_DOUBLED_BLOCKS, (this.#mayDouble[second] as number) + 1);
    } else {
      this.#mayDouble[second] = 1;
    }
  }

  #leaveRequested(segment: number, key: number): void {
    if (this.#second[key] !== NOBODY) this.#forgetSecond(key);
    const slot = this.#first[key] as number;
    this.#first[key] = NOBODY;
    this.#asked[slot] = (this.#asked[slot] as number) - 1;
    this.#countRequested(segment, -1);
  }

  #forgetSecond(key: number): void {
    const slot = this.#second[key] as number;
    this.#second[key] = NOBODY;
    this.#asked[slot] = (this.#asked[slot] as number) - 1;
    this.#askedSecond[slot] = (this.#askedSecond[slot] as number) - 1;
  }

  #countRequested(segment: number, step: number): void {
    this.#requested[segment] = (this.#requested[segment] as number) + step;
    this.#requestedCount += step;
  }

  #grow(): void {
    const former = this.capacity;
    const capacity = 2 * former;
    const grow = <T extends Int32Array | Int16Array | Uint8Array | Float64Array>(from: T, to: T): T => {
      to.set(from);
      return to;
    };
    this.#record = grow(this.#record, new Int32Array(capacity).fill(-1));
    this.#index = grow(this.#index, new Int32Array(capacity));
    this.#blocks = grow(this.#blocks, new Uint8Array(capacity));
    this.#free = grow(this.#free, new Uint8Array(capacity));
    this.#requested = grow(this.#requested, new Uint8Array(capacity));
    this.#state = grow(this.#state, new Uint8Array(capacity * SEGMENT_BLOCKS));
    this.#first = grow(this.#first, new Int16Array(capacity * SEGMENT_BLOCKS));
    this.#second = grow(this.#second, new Int16Array(capacity * SEGMENT_BLOCKS));
    this.#ticket = grow(this.#ticket, new Float64Array(capacity * SEGMENT_BLOCKS));
    for (let segment = capacity - 1; segment >= former; segment--) this.#unused.push(segment);
  }
}
