/**
 * One iterative lookup as a state machine (BEP 5; Maymounkov & Mazières 2002, section 2.3). Knows no socket and no
 * clock: the caller sends, and reports replies, stalls and failures.
 *
 * Theory: keep the candidates nearest to the target, sorted. Ask from the head of the list, `alpha` at a time,
 * counting only what is in flight among the head (libtorrent's rule): a candidate that turns out nearer is asked
 * at once, whatever is still in flight behind it. A query that stalls frees its place, so parallelism grows exactly
 * where nodes are dead. When nobody new is left in the head, those that stalled there are asked again, as often as
 * the measured loss makes worthwhile. Done when the `k` nearest candidates that are alive have answered; dead ones
 * never count.
 *
 *   fresh -> asked -> answered
 *     |       |---> stalled -> answered (late) | failed | asked again
 *     |       `---> failed
 *     |--> passed over (its address was asked under another id) -> fresh, when that has failed
 *     `--> skipped (its address stays silent, or its id has answered)
 *
 * Bounded against liars (threats D8): candidates, queries, nodes taken from one reply; one reply per address and
 * per id; in the profile `public` one address per /24 (/64). Whoever names nodes stands surety for them: of one
 * that named nobody who answers, only a few are asked. Nodes that stand denser around the target than chance puts
 * them are asked, but a lookup goes on behind them (DH08).
 */
import { type AddressProfile, mayContact, partyKey, subnetKey } from "../core/address-profile.ts";
import { equalBytes } from "../core/bytes.ts";
import { compareDistance } from "../core/distance.ts";
import type { AddressFamily, Endpoint } from "../core/endpoint.ts";
import { ID_BYTES, type NodeId, nodeIdFrom } from "../core/ids.ts";
import { compactNodeBytes, readEndpoint, readInt32, sameEndpoint } from "./compact-address.ts";
import type { DhtTuning } from "./dht-tuning.ts";
import { type LookBehind, lookBehind } from "./look-behind.ts";
import { type CandidateState, LookupCandidate } from "./lookup-candidate.ts";
import { leastPlausibleDistances, MAX_CROWD } from "./plausible-distances.ts";

/** Threats D8; libtorrent keeps 100 as well. */
export const MAX_CANDIDATES = 100;
/** Threats D8. An honest lookup needs 20 to 40. */
export const MAX_QUERIES = 200;
/** Threats D8: more than k nodes in one reply are a liar's, or a waste. */
export const MAX_NODES_PER_REPLY = 8;
/** Queries in flight at the head of the list, when nearly everybody asked turns out dead. */
const MAX_ALPHA = 16;
/** When nobody else is left a candidate is asked this often at least, and k times in all. */
const LAST_RESORT_TRIES = 2;
/** Nodes that one candidate named and nobody heard from yet: so many may be asked, and more for each that answered. */
const MAX_UNPROVEN = 4;
const UNPROVEN_PER_PROVEN = 3;

/** The parts of the tuning that lookups follow. */
export type LookupTuning = Pick<
  DhtTuning,
  "alpha" | "headOfList" | "candidateSources" | "onePerParty" | "closestKnown" | "looksBehind"
>;

export interface LookupOptions {
  readonly target: Uint8Array;
  readonly localNodeId: Uint8Array;
  readonly family: AddressFamily;
  readonly addressProfile: AddressProfile;
  readonly k: number;
  readonly tuning: LookupTuning;
  /** Nodes of the network at most; undefined where nobody shall be doubted for standing too near. */
  readonly networkSize: number | undefined;
  /** Count only nodes that gave a token: those without have no room for an announce (BEP 33). */
  readonly needsToken: boolean;
  /** How often a candidate at the head of the list is worth asking: more than once where packets get lost. */
  readonly maxTries: number;
  /** Whether the id at `idAt` of `bytes` may be one of the network's: others are not asked. Absent: all may. */
  readonly isGenuine?: (bytes: Uint8Array, idAt: number) => boolean;
  /** Whether an address lately did not answer. */
  readonly isDoubted: (address: Endpoint) => boolean;
}

/**
 * What to do next: ask this candidate, already marked as asked, or look behind the dead; wait for answers; nothing more. `stuck`: everybody
 * stalls and nobody has answered; wait, or add somebody.
 */
export type LookupStepKind = LookupCandidate | LookBehind | "wait" | "stuck" | "done";

export class Lookup {
  readonly #options: LookupOptions;
  readonly #targetHead: number;
  /** The i-th nearest that answered counts from this distance on. */
  readonly #leastDistances: Float64Array;
  /** Nearest first. */
  readonly #nearest: LookupCandidate[] = [];
  /** Bootstrap addresses, whose ids are unknown: asked before all others. */
  readonly #addresses: LookupCandidate[] = [];
  /** Who was asked at an address (or address and port), and which networks have been asked. */
  readonly #askedParties = new Map<string, LookupCandidate>();
  readonly #askedSubnets = new Map<string, LookupCandidate>();
  #asked = 0;
  #answered = 0;
  #failed = 0;
  /** Queries that stalled or failed. */
  #misses = 0;
  #retries = 0;
  #isLastResort = false;
  /** Questions behind the dead: asked, and not answered yet. */
  #looks = 0;
  #looksInFlight = 0;
  /** Nobody credible is left: everybody is asked until somebody answers. */
  #believesAll = false;

  constructor(options: LookupOptions) {
    this.#options = options;
    this.#targetHead = readInt32(options.target, 0);
    this.#leastDistances = leastPlausibleDistances(options.networkSize, options.k);
  }

  get asked(): number {
    return this.#asked;
  }

  get answeredCount(): number {
    return this.#answered;
  }

  get failedCount(): number {
    return this.#failed;
  }

  /** Whether the bound on queries is reached. */
  get isExhausted(): boolean {
    return this.#asked >= MAX_QUERIES;
  }

  /** Whether nobody is left but those that stalled. */
  get isLastResort(): boolean {
    return this.#isLastResort;
  }

  /** Adds a contact that we know ourselves; false when it was there. */
  addContact(id: NodeId, address: Endpoint): boolean {
    return this.#insert(id, address, (readInt32(id, 0) ^ this.#targetHead) >>> 0, undefined);
  }

  /** Adds an address whose id we do not know; false when it was there. */
  addAddress(address: Endpoint): boolean {
    if (this.#addresses.some((known) => sameEndpoint(known.endpoint, address))) return false;
    this.#addresses.push(new LookupCandidate(undefined, address, NO_DISTANCE, 1));
    return true;
  }

  /** Adds the compact nodes [`at`, `at` + `length`) that `namer` named; answers how many were new. */
  addNodes(bytes: Uint8Array, at: number, length: number, namer: LookupCandidate): number {
    const stride = compactNodeBytes(this.#options.family);
    if (length % stride !== 0) return 0;
    const count = Math.min(length / stride, MAX_NODES_PER_REPLY);
    let added = 0;
    for (let i = 0; i < count; i++) if (this.#addNode(bytes, at + i * stride, namer)) added++;
    return added;
  }

  next(): LookupStepKind {
    if (this.isExhausted) return "done";
    this.#isLastResort = false;
    const { k, tuning, maxTries } = this.#options;
    if (tuning.closestKnown > 0) return this.#nextOfKnown();
    const alpha = this.#alpha();
    let inFlight = this.#looksInFlight + (tuning.headOfList ? 0 : this.#inFlightBehind());
    for (const candidate of this.#addresses) {
      if (candidate.state === "asked") inFlight++;
      else if (candidate.state === "fresh" && inFlight < alpha && this.#ask(candidate)) return candidate;
    }
    let alive = 0;
    let crowd = 0;
    let resorts = 0;
    let stalled: LookupCandidate | undefined;
    for (let i = 0; i < this.#nearest.length && alive < k && inFlight < alpha; i++) {
      const candidate = this.#nearest[i] as LookupCandidate;
      if (candidate.state === "answered") {
        if (!this.#counts(candidate)) continue;
        if (crowd < MAX_CROWD && this.#isTooNear(candidate, alive)) crowd++;
        else alive++;
      } else if (candidate.state === "asked") {
        inFlight++;
        if (candidate.tries > maxTries) resorts++;
      } else if (candidate.state === "stalled" && candidate.tries < maxTries) stalled ??= candidate;
      else if (candidate.state === "fresh" && this.#isWorthAsking(candidate) && this.#ask(candidate))
        return candidate;
    }
    const look = tuning.looksBehind && inFlight < alpha ? this.#lookBehind() : undefined;
    if (look !== undefined) return look;
    if (stalled !== undefined && inFlight < alpha) return this.#askAgain(stalled);
    if (alive >= k) return inFlight > 0 ? "wait" : "done";
    if (inFlight > resorts || inFlight >= alpha) return "wait";
    const resort = this.#lastResort();
    return resort === "done" && inFlight > 0 ? "wait" : resort;
  }

  /**
   * The query to `candidate` was not sent after all. `full`: it shall be asked later. `silent`: its address
   * does not answer what it was asked before; the lookup goes on without it.
   */
  notSent(candidate: LookupCandidate, why: "full" | "silent"): void {
    this.#asked--;
    if (candidate.tries > 1) {
      candidate.state = "stalled";
      if (why === "full") candidate.tries--;
      return;
    }
    candidate.tries--;
    candidate.state = why === "full" ? "fresh" : "skipped";
    this.#release(candidate);
  }

  /** A question behind the dead was answered, stalls, failed, or was not sent: it is not waited for. */
  lookEnded(look: LookBehind): void {
    if (look.isAwaited) this.#looksInFlight--;
    look.isAwaited = false;
  }

  /** `candidate` answered. False when the answer does not count: a second one, our own id, or an id that answered before. */
  answered(candidate: LookupCandidate, id: NodeId, token: Uint8Array | undefined, rttMs: number): boolean {
    if (candidate.state === "answered") return false;
    if (candidate.id === undefined && !this.#identify(candidate, id)) {
      candidate.state = "skipped";
      return false;
    }
    candidate.state = "answered";
    candidate.token = token;
    candidate.rttMs = rttMs;
    candidate.creditNamers();
    this.#believesAll = false;
    this.#answered++;
    return true;
  }

  stalled(candidate: LookupCandidate): void {
    if (candidate.state !== "asked") return;
    candidate.state = "stalled";
    if (candidate.tries === 1) this.#misses++;
  }

  /** No answer will come from `candidate`. */
  failed(candidate: LookupCandidate): void {
    if (candidate.state === "answered" || candidate.state === "failed") return;
    if (candidate.state === "asked" && candidate.tries === 1) this.#misses++;
    candidate.state = "failed";
    this.#failed++;
    this.#release(candidate);
  }

  /** The candidates that answered, nearest first. */
  closest(count: number): LookupCandidate[] {
    const found: LookupCandidate[] = [];
    for (let i = 0; i < this.#nearest.length && found.length < count; i++) {
      const candidate = this.#nearest[i] as LookupCandidate;
      if (candidate.state === "answered") found.push(candidate);
    }
    return found;
  }

  /** The nearest candidates that gave a token: k, and as many more as stand too near for chance. */
  closestWithToken(): LookupCandidate[] {
    const found: LookupCandidate[] = [];
    let crowd = 0;
    for (const candidate of this.closest(MAX_CANDIDATES)) {
      if (found.length - crowd >= this.#options.k) break;
      if (candidate.token === undefined) continue;
      if (crowd < MAX_CROWD && this.#isTooNear(candidate, found.length - crowd)) crowd++;
      found.push(candidate);
    }
    return found;
  }

  /** More at a time while most of those asked are dead. */
  #alpha(): number {
    const surplus = Math.floor((this.#misses - this.#answered) / 2);
    const { alpha } = this.#options.tuning;
    return Math.max(alpha, Math.min(MAX_ALPHA, alpha + surplus));
  }

  /** The rule of k-rpc: the nearest that were heard of are asked, whether they live or not, and then it is over. */
  #nextOfKnown(): LookupStepKind {
    const { alpha, closestKnown } = this.#options.tuning;
    let inFlight = 0;
    let isWaiting = false;
    for (const candidate of [...this.#addresses, ...this.#nearest])
      if (candidate.state === "asked") inFlight++;
    for (const candidate of [...this.#addresses, ...this.#nearest.slice(0, closestKnown)]) {
      if (candidate.state === "fresh" && inFlight < alpha && this.#ask(candidate)) return candidate;
      if (candidate.state === "asked" || candidate.state === "fresh") isWaiting = true;
    }
    return isWaiting ? "wait" : "done";
  }

  /** Queries in flight behind the head of the list: those that the walk from its start does not see. */
  #inFlightBehind(): number {
    let alive = 0;
    let count = 0;
    for (const candidate of this.#nearest) {
      if (alive >= this.#options.k && candidate.state === "asked") count++;
      if (candidate.state === "answered" && this.#counts(candidate)) alive++;
    }
    return count;
  }

  #lookBehind(): LookBehind | undefined {
    const { k, target } = this.#options;
    const look = lookBehind(this.#nearest, k, target, this.#looks);
    if (look === undefined) return undefined;
    this.#looks++;
    this.#looksInFlight++;
    this.#asked++;
    return look;
  }

  #counts(candidate: LookupCandidate): boolean {
    return !this.#options.needsToken || candidate.token !== undefined;
  }

  /** Whether `candidate` stands nearer than chance puts the one that follows `alive` others. */
  #isTooNear(candidate: LookupCandidate, alive: number): boolean {
    return candidate.distanceHead < (this.#leastDistances[alive] ?? 0);
  }

  /** Whether we knew it, several named it, or one that is credible, and it was not silent lately. */
  #isWorthAsking({ isDoubted, namers }: LookupCandidate): boolean {
    if (this.#believesAll) return true;
    if (isDoubted) return false;
    const [namer] = namers;
    // Liars invent their nodes: two of them hardly ever name the same.
    if (!this.#options.tuning.candidateSources || namer === undefined || namers.length > 1) return true;
    return namer.unproven < MAX_UNPROVEN + UNPROVEN_PER_PROVEN * namer.proven;
  }

  #askAgain(candidate: LookupCandidate): LookupCandidate {
    candidate.state = "asked";
    candidate.tries++;
    this.#asked++;
    return candidate;
  }

  /** Marks `candidate` as asked unless its address was asked under another id, or its id has answered elsewhere. */
  #ask(candidate: LookupCandidate): boolean {
    if (!this.#options.tuning.onePerParty) {
      candidate.chargeNamers();
      this.#askAgain(candidate);
      return true;
    }
    const party = partyKey(this.#options.addressProfile, candidate.endpoint);
    const subnet = this.#subnetOf(candidate);
    const holder = this.#askedParties.get(party) ?? this.#askedSubnets.get(subnet);
    if (holder !== undefined && holder !== candidate) {
      candidate.state = "passed-over";
      return false;
    }
    this.#askedParties.set(party, candidate);
    this.#askedSubnets.set(subnet, candidate);
    candidate.chargeNamers();
    this.#askAgain(candidate);
    return true;
  }

  /** The address of `candidate` may be asked under another id again: those who were passed over for it get their turn. */
  #release(candidate: LookupCandidate): void {
    const party = partyKey(this.#options.addressProfile, candidate.endpoint);
    const subnet = this.#subnetOf(candidate);
    if (this.#askedParties.get(party) === candidate) this.#askedParties.delete(party);
    if (this.#askedSubnets.get(subnet) === candidate) this.#askedSubnets.delete(subnet);
    for (const other of this.#nearest)
      if (other.state === "passed-over" && this.#subnetOf(other) === subnet) other.state = "fresh";
  }

  /** Of these one is asked: a network in `public`, else a party. */
  #subnetOf({ endpoint: address }: LookupCandidate): string {
    const profile = this.#options.addressProfile;
    return profile === "public" ? subnetKey(address) : partyKey(profile, address);
  }

  /**
   * Fewer than k are alive and nobody is left who is worth asking: those that are doubted are asked after all, and
   * those that stalled once more, since packets get lost.
   */
  #lastResort(): LookupStepKind {
    if (!this.#believesAll) {
      this.#believesAll = true;
      return this.next();
    }
    this.#isLastResort = true;
    const maxTries = Math.max(LAST_RESORT_TRIES, this.#options.maxTries);
    let isWaiting = false;
    for (const list of [this.#addresses, this.#nearest]) {
      for (const candidate of list) {
        if (candidate.state !== "stalled") continue;
        isWaiting = true;
        if (candidate.tries >= maxTries || this.#retries >= this.#options.k) continue;
        this.#retries++;
        return this.#askAgain(candidate);
      }
    }
    return isWaiting && this.#answered === 0 ? "stuck" : "done";
  }

  /** A bootstrap address told its id: it takes its place in the list, unless that id is ours or stands there already. */
  #identify(candidate: LookupCandidate, id: NodeId): boolean {
    candidate.id = id;
    candidate.distanceHead = (readInt32(id, 0) ^ this.#targetHead) >>> 0;
    const known = this.#nearest.find((it) => it.id !== undefined && equalBytes(it.id, id));
    if (known !== undefined && !UNASKED.has(known.state)) return false;
    if (known !== undefined) this.#nearest.splice(this.#nearest.indexOf(known), 1);
    if (this.#options.isGenuine?.(id, 0) === false) return false;
    return !equalBytes(id, this.#options.localNodeId) && this.#place(candidate);
  }

  #addNode(bytes: Uint8Array, at: number, namer: LookupCandidate): boolean {
    const distanceHead = (readInt32(bytes, at) ^ this.#targetHead) >>> 0;
    if (this.#nearest.length >= MAX_CANDIDATES) {
      const farthest = this.#nearest[MAX_CANDIDATES - 1] as LookupCandidate;
      if (distanceHead > farthest.distanceHead) return false;
    }
    const id = nodeIdFrom(bytes.slice(at, at + ID_BYTES));
    const address = readEndpoint(bytes, at + ID_BYTES, this.#options.family);
    if (!mayContact(this.#options.addressProfile, address)) return false;
    if (this.#options.isGenuine?.(id, 0) === false) return false;
    return this.#insert(id, address, distanceHead, namer);
  }

  /** False for our own id, an id that stands there, and what is too far away. */
  #insert(id: NodeId, address: Endpoint, distanceHead: number, namer: LookupCandidate | undefined): boolean {
    if (equalBytes(id, this.#options.localNodeId)) return false;
    const candidate = new LookupCandidate(id, address, distanceHead, namer === undefined ? 1 : namer.hop + 1);
    candidate.isNamedBy(namer);
    candidate.isDoubted = namer !== undefined && this.#options.isDoubted(address);
    return this.#place(candidate);
  }

  /** Sorted insertion. Who stands there already at the same address has one more namer. */
  #place(candidate: LookupCandidate): boolean {
    let low = 0;
    let high = this.#nearest.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const other = this.#nearest[middle] as LookupCandidate;
      const order = this.#compare(candidate, other);
      if (order === 0) {
        if (sameEndpoint(other.endpoint, candidate.endpoint)) other.isNamedBy(candidate.namers[0]);
        // Whoever named an id at a wrong address first shall not hide it.
        else if (other.state === "failed") this.#nearest[middle] = candidate;
        return this.#nearest[middle] === candidate;
      }
      if (order < 0) high = middle;
      else low = middle + 1;
    }
    if (low >= MAX_CANDIDATES) return false;
    this.#nearest.splice(low, 0, candidate);
    this.#thinCrowd();
    if (this.#nearest.length > MAX_CANDIDATES) this.#nearest.pop();
    return true;
  }

  /** A crowd must not push everybody else out of the list: of too many that stand too near, the least credible leaves. */
  #thinCrowd(): void {
    const last = this.#nearest[MAX_CROWD];
    const reach = this.#leastDistances[this.#options.k - 1] ?? 0;
    if (last === undefined || last.distanceHead >= reach) return;
    let leastCredible = MAX_CROWD;
    for (let i = MAX_CROWD; i >= 0; i--)
      if (
        credibility(this.#nearest[i] as LookupCandidate) <
        credibility(this.#nearest[leastCredible] as LookupCandidate)
      )
        leastCredible = i;
    this.#nearest.splice(leastCredible, 1);
  }

  #compare(a: LookupCandidate, b: LookupCandidate): number {
    if (a.distanceHead !== b.distanceHead) return a.distanceHead - b.distanceHead;
    return compareDistance(this.#options.target, a.id as NodeId, b.id as NodeId);
  }
}

const UNASKED: ReadonlySet<CandidateState> = new Set(["fresh", "passed-over", "skipped"]);

/** How much speaks for keeping a candidate that stands too near: whether it lives, who named it, and how true its namer spoke. */
function credibility({ state, namers }: LookupCandidate): number {
  if (state === "failed" || state === "skipped") return Number.NEGATIVE_INFINITY;
  const [namer] = namers;
  if (!UNASKED.has(state) || namer === undefined || namers.length > 1) return Number.POSITIVE_INFINITY;
  return UNPROVEN_PER_PROVEN * namer.proven - namer.unproven;
}

/** Distance of a candidate without an id: never compared. */
const NO_DISTANCE = 0xffffffff;
