/**
 * Fetches the info dictionary (BEP 9) from many peers at once, believing none, until the SHA-1 of the whole is the
 * info-hash. Peers may claim different sizes: blocks are collected per claimed size, the sizes that most peers claim
 * first, so that a liar cannot block honest ones. Once a set of one size proved wrong, that size is fetched from one
 * peer at a time, and a peer that sent a wrong set alone is caught.
 */
import { concatBytes, equalBytes } from "../../core/bytes.ts";
import type { InfoHash } from "../../core/ids.ts";
import type { Random } from "../../core/ports.ts";
import { sha1 } from "../../core/sha1.ts";

export interface MetadataExchangeOptions {
  readonly infoHash: InfoHash;
  readonly random: Random;
}

export type MetadataOutcome =
  /** Taken, or not needed any more. */
  | { readonly kind: "accepted" }
  /** All of it, verified. The exchange is over. */
  | { readonly kind: "complete"; readonly rawInfo: Uint8Array; readonly liars: readonly string[] }
  /** A set was complete and wrong. `ban`: parties proven to lie or caught twice; `suspects`: the others. */
  | { readonly kind: "poisoned"; readonly ban: readonly string[]; readonly suspects: readonly string[] }
  /** Never asked for, or of a wrong size: count it, drop the peer when it repeats. */
  | { readonly kind: "unrequested" }
  | { readonly kind: "malformed" };

/** BEP 9: "the metadata is handled in blocks of 16KiB". */
export const METADATA_BLOCK_BYTES = 16_384;
/** threats W8. */
const MAX_METADATA_BYTES = 32 * 1024 * 1024;
const MAX_SIZES = 3;
const MAX_IN_FLIGHT = 2;
/** A peer that is alive answers 16 KiB within this time; afterwards another one is asked. */
const REQUEST_TIMEOUT_MS = 10_000;
/** After this long without an answer a second peer may be asked for the same block. */
const DUPLICATE_AFTER_MS = 3_000;
/** libtorrent: 20 to 70 s before a peer that rejected is asked again. */
const REJECT_PAUSE_MS = 20_000;
const REJECT_SPREAD_MS = 50_000;
/** A peer that is caught in this many wrong sets is banned whoever else took part. */
const MAX_STRIKES = 2;

interface Offering {
  readonly party: string;
  readonly sizeBytes: number;
  /** Block to when it was asked. */
  readonly asked: Map<number, number>;
  pausedUntilMs: number;
}

class BlockSet {
  readonly sizeBytes: number;
  readonly blocks: (Uint8Array | undefined)[];
  readonly senders: (string | undefined)[];
  received = 0;
  /** Only this peer may fill the set; undefined = everybody. */
  onlyParty: string | undefined;
  isSolo = false;

  constructor(sizeBytes: number) {
    this.sizeBytes = sizeBytes;
    const count = Math.ceil(sizeBytes / METADATA_BLOCK_BYTES);
    this.blocks = new Array<Uint8Array | undefined>(count).fill(undefined);
    this.senders = new Array<string | undefined>(count).fill(undefined);
  }

  blockBytes(block: number): number {
    return Math.min(METADATA_BLOCK_BYTES, this.sizeBytes - block * METADATA_BLOCK_BYTES);
  }

  clear(): void {
    this.blocks.fill(undefined);
    this.senders.fill(undefined);
    this.received = 0;
    this.onlyParty = undefined;
  }
}

export class MetadataExchange {
  readonly #infoHash: InfoHash;
  readonly #random: Random;
  readonly #offerings = new Map<number, Offering>();
  readonly #sets = new Map<number, BlockSet>();
  readonly #strikes = new Map<string, number>();
  #isComplete = false;

  constructor(options: MetadataExchangeOptions) {
    this.#infoHash = options.infoHash;
    this.#random = options.random;
  }

  get isComplete(): boolean {
    return this.#isComplete;
  }

  /** 0 to 1 of the set that is furthest. */
  get progressRatio(): number {
    let best = 0;
    for (const set of this.#sets.values()) best = Math.max(best, set.received / set.blocks.length);
    return best;
  }

  /** Size that most peers claim; undefined before the first claim. */
  get likelySizeBytes(): number | undefined {
    return this.#sizesByVotes()[0];
  }

  /** Memory that unverified sets hold. */
  get bufferedBytes(): number {
    let bytes = 0;
    for (const set of this.#sets.values()) for (const block of set.blocks) bytes += block?.length ?? 0;
    return bytes;
  }

  /**
   * A peer that speaks ut_metadata and says how long the metadata is (`metadata_size`), again when a later handshake
   * changes that. False: the size is not believable (1 byte to 32 MiB) and the peer is not asked.
   */
  peerOffers(slot: number, party: string, sizeBytes: number): boolean {
    if (!(Number.isInteger(sizeBytes) && sizeBytes >= 1 && sizeBytes <= MAX_METADATA_BYTES)) return false;
    const former = this.#offerings.get(slot);
    if (former?.party === party && former.sizeBytes === sizeBytes) return true;
    this.#offerings.set(slot, { party, sizeBytes, asked: new Map(), pausedUntilMs: 0 });
    return true;
  }

  peerLeft(slot: number): void {
    const offering = this.#offerings.get(slot);
    this.#offerings.delete(slot);
    const set = offering === undefined ? undefined : this.#sets.get(offering.sizeBytes);
    if (set !== undefined && set.onlyParty === offering?.party) set.clear();
    this.#forgetUnclaimed();
  }

  /** A piece to request from the peer now, registered as asked; -1 for none. Call until it answers -1. */
  ask(slot: number, nowMs: number): number {
    const offering = this.#offerings.get(slot);
    if (offering === undefined || this.#isComplete || nowMs < offering.pausedUntilMs) return -1;
    if (offering.asked.size >= MAX_IN_FLIGHT) return -1;
    const set = this.#setOf(offering.sizeBytes);
    if (set === undefined) return -1;
    if (set.isSolo) set.onlyParty ??= offering.party;
    if (set.onlyParty !== undefined && set.onlyParty !== offering.party) return -1;
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
    if (offering === undefined || !offering.asked.delete(piece)) return { kind: "unrequested" };
    const set = this.#sets.get(offering.sizeBytes);
    if (set === undefined) return { kind: "accepted" };
    if (totalSizeBytes !== offering.sizeBytes || bytes.length !== set.blockBytes(piece)) {
      offering.pausedUntilMs = nowMs + REJECT_PAUSE_MS;
      return { kind: "malformed" };
    }
    const isOpen = set.onlyParty === undefined || set.onlyParty === offering.party;
    if (!isOpen || set.blocks[piece] !== undefined) return { kind: "accepted" };
    set.blocks[piece] = bytes.slice();
    set.senders[piece] = offering.party;
    set.received++;
    return set.received === set.blocks.length ? this.#conclude(set) : { kind: "accepted" };
  }

  rejected(slot: number, piece: number, nowMs: number): void {
    const offering = this.#offerings.get(slot);
    if (offering?.asked.delete(piece) !== true) return;
    this.#pause(offering, nowMs);
  }

  /** Gives up requests that were not answered in time. Call about once a second, then `ask` everybody. */
  tick(nowMs: number): void {
    for (const offering of this.#offerings.values()) {
      for (const [block, askedAtMs] of offering.asked) {
        if (nowMs - askedAtMs < REQUEST_TIMEOUT_MS) continue;
        offering.asked.delete(block);
        this.#pause(offering, nowMs);
      }
    }
  }

  /** The peer is left alone for a while; a set that waited for it alone is open to the next one. */
  #pause(offering: Offering, nowMs: number): void {
    offering.pausedUntilMs = nowMs + REJECT_PAUSE_MS + this.#random.integer(REJECT_SPREAD_MS);
    const set = this.#sets.get(offering.sizeBytes);
    if (set?.onlyParty === offering.party) set.clear();
  }

  #conclude(set: BlockSet): MetadataOutcome {
    const rawInfo = concatBytes(set.blocks as Uint8Array[]);
    const parties = [...new Set(set.senders as string[])];
    if (equalBytes(sha1(rawInfo), this.#infoHash)) {
      this.#isComplete = true;
      const liars = [...this.#strikes.keys()].filter(
        (party) => !parties.includes(party) && this.#isProven(party),
      );
      this.#sets.clear();
      return { kind: "complete", rawInfo, liars };
    }
    set.clear();
    set.isSolo = true;
    for (const party of parties) this.#strikes.set(party, (this.#strikes.get(party) ?? 0) + 1);
    const isAlone = parties.length === 1;
    const ban = parties.filter((party) => isAlone || this.#isProven(party));
    for (const [slot, { party }] of this.#offerings) if (ban.includes(party)) this.#offerings.delete(slot);
    this.#forgetUnclaimed();
    return { kind: "poisoned", ban, suspects: parties.filter((party) => !ban.includes(party)) };
  }

  #isProven(party: string): boolean {
    return (this.#strikes.get(party) ?? 0) >= MAX_STRIKES;
  }

  /** The set that collects blocks of `sizeBytes`; undefined while more believable sizes are tried. */
  #setOf(sizeBytes: number): BlockSet | undefined {
    const known = this.#sets.get(sizeBytes);
    if (known !== undefined) return known;
    if (!this.#sizesByVotes().slice(0, MAX_SIZES).includes(sizeBytes)) return undefined;
    if (this.#sets.size >= MAX_SIZES) this.#dropLeastClaimed();
    const set = new BlockSet(sizeBytes);
    this.#sets.set(sizeBytes, set);
    return set;
  }

  #dropLeastClaimed(): void {
    const order = this.#sizesByVotes();
    const rank = (size: number): number => (order.includes(size) ? order.indexOf(size) : order.length);
    const [last] = [...this.#sets.keys()].sort((a, b) => rank(b) - rank(a));
    if (last !== undefined) this.#sets.delete(last);
  }

  /** Claimed sizes, the one that most parties claim first; of equals the smaller, which costs less to disprove. */
  #sizesByVotes(): readonly number[] {
    const votes = new Map<number, Set<string>>();
    for (const { party, sizeBytes } of this.#offerings.values()) {
      const parties = votes.get(sizeBytes) ?? new Set();
      votes.set(sizeBytes, parties.add(party));
    }
    return [...votes].sort((a, b) => b[1].size - a[1].size || a[0] - b[0]).map(([sizeBytes]) => sizeBytes);
  }

  #forgetUnclaimed(): void {
    const claimed = new Set([...this.#offerings.values()].map((offering) => offering.sizeBytes));
    for (const [sizeBytes, set] of this.#sets)
      if (!claimed.has(sizeBytes) && set.received === 0) this.#sets.delete(sizeBytes);
  }

  /** A missing block that nobody was asked for; failing that, one that was asked for long enough ago. */
  #nextBlock(set: BlockSet, offering: Offering, nowMs: number): number {
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
      if (atMs === undefined) return block;
      if (nowMs - atMs >= DUPLICATE_AFTER_MS) overdue = block;
    }
    return overdue;
  }
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
