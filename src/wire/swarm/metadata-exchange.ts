/**
 * Fetches the info dictionary (BEP 9) from many peers at once, believing none, until the SHA-1 of the whole is the
 * info-hash. Every 16 KiB block may come from somebody else, so one liar spoils a whole that honest peers helped with.
 *
 * Theory of operation. Blocks are collected per claimed size. At most three sizes are collected at a time; when more
 * are claimed, they take turns, so that no number of invented sizes shuts the true one out. Once the whole of one
 * size proved wrong, that size is fetched from one peer at a time, also in turns: a peer that sends a wrong whole
 * alone is proven to lie, and a slow one loses its turn to the next. Turns grow, so that a slow honest peer finishes
 * at last. Nobody is banned on suspicion: liars in mixed wholes are found by comparing with the right bytes.
 */
import { concatBytes, equalBytes } from "../../core/bytes.ts";
import type { InfoHash } from "../../core/ids.ts";
import type { Random } from "../../core/ports.ts";
import { sha1 } from "../../core/sha1.ts";
import { METADATA_BLOCK_BYTES, MetadataBlockSet, WrongMetadata } from "./metadata-block-set.ts";

export interface MetadataExchangeOptions {
  readonly infoHash: InfoHash;
  readonly random: Random;
}

export type MetadataOutcome =
  /** Taken, or not needed any more. */
  | { readonly kind: "accepted" }
  /** All of it, verified. The exchange is over. `liars` sent blocks that are wrong for certain. */
  | { readonly kind: "complete"; readonly rawInfo: Uint8Array; readonly liars: readonly string[] }
  /** A set was complete and wrong. `ban`: sent all of it alone; `suspects`: some of them lied. */
  | { readonly kind: "poisoned"; readonly ban: readonly string[]; readonly suspects: readonly string[] }
  /** Never asked for: count it, drop the peer when it repeats. */
  | { readonly kind: "unrequested" }
  /** Asked for, and of a wrong size. */
  | { readonly kind: "malformed" };

/** threats W8. */
const MAX_METADATA_BYTES = 32 * 1024 * 1024;
const MAX_SIZES = 3;
const MAX_IN_FLIGHT = 2;
/** A peer that is alive answers 16 KiB within this time; afterwards another one is asked. */
const REQUEST_TIMEOUT_MS = 10_000;
/** Requests given up whose answers are still welcome, for each peer. */
const MAX_LATE = 16;
/** After this long without an answer a second peer may be asked for the same block: time to the metadata is dear. */
const DUPLICATE_AFTER_MS = 1_000;
/** A set larger than this grows only while no smaller one is collected: liars cannot fill the memory meanwhile. */
const FREE_GROWTH_BYTES = 8 * 1024 * 1024;
/** libtorrent: 20 to 70 s before a peer that rejected is asked again. */
const REJECT_PAUSE_MS = 20_000;
const REJECT_SPREAD_MS = 50_000;
/** First turn of a size, or of a peer alone; each further turn of the same is twice as long, up to 2^6 times. */
const TURN_MS = 10_000;
const MAX_TURN_DOUBLINGS = 6;
/** Only who asked within this time takes part in turns (`ask` is called every second): the others wait for nothing. */
const ASKING_MS = 5_000;
/** Wrong sets that are remembered for the final reckoning: at most 2,048 digests each. */
const MAX_WRONG_SETS = 8;

interface Offering {
  readonly party: string;
  readonly sizeBytes: number;
  /** Block to when it was asked. */
  readonly asked: Map<number, number>;
  /** Blocks that were asked and given up. */
  readonly late: Set<number>;
  pausedUntilMs: number;
  /** `ask` was last called for it. */
  askedForAtMs: number;
  /** Turns it had alone. */
  soloTurns: number;
}

/** What is known of a claimed size, as long as somebody claims it. */
interface SizeRecord {
  /** How often a set was begun for it. */
  turns: number;
  /** A mixed set proved wrong: one peer at a time from now on. */
  isSolo: boolean;
}

export class MetadataExchange {
  readonly #infoHash: InfoHash;
  readonly #random: Random;
  readonly #offerings = new Map<number, Offering>();
  readonly #sets = new Map<number, MetadataBlockSet>();
  readonly #sizes = new Map<number, SizeRecord>();
  readonly #wrong: WrongMetadata[] = [];
  #isComplete = false;

  constructor(options: MetadataExchangeOptions) {
    this.#infoHash = options.infoHash;
    this.#random = options.random;
  }

  get isComplete(): boolean {
    return this.#isComplete;
  }

  /** 0 to 1 of the set that is furthest; 1 when complete. */
  get progressRatio(): number {
    let best = this.#isComplete ? 1 : 0;
    for (const set of this.#sets.values()) best = Math.max(best, set.received / set.blocks.length);
    return best;
  }

  /** Size that most peers claim, of equals the smaller; undefined before the first claim. */
  get likelySizeBytes(): number | undefined {
    return [...this.#votes()].sort((a, b) => b[1].size - a[1].size || a[0] - b[0])[0]?.[0];
  }

  /** Memory that unverified sets hold. */
  get bufferedBytes(): number {
    let bytes = 0;
    for (const set of this.#sets.values()) for (const block of set.blocks) bytes += block?.length ?? 0;
    return bytes;
  }

  // Peers ----------------------------------------------------------------------------------------------------------

  /**
   * A peer that speaks ut_metadata and says how long the metadata is (`metadata_size`), again when a later handshake
   * changes that. False: the size is not believable (1 byte to 32 MiB) and the peer is not asked.
   */
  peerOffers(slot: number, party: string, sizeBytes: number): boolean {
    if (!(Number.isInteger(sizeBytes) && sizeBytes >= 1 && sizeBytes <= MAX_METADATA_BYTES)) return false;
    const former = this.#offerings.get(slot);
    if (former?.party === party && former.sizeBytes === sizeBytes) return true;
    if (former !== undefined) this.#release(former);
    this.#offerings.set(slot, {
      party,
      sizeBytes,
      asked: new Map(),
      late: new Set(),
      pausedUntilMs: former?.party === party ? former.pausedUntilMs : 0,
      askedForAtMs: Number.NEGATIVE_INFINITY,
      soloTurns: former?.party === party ? former.soloTurns : 0,
    });
    if (!this.#sizes.has(sizeBytes)) this.#sizes.set(sizeBytes, { turns: 0, isSolo: false });
    this.#forgetUnclaimed();
    return true;
  }

  peerLeft(slot: number): void {
    const offering = this.#offerings.get(slot);
    this.#offerings.delete(slot);
    if (offering !== undefined) this.#release(offering);
    this.#forgetUnclaimed();
  }

  // Requests -------------------------------------------------------------------------------------------------------

  /** A piece to request from the peer now, registered as asked; -1 for none. Call until it answers -1. */
  ask(slot: number, nowMs: number): number {
    const offering = this.#offerings.get(slot);
    if (offering === undefined || this.#isComplete) return -1;
    offering.askedForAtMs = nowMs;
    if (!isReady(offering, nowMs)) return -1;
    const set = this.#setOf(offering.sizeBytes, nowMs);
    if (set === undefined || !this.#mayFill(set, offering, nowMs) || !this.#mayGrow(set, nowMs)) return -1;
    const block = this.#nextBlock(set, offering, nowMs);
    if (block >= 0) offering.asked.set(block, nowMs);
    return block;
  }

  /** `ut_metadata` data. The bytes are copied. */
  data(
    slot: number,
    piece: number,
    totalSizeBytes: number,
    bytes: Uint8Array,
    nowMs: number,
  ): MetadataOutcome {
    if (this.#isComplete) return { kind: "accepted" };
    const offering = this.#offerings.get(slot);
    if (offering === undefined || !takeAsked(offering, piece)) return { kind: "unrequested" };
    const expected = Math.min(METADATA_BLOCK_BYTES, offering.sizeBytes - piece * METADATA_BLOCK_BYTES);
    if (totalSizeBytes !== offering.sizeBytes || bytes.length !== expected) {
      this.#pause(offering, nowMs);
      return { kind: "malformed" };
    }
    // Late, but alive: it need not wait any longer.
    offering.pausedUntilMs = 0;
    const set = this.#sets.get(offering.sizeBytes);
    if (set === undefined || set.blocks[piece] !== undefined) return { kind: "accepted" };
    if (this.#isSolo(set) && set.onlyParty !== offering.party) return { kind: "accepted" };
    set.put(piece, bytes, offering.party);
    return set.isFull ? this.#conclude(set) : { kind: "accepted" };
  }

  rejected(slot: number, piece: number, nowMs: number): void {
    const offering = this.#offerings.get(slot);
    if (offering !== undefined && takeAsked(offering, piece)) this.#pause(offering, nowMs);
  }

  /** Gives up requests that were not answered in time. Call about once a second, then `ask` everybody. */
  tick(nowMs: number): void {
    for (const offering of this.#offerings.values()) {
      for (const [block, askedAtMs] of offering.asked) {
        if (nowMs - askedAtMs < REQUEST_TIMEOUT_MS) continue;
        offering.asked.delete(block);
        if (offering.late.size < MAX_LATE) offering.late.add(block);
        this.#pause(offering, nowMs);
      }
    }
  }

  /** The peer is left alone for a while; a set that waited for it alone is open to the next one. */
  #pause(offering: Offering, nowMs: number): void {
    offering.pausedUntilMs = nowMs + REJECT_PAUSE_MS + this.#random.integer(REJECT_SPREAD_MS);
    this.#release(offering);
  }

  #release({ sizeBytes, party }: Offering): void {
    const set = this.#sets.get(sizeBytes);
    if (set?.onlyParty === party) set.clear();
  }

  /** A missing block that nobody was asked for; failing that, one that was asked for long enough ago. */
  #nextBlock(set: MetadataBlockSet, offering: Offering, nowMs: number): number {
    const askedAtMs = new Map<number, number>();
    for (const other of this.#offerings.values()) {
      if (other.sizeBytes !== set.sizeBytes) continue;
      for (const [block, atMs] of other.asked)
        askedAtMs.set(block, Math.max(atMs, askedAtMs.get(block) ?? 0));
    }
    const count = set.blocks.length;
    const start = this.#random.integer(count);
    let overdue = -1;
    for (let i = 0; i < count; i++) {
      const block = (start + i) % count;
      if (set.blocks[block] !== undefined || offering.asked.has(block)) continue;
      const atMs = askedAtMs.get(block);
      // What others were asked for does not count where their answers are not taken.
      if (atMs === undefined || set.onlyParty !== undefined) return block;
      if (nowMs - atMs >= DUPLICATE_AFTER_MS) overdue = block;
    }
    return overdue;
  }

  // Turns ----------------------------------------------------------------------------------------------------------

  /** The set that collects blocks of `sizeBytes`; undefined while it is the turn of others. */
  #setOf(sizeBytes: number, nowMs: number): MetadataBlockSet | undefined {
    const known = this.#sets.get(sizeBytes);
    if (known !== undefined) return known;
    if (this.#sets.size >= MAX_SIZES && !(this.#isNextSize(sizeBytes, nowMs) && this.#endTurn(nowMs)))
      return undefined;
    const record = this.#sizes.get(sizeBytes) as SizeRecord;
    const set = new MetadataBlockSet(sizeBytes, nowMs + turnMs(record.turns++));
    this.#sets.set(sizeBytes, set);
    return set;
  }

  /** Of the sizes that wait, the one that had the fewest turns is next; of equals the one that most parties claim. */
  #isNextSize(sizeBytes: number, nowMs: number): boolean {
    const votes = this.#votes();
    const turnsOf = (size: number): number => this.#sizes.get(size)?.turns ?? 0;
    const votesOf = (size: number): number => votes.get(size)?.size ?? 0;
    for (const other of this.#offerings.values()) {
      if (this.#sets.has(other.sizeBytes) || !isWaiting(other, nowMs)) continue;
      const order = turnsOf(other.sizeBytes) - turnsOf(sizeBytes);
      if (order < 0 || (order === 0 && votesOf(other.sizeBytes) > votesOf(sizeBytes))) return false;
    }
    return true;
  }

  /** Drops the set whose turn is over and that fewest parties claim; false when there is none. */
  #endTurn(nowMs: number): boolean {
    const votes = this.#votes();
    let last: { readonly sizeBytes: number; readonly votes: number } | undefined;
    for (const { sizeBytes, turnEndsMs } of this.#sets.values()) {
      const count = votes.get(sizeBytes)?.size ?? 0;
      if (count > 0 && nowMs < turnEndsMs) continue;
      if (last === undefined || count < last.votes) last = { sizeBytes, votes: count };
    }
    return last !== undefined && this.#sets.delete(last.sizeBytes);
  }

  #isSolo(set: MetadataBlockSet): boolean {
    return this.#sizes.get(set.sizeBytes)?.isSolo === true;
  }

  /** Whether the peer may add to the set; where one at a time does, it takes its turn if it can. */
  #mayFill(set: MetadataBlockSet, offering: Offering, nowMs: number): boolean {
    if (!this.#isSolo(set) || set.onlyParty === offering.party) return true;
    if (set.onlyParty !== undefined && nowMs < set.soloEndsMs) return false;
    for (const other of this.#offerings.values()) {
      const isRival = other.sizeBytes === set.sizeBytes && other.party !== set.onlyParty;
      if (isRival && other.soloTurns < offering.soloTurns && isWaiting(other, nowMs)) return false;
    }
    set.clear();
    set.onlyParty = offering.party;
    set.soloEndsMs = nowMs + turnMs(offering.soloTurns++);
    return true;
  }

  /** Whether the set may have further blocks; WI15 allows twice the true size and 16 MiB in all. */
  #mayGrow(set: MetadataBlockSet, nowMs: number): boolean {
    if (set.received * METADATA_BLOCK_BYTES < FREE_GROWTH_BYTES) return true;
    for (const other of this.#sets.values())
      if (other.sizeBytes < set.sizeBytes && nowMs < other.turnEndsMs) return false;
    return true;
  }

  /** Parties that claim each size. */
  #votes(): Map<number, Set<string>> {
    const votes = new Map<number, Set<string>>();
    for (const { party, sizeBytes } of this.#offerings.values()) {
      const parties = votes.get(sizeBytes) ?? new Set<string>();
      votes.set(sizeBytes, parties.add(party));
    }
    return votes;
  }

  /** What was collected stays for the next peer that claims the size, until another size needs the place. */
  #forgetUnclaimed(): void {
    const claimed = this.#votes();
    for (const [sizeBytes, set] of this.#sets)
      if (!claimed.has(sizeBytes) && set.received === 0) this.#sets.delete(sizeBytes);
    for (const sizeBytes of this.#sizes.keys())
      if (!claimed.has(sizeBytes) && !this.#sets.has(sizeBytes)) this.#sizes.delete(sizeBytes);
  }

  // The end --------------------------------------------------------------------------------------------------------

  #conclude(set: MetadataBlockSet): MetadataOutcome {
    const rawInfo = concatBytes(set.blocks as Uint8Array[]);
    if (equalBytes(sha1(rawInfo), this.#infoHash)) return this.#finish(rawInfo);
    const parties = [...new Set(set.senders as string[])];
    const isAlone = parties.length === 1;
    if (!isAlone) {
      this.#wrong.push(new WrongMetadata(set));
      if (this.#wrong.length > MAX_WRONG_SETS) this.#wrong.shift();
    }
    set.clear();
    (this.#sizes.get(set.sizeBytes) as SizeRecord).isSolo = true;
    if (!isAlone) return { kind: "poisoned", ban: [], suspects: parties };
    for (const [slot, { party }] of this.#offerings)
      if (parties.includes(party)) this.#offerings.delete(slot);
    this.#forgetUnclaimed();
    return { kind: "poisoned", ban: parties, suspects: [] };
  }

  #finish(rawInfo: Uint8Array): MetadataOutcome {
    this.#isComplete = true;
    const liars = new Set(this.#wrong.flatMap((wrong) => wrong.liars(rawInfo)));
    this.#sets.clear();
    this.#wrong.length = 0;
    return { kind: "complete", rawInfo, liars: [...liars] };
  }
}

function turnMs(formerTurns: number): number {
  return TURN_MS * 2 ** Math.min(formerTurns, MAX_TURN_DOUBLINGS);
}

/** Whether the peer may be asked for one more block. */
function isReady(offering: Offering, nowMs: number): boolean {
  return nowMs >= offering.pausedUntilMs && offering.asked.size < MAX_IN_FLIGHT;
}

/** Whether the peer would take a turn now. */
function isWaiting(offering: Offering, nowMs: number): boolean {
  return isReady(offering, nowMs) && nowMs - offering.askedForAtMs <= ASKING_MS;
}

/** Whether we are owed this block; from now on we are not. */
function takeAsked({ asked, late }: Offering, block: number): boolean {
  const wasAsked = asked.delete(block);
  return late.delete(block) || wasAsked;
}

/** Answers of one peer within a minute: twice the whole, and a few for small ones (threats W8). */
const SERVE_WINDOW_MS = 60_000;
const SERVE_SPARE = 64;

/** Serves verified metadata, within limits (threats W8). */
export class MetadataServer {
  readonly #rawInfo: Uint8Array;
  readonly #served = new Map<number, { sinceMs: number; count: number }>();

  constructor(rawInfo: Uint8Array) {
    this.#rawInfo = rawInfo;
  }

  get sizeBytes(): number {
    return this.#rawInfo.length;
  }

  /** The bytes of a piece for `slot`, borrowed; undefined = send a reject. */
  serve(slot: number, piece: number, nowMs: number): Uint8Array | undefined {
    const count = Math.ceil(this.#rawInfo.length / METADATA_BLOCK_BYTES);
    if (!(Number.isInteger(piece) && piece >= 0 && piece < count)) return undefined;
    if (!this.#mayServe(slot, 2 * count + SERVE_SPARE, nowMs)) return undefined;
    return this.#rawInfo.subarray(piece * METADATA_BLOCK_BYTES, (piece + 1) * METADATA_BLOCK_BYTES);
  }

  peerLeft(slot: number): void {
    this.#served.delete(slot);
  }

  #mayServe(slot: number, limit: number, nowMs: number): boolean {
    const served = this.#served.get(slot);
    if (served === undefined || nowMs - served.sinceMs >= SERVE_WINDOW_MS) {
      this.#served.set(slot, { sinceMs: nowMs, count: 1 });
      return true;
    }
    return ++served.count <= limit;
  }
}
