/**
 * The choker of a strategist, after Piatek et al. 2007, "Do incentives build robustness in BitTorrent?" (BitTyrant): it
 * estimates what each peer gives when it gives, and what that costs, opens to those with the best return first, as far
 * as the line goes, and gives nobody more than the estimated price. A peer that has kept its side for three periods is
 * offered 10 % less; one that did not answer 20 % more.
 *
 * What is left out of the paper: a peer that has not given yet is taken to give as the mean of those that have, not as
 * its announced pieces suggest; and the price is kept by choking who had it until the next period, since a connection has no
 * limit of its own.
 */
import type { ChokeDecision, ChokePolicy, ChokeRound, ChokerPeer } from "../wire/index.ts";

/** A period is as long as others take to choose anew (BEP 3). */
const PERIOD_MS = 10_000;
/** How often the strategist looks whether somebody had the price; `chokeIntervalMs` of its wire. */
export const TYRANT_LOOK_MS = 1_000;
const PATIENT_PERIODS = 3;
const LESS = 0.9;
const MORE = 1.2;
/** At first, as if the line were shared by the four regular slots and the optimistic one of BEP 3. */
const FIRST_SHARE = 1 / 5;

/** Rates in bytes per second. */
interface Estimate {
  price: number;
  /** Undefined until the peer has given for a period. */
  gives: number | undefined;
  periodsOpen: number;
  isChosen: boolean;
  sentAtStart: number;
  receivedAtStart: number;
}

export class BitTyrant implements ChokePolicy {
  readonly #upBytesPerSecond: number;
  readonly #estimates = new Map<number, Estimate>();
  #periodEndsMs = 0;

  constructor(upBytesPerSecond: number) {
    this.#upBytesPerSecond = upBytesPerSecond;
  }

  round(round: ChokeRound): ChokeDecision {
    if (round.nowMs >= this.#periodEndsMs) {
      this.#periodEndsMs = round.nowMs + PERIOD_MS;
      for (const peer of round.peers) this.#learn(peer);
      this.#choose(round.peers.filter(({ isInterested }) => isInterested));
    }
    return decisionFor(round.peers.filter((peer) => this.#isOwed(peer)));
  }

  /** Whoever comes in between waits for the next period. */
  fill(round: ChokeRound): ChokeDecision {
    return decisionFor(round.peers.filter(({ isUnchoked }) => isUnchoked));
  }

  peerLeft(slot: number): void {
    this.#estimates.delete(slot);
  }

  #estimateOf(peer: ChokerPeer): Estimate {
    let estimate = this.#estimates.get(peer.slot);
    if (estimate === undefined) {
      estimate = {
        price: FIRST_SHARE * this.#upBytesPerSecond,
        gives: undefined,
        periodsOpen: 0,
        isChosen: false,
        sentAtStart: peer.sentBytes,
        receivedAtStart: peer.receivedBytes,
      };
      this.#estimates.set(peer.slot, estimate);
    }
    return estimate;
  }

  /** From what the peer did in the period that ends. */
  #learn(peer: ChokerPeer): void {
    const estimate = this.#estimateOf(peer);
    const received = (1_000 * (peer.receivedBytes - estimate.receivedAtStart)) / PERIOD_MS;
    estimate.periodsOpen = peer.isChokingUs ? 0 : estimate.periodsOpen + 1;
    if (received > 0) estimate.gives = received;
    if (estimate.isChosen && peer.isChokingUs)
      estimate.price = Math.min(MORE * estimate.price, this.#upBytesPerSecond);
    else if (estimate.isChosen && estimate.periodsOpen >= PATIENT_PERIODS) estimate.price *= LESS;
    estimate.sentAtStart = peer.sentBytes;
    estimate.receivedAtStart = peer.receivedBytes;
  }

  /** Those with the best return, as many as the line can pay, one at least. */
  #choose(interested: readonly ChokerPeer[]): void {
    for (const estimate of this.#estimates.values()) estimate.isChosen = false;
    const usual = this.#usualGift();
    const byReturn = interested
      .map((peer) => this.#estimateOf(peer))
      .sort((a, b) => (b.gives ?? usual) / b.price - (a.gives ?? usual) / a.price);
    let spent = 0;
    for (const estimate of byReturn) {
      if (spent > 0 && spent + estimate.price > this.#upBytesPerSecond) return;
      estimate.isChosen = true;
      spent += estimate.price;
    }
  }

  #usualGift(): number {
    const known = [...this.#estimates.values()].flatMap(({ gives }) => gives ?? []);
    if (known.length === 0) return FIRST_SHARE * this.#upBytesPerSecond;
    return known.reduce((sum, gives) => sum + gives, 0) / known.length;
  }

  #isOwed(peer: ChokerPeer): boolean {
    const { isChosen, price, sentAtStart } = this.#estimateOf(peer);
    const sentBytes = peer.sentBytes - sentAtStart;
    return isChosen && peer.isInterested && sentBytes < (price * PERIOD_MS) / 1_000;
  }
}

function decisionFor(peers: readonly ChokerPeer[]): ChokeDecision {
  return { unchoked: peers.map(({ slot }) => slot), optimistic: [], slots: peers.length };
}
