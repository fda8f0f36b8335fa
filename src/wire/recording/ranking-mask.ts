/**
 * The order of peers by their addresses (BEP 40) without the numbers: those could be turned back into addresses. Each
 * is replaced by one that lies in the same place among all that were met, half-way between its neighbours.
 */
import { type Endpoint, formatEndpoint } from "../../core/endpoint.ts";
import type { PeerRanking } from "../swarm/peer-priority.ts";

/** What a replay is told where there is no number. */
export const NO_RANK = -1;

export class RankingMask implements PeerRanking {
  readonly #ranking: PeerRanking;
  readonly #onRank: (rank: number) => void;
  readonly #known = new Map<string, number | undefined>();
  /** True numbers in order, and what stands for each. */
  readonly #numbers: number[] = [];
  readonly #ranks: number[] = [];

  /** `onRank` hears of each number that a replay cannot know yet. */
  constructor(ranking: PeerRanking, onRank: (rank: number) => void) {
    this.#ranking = ranking;
    this.#onRank = onRank;
  }

  between(ours: Endpoint, theirs: Endpoint): number | undefined {
    const key = pairKey(ours, theirs);
    if (this.#known.has(key)) return this.#known.get(key);
    const number = this.#ranking.between(ours, theirs);
    const rank = number === undefined ? undefined : this.#rankOf(number);
    this.#known.set(key, rank);
    this.#onRank(rank ?? NO_RANK);
    return rank;
  }

  byChance(): number {
    const rank = this.#rankOf(this.#ranking.byChance());
    this.#onRank(rank);
    return rank;
  }

  #rankOf(number: number): number {
    let low = 0;
    for (let high = this.#numbers.length; low < high; ) {
      const middle = (low + high) >>> 1;
      if ((this.#numbers[middle] as number) < number) low = middle + 1;
      else high = middle;
    }
    if (this.#numbers[low] === number) return this.#ranks[low] as number;
    const rank = ((this.#ranks[low - 1] ?? 0) + (this.#ranks[low] ?? 1)) / 2;
    this.#numbers.splice(low, 0, number);
    this.#ranks.splice(low, 0, rank);
    return rank;
  }
}

/** By which a number is remembered: it depends on nothing else. */
export function pairKey(ours: Endpoint, theirs: Endpoint): string {
  return `${formatEndpoint(ours)} ${formatEndpoint(theirs)}`;
}
