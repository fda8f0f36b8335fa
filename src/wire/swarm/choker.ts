/**
 * Whom to upload to (BEP 3, "choking"). While we download, those who gave most in the last two rounds are given to;
 * as a seed everybody gets equal service in turns (Legout et al. 2006: a seed that favours the fast starves the rest).
 * One slot is optimistic: it tries out somebody else every thirty seconds, newcomers rather; of a seed that serves in
 * turns, whoever waits longest.
 *
 * Pure but for its seeded randomness: the caller brings the facts and carries the decision out.
 */
import type { Random } from "../../core/ports.ts";

export interface ChokerConfig {
  /** Slots, the optimistic ones included; "auto" = as many as the uplink fills. */
  readonly slots: number | "auto";
  readonly seedPolicy: "round-robin" | "anti-leech" | "fastest";
  /** Default: tit-for-tat. */
  readonly leechPolicy?: "tit-for-tat" | "strict" | "prop-share";
}

/** Facts of one connected peer. Totals count payload over the connection's life. */
export interface ChokerPeer {
  readonly slot: number;
  readonly isInterested: boolean;
  readonly isUnchoked: boolean;
  /** We asked it for blocks and it has sent none for a minute. */
  readonly isSnubbing: boolean;
  readonly connectedAtMs: number;
  /** Of the last unchoke; ignored while choked. */
  readonly unchokedAtMs: number;
  /** When we last stopped uploading to it; 0 = never. */
  readonly chokedAtMs: number;
  readonly receivedBytes: number;
  readonly sentBytes: number;
  /** 0 to 1. */
  readonly haveRatio: number;
}

export interface ChokeRound {
  readonly nowMs: number;
  readonly isSeeding: boolean;
  readonly pieceBytes: number;
  readonly peers: readonly ChokerPeer[];
}

/** Slots to be unchoked now; every other peer is choked. */
export interface ChokeDecision {
  readonly unchoked: readonly number[];
  /** Those of them that are tried out rather than rewarded. */
  readonly optimistic: readonly number[];
  readonly slots: number;
}

/** BEP 3: the optimistic unchoke rotates "every third rechoke period". */
const OPTIMISTIC_MS = 30_000;
/** BEP 3: "newly connected peers are three times as likely to start"; a minute is newly. */
const NEWCOMER_MS = 60_000;
const NEWCOMER_WEIGHT = 3;
/** A seed serves a peer at least this long and this much before it is somebody else's turn (libtorrent's quota) … */
const SERVICE_MS = 60_000;
const SERVICE_PIECES = 20;
/** … but no longer than this, or peers that take little, or nothing, would hold the slots for ever. */
const MAX_SERVICE_MS = 180_000;
/** "strict": so many pieces are given on credit: a beginner has to have something to give. */
const CREDIT_PIECES = 4;
/** A rate over less than this says nothing. */
const MIN_SAMPLE_MS = 1_000;
/** "auto": an uplink that feeds n peers at growing rates has room for one more (libtorrent's rate-based choker). */
const FIRST_SLOT_BYTES_PER_SECOND = 1_024;
const SLOT_STEP_BYTES_PER_SECOND = 2_048;
/** "auto" never goes below the classical four regular slots and the optimistic one. */
const MIN_AUTO_SLOTS = 5;

/** Totals of a peer at the last two rounds, for what it gave and took since: 10 to 20 s ago (BEP 3 averages over 20). */
interface Ledger {
  atMs: number;
  received: number;
  sent: number;
  formerAtMs: number;
  formerReceived: number;
  formerSent: number;
}

export class Choker {
  readonly #random: Random;
  readonly #config: ChokerConfig;
  readonly #ledgers = new Map<number, Ledger>();
  #optimisticSlot = -1;
  #optimisticSinceMs = 0;

  constructor(random: Random, config: ChokerConfig) {
    this.#random = random;
    this.#config = config;
  }

  /** The full decision; call every 10 s (more often and peers flap). */
  round(round: ChokeRound): ChokeDecision {
    const slots = this.#slotCount(round);
    const interested = round.peers.filter((peer) => peer.isInterested);
    this.#chooseOptimistic(interested, round, slots);
    const regular = this.#ranked(this.#deserving(interested, round), round)
      .filter((peer) => peer.slot !== this.#optimisticSlot)
      .slice(0, Math.max(0, slots - this.#optimistic().length));
    for (const peer of round.peers) this.#turnLedger(peer, round.nowMs);
    return {
      unchoked: [...regular.map((peer) => peer.slot), ...this.#optimistic()],
      optimistic: this.#optimistic(),
      slots,
    };
  }

  /** Between rounds: fills free slots, chokes nobody. Call when a peer becomes interested or an unchoked one leaves. */
  fill(round: ChokeRound): ChokeDecision {
    const slots = this.#slotCount(round);
    const kept = round.peers.filter((peer) => peer.isUnchoked);
    const free = slots - kept.filter((peer) => peer.isInterested).length;
    const waiting = round.peers.filter((peer) => peer.isInterested && !peer.isUnchoked);
    const added = this.#ranked(this.#deserving(waiting, round), round).slice(0, Math.max(0, free));
    return { unchoked: [...kept, ...added].map((peer) => peer.slot), optimistic: this.#optimistic(), slots };
  }

  peerLeft(slot: number): void {
    this.#ledgers.delete(slot);
    if (this.#optimisticSlot === slot) this.#optimisticSlot = -1;
  }

  #optimistic(): readonly number[] {
    return this.#optimisticSlot < 0 ? [] : [this.#optimisticSlot];
  }

  #turnLedger(peer: ChokerPeer, nowMs: number): void {
    const former = this.#ledgers.get(peer.slot);
    this.#ledgers.set(peer.slot, {
      atMs: nowMs,
      received: peer.receivedBytes,
      sent: peer.sentBytes,
      formerAtMs: former?.atMs ?? peer.connectedAtMs,
      formerReceived: former?.received ?? 0,
      formerSent: former?.sent ?? 0,
    });
  }

  /** Bytes per second that the peer gave us, or took, since the round before the last. */
  #rate(peer: ChokerPeer, what: "received" | "sent", nowMs: number): number {
    const ledger = this.#ledgers.get(peer.slot);
    const total = what === "received" ? peer.receivedBytes : peer.sentBytes;
    const former = what === "received" ? ledger?.formerReceived : ledger?.formerSent;
    const sinceMs = ledger?.formerAtMs ?? peer.connectedAtMs;
    return (1_000 * (total - (former ?? 0))) / Math.max(MIN_SAMPLE_MS, nowMs - sinceMs);
  }

  #slotCount(round: ChokeRound): number {
    if (this.#config.slots !== "auto") return this.#config.slots;
    const rates = round.peers
      .filter((peer) => peer.isUnchoked)
      .map((peer) => this.#rate(peer, "sent", round.nowMs))
      .sort((a, b) => b - a);
    let filled = 0;
    while (filled < rates.length) {
      const needed = FIRST_SLOT_BYTES_PER_SECOND + filled * SLOT_STEP_BYTES_PER_SECOND;
      if ((rates[filled] as number) < needed) break;
      filled++;
    }
    return Math.max(MIN_AUTO_SLOTS, filled + 1);
  }

  /** Who may have a regular slot at all: with "strict" nobody who had pieces of us, and gives nothing. */
  #deserving(peers: readonly ChokerPeer[], round: ChokeRound): readonly ChokerPeer[] {
    if (round.isSeeding || this.#config.leechPolicy !== "strict") return peers;
    return peers.filter((peer) => {
      const owesBytes = peer.sentBytes - peer.receivedBytes;
      return owesBytes <= CREDIT_PIECES * round.pieceBytes || this.#rate(peer, "received", round.nowMs) > 0;
    });
  }

  /** Who deserves a regular slot, best first. Snubbing peers come last: they may still be tried out. */
  #ranked(peers: readonly ChokerPeer[], round: ChokeRound): readonly ChokerPeer[] {
    const isInProportion = this.#config.leechPolicy === "prop-share";
    const giverScore = isInProportion ? this.#proportionalScore(round) : this.#giverScore(round);
    const score = round.isSeeding ? this.#seedScore(round) : giverScore;
    return peers
      .map((peer) => ({ peer, score: score(peer), tie: this.#random.float() }))
      .sort((a, b) => b.score - a.score || a.tie - b.tie)
      .map((entry) => entry.peer);
  }

  #giverScore({ nowMs }: ChokeRound): (peer: ChokerPeer) => number {
    return (peer) => (peer.isSnubbing ? -1 : this.#rate(peer, "received", nowMs));
  }

  /**
   * After Levin et al. 2008, "BitTorrent is an auction" (PropShare): whoever gave twice as much is twice as likely to be
   * next, drawn without replacement (Efraimidis and Spirakis 2006). Shares of slots over time, not of the line at one moment.
   */
  #proportionalScore({ nowMs }: ChokeRound): (peer: ChokerPeer) => number {
    return (peer) => {
      const given = peer.isSnubbing ? 0 : this.#rate(peer, "received", nowMs);
      return given <= 0 ? Number.NEGATIVE_INFINITY : Math.log(1 - this.#random.float()) / given;
    };
  }

  #seedScore(round: ChokeRound): (peer: ChokerPeer) => number {
    switch (this.#config.seedPolicy) {
      case "fastest":
        return (peer) => this.#rate(peer, "sent", round.nowMs);
      case "anti-leech":
        // Chow et al.: peers with little need a start, peers with much soon become seeds; the middle trades among itself.
        return (peer) => Math.abs(peer.haveRatio - 0.5);
      case "round-robin":
        return (peer) => this.#turnScore(peer, round);
    }
  }

  /** Those in service stay until they had their share; then whoever waits longest is next. */
  #turnScore(peer: ChokerPeer, round: ChokeRound): number {
    const waitedMs = round.nowMs - Math.max(peer.chokedAtMs, peer.connectedAtMs);
    if (!peer.isUnchoked) return waitedMs;
    const servedMs = round.nowMs - peer.unchokedAtMs;
    const hasEnough =
      servedMs >= MAX_SERVICE_MS || this.#servedPieces(peer, round, servedMs) >= SERVICE_PIECES;
    const isServed = servedMs >= SERVICE_MS && hasEnough;
    // Of those in service, whoever had most of it makes room for the optimistic one of before.
    return isServed ? -1 : Number.MAX_SAFE_INTEGER - servedMs;
  }

  #servedPieces(peer: ChokerPeer, round: ChokeRound, servedMs: number): number {
    return (this.#rate(peer, "sent", round.nowMs) * servedMs) / 1_000 / round.pieceBytes;
  }

  /** Needs a second slot: with one, nobody could be rewarded. */
  #chooseOptimistic(interested: readonly ChokerPeer[], round: ChokeRound, slots: number): void {
    const isPresent = interested.some((peer) => peer.slot === this.#optimisticSlot);
    if (isPresent && round.nowMs - this.#optimisticSinceMs < OPTIMISTIC_MS) return;
    const waiting = slots < 2 ? [] : interested.filter((peer) => !peer.isUnchoked);
    const isInTurns = round.isSeeding && this.#config.seedPolicy === "round-robin";
    const chosen = isInTurns ? this.#ranked(waiting, round)[0] : this.#draw(waiting, round.nowMs);
    this.#optimisticSlot = chosen?.slot ?? -1;
    this.#optimisticSinceMs = round.nowMs;
  }

  /** Somebody by chance, newcomers rather. */
  #draw(waiting: readonly ChokerPeer[], nowMs: number): ChokerPeer | undefined {
    if (waiting.length === 0) return undefined;
    const weights = waiting.map((peer) => (nowMs - peer.connectedAtMs < NEWCOMER_MS ? NEWCOMER_WEIGHT : 1));
    let draw = this.#random.integer(weights.reduce((sum, weight) => sum + weight, 0));
    return waiting.find((_, i) => {
      draw -= weights[i] as number;
      return draw < 0;
    });
  }
}
