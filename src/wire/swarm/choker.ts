/**
 * Whom to upload to (BEP 3, "choking"). While we download, those who gave most in the last two rounds are given to, then
 * those who owe us least, last of all who had a slot and asked for nothing (ADR 128); as a seed everybody gets equal service in turns (Legout et al. 2006: a seed that favours the fast starves the rest).
 * One slot is optimistic: it tries out somebody else every thirty seconds, newcomers rather, and seldom those who took
 * and gave nothing (ADR 123); of a seed that serves in turns, whoever waits longest.
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
  readonly isChokingUs: boolean;
  /** We asked it for blocks and it has sent none for a minute. */
  readonly isSnubbing: boolean;
  /** Something that it asked for has not left yet. */
  readonly isAsking: boolean;
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

/** Whoever decides whom to upload to: the choker below, or in simulations the strategy of some other client. */
export interface ChokePolicy {
  /** The full decision; called once in `chokeIntervalMs`. */
  round(round: ChokeRound): ChokeDecision;
  /** Called between rounds when a slot may have become free; chokes nobody. */
  fill(round: ChokeRound): ChokeDecision;
  peerLeft(slot: number): void;
}

/** BEP 3: the optimistic unchoke rotates "every third rechoke period". */
const OPTIMISTIC_MS = 30_000;
/** BEP 3: "newly connected peers are three times as likely to start"; a minute is newly. */
const NEWCOMER_MS = 60_000;
const NEWCOMER_WEIGHT = 3;
/** Who took so many pieces more than it gave, and gave less than this part of what it took, is known to be a taker. */
const CREDIT_PIECES = 1;
const LEAST_RETURN_RATIO = 1 / 8;
/** Every fourth turn of the optimistic slot is theirs too: who had nothing to give may have something now. */
const TAKERS_EVERY_MS = 4 * OPTIMISTIC_MS;
/** A seed serves a peer at least this long and this much before it is somebody else's turn (libtorrent's quota) … */
const SERVICE_MS = 60_000;
const SERVICE_PIECES = 20;
/** … but no longer than this, or peers that take little, or nothing, would hold the slots for ever. */
const MAX_SERVICE_MS = 180_000;
/** Who asks for nothing for so long has no use for its slot: two rounds, so that an empty moment of a crowd's start is none. */
const UNUSED_MS = 20_000;
/** "strict": so many pieces are given on credit: a beginner has to have something to give. */
const STRICT_CREDIT_PIECES = 4;
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

export class Choker implements ChokePolicy {
  readonly #random: Random;
  readonly #config: ChokerConfig;
  readonly #ledgers = new Map<number, Ledger>();
  /** Who had a slot and asked for nothing, until it takes or gives something. */
  readonly #unused = new Set<number>();
  #optimisticSlot = -1;
  #optimisticSinceMs = 0;
  /** When takers had their last turn at it. */
  #takersTurnMs = 0;

  constructor(random: Random, config: ChokerConfig) {
    this.#random = random;
    this.#config = config;
  }

  /** The full decision; call every 10 s (more often and peers flap). */
  round(round: ChokeRound): ChokeDecision {
    const slots = this.#slotCount(round);
    const interested = round.peers.filter((peer) => peer.isInterested);
    for (const peer of interested) this.#noteUse(peer, round.nowMs);
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
    this.#unused.delete(slot);
    if (this.#optimisticSlot === slot) this.#optimisticSlot = -1;
  }

  #optimistic(): readonly number[] {
    return this.#optimisticSlot < 0 ? [] : [this.#optimisticSlot];
  }

  #noteUse(peer: ChokerPeer, nowMs: number): void {
    const hasMoved = this.#rate(peer, "sent", nowMs) > 0 || this.#rate(peer, "received", nowMs) > 0;
    if (hasMoved || peer.isAsking) this.#unused.delete(peer.slot);
    else if (peer.isUnchoked && nowMs - peer.unchokedAtMs >= UNUSED_MS) this.#unused.add(peer.slot);
  }

  /**
   * Of those who come last: they may still be tried out, and have what slots nobody else wants. Undefined for everybody else.
   */
  #lastScore(peer: ChokerPeer): number | undefined {
    if (peer.isSnubbing) return Number.NEGATIVE_INFINITY;
    return this.#unused.has(peer.slot) ? -Number.MAX_VALUE : undefined;
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
      return (
        owedBytes(peer) <= STRICT_CREDIT_PIECES * round.pieceBytes ||
        this.#rate(peer, "received", round.nowMs) > 0
      );
    });
  }

  /** Who deserves a regular slot, best first. */
  #ranked(peers: readonly ChokerPeer[], round: ChokeRound): readonly ChokerPeer[] {
    const isInProportion = this.#config.leechPolicy === "prop-share";
    const giverScore = isInProportion ? this.#proportionalScore(round) : this.#giverScore(round);
    const score = round.isSeeding ? this.#seedScore(round) : giverScore;
    return peers
      .map((peer) => ({ peer, score: score(peer), tie: this.#random.float() }))
      .sort((a, b) => b.score - a.score || a.tie - b.tie)
      .map((entry) => entry.peer);
  }

  /** Who gives nothing at present comes by what it owes us: who gave before, or had nothing yet, ahead of who only takes. */
  #giverScore({ nowMs }: ChokeRound): (peer: ChokerPeer) => number {
    return (peer) => {
      const last = this.#lastScore(peer);
      if (last !== undefined) return last;
      const rate = this.#rate(peer, "received", nowMs);
      return rate > 0 ? rate : -owedBytes(peer);
    };
  }

  /**
   * After Levin et al. 2008, "BitTorrent is an auction" (PropShare): whoever gave twice as much is twice as likely to be
   * next, drawn without replacement (Efraimidis and Spirakis 2006). Shares of slots over time, not of the line at one moment.
   */
  #proportionalScore({ nowMs }: ChokeRound): (peer: ChokerPeer) => number {
    return (peer) => {
      const last = this.#lastScore(peer);
      if (last !== undefined) return last;
      const given = this.#rate(peer, "received", nowMs);
      if (given > 0) return Math.log(1 - this.#random.float()) / given;
      return Number.MIN_SAFE_INTEGER - owedBytes(peer);
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
    const worthy = round.isSeeding ? waiting : this.#worthTrying(waiting, round);
    const chosen = isInTurns ? this.#ranked(waiting, round)[0] : this.#draw(worthy, round.nowMs);
    this.#optimisticSlot = chosen?.slot ?? -1;
    this.#optimisticSinceMs = round.nowMs;
  }

  /** Those of whom it is not known that they only take; now and then all. */
  #worthTrying(waiting: readonly ChokerPeer[], { nowMs, pieceBytes }: ChokeRound): readonly ChokerPeer[] {
    if (nowMs - this.#takersTurnMs >= TAKERS_EVERY_MS) {
      this.#takersTurnMs = nowMs;
      return waiting;
    }
    return waiting.filter((peer) => {
      const isInCredit = owedBytes(peer) <= CREDIT_PIECES * pieceBytes;
      return isInCredit || peer.receivedBytes >= LEAST_RETURN_RATIO * peer.sentBytes;
    });
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

/** What we gave the peer over what it gave us. */
function owedBytes(peer: ChokerPeer): number {
  return Math.max(0, peer.sentBytes - peer.receivedBytes);
}
