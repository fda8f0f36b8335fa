/**
 * Who keeps what a super-seed tells it of: parties that had time to pass on pieces that only they had, and never passed one
 * on. A peer is told of two pieces at first, so whoever kept both is taken for a keeper until it gives one away. What is
 * known of a party outlives its connections.
 */
import { BoundedCache } from "../../core/bounded-cache.ts";

/** More than a swarm's connections, as many as come and go within an hour. */
const MAX_PARTIES = 2_000;
/** One piece may be stuck for reasons of whoever asked for it. */
const KEPT_PIECES = 2;
const HAS_PASSED_ON = -1;

export class Keepers {
  /** Pieces that each kept, or `HAS_PASSED_ON`. */
  readonly #keptPieces = new BoundedCache<string, number>(MAX_PARTIES);

  has(party: string): boolean {
    return (this.#keptPieces.peek(party) ?? 0) >= KEPT_PIECES;
  }

  kept(party: string): void {
    const before = this.#keptPieces.get(party) ?? 0;
    if (before !== HAS_PASSED_ON) this.#keptPieces.set(party, before + 1);
  }

  passedOn(party: string): void {
    this.#keptPieces.set(party, HAS_PASSED_ON);
  }
}
