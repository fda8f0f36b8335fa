/**
 * The candidates of one torrent by party, bounded: when the list is full the worst leaves for a better one, and no PEX peer may
 * fill it (threats W7; BEP 11, "Security Considerations").
 */
import { type Candidate, compareForDialling } from "./candidate.ts";

/** As libtorrent's max_peerlist_size. */
const MAX_CANDIDATES = 3_000;
/** Share of the candidates that one PEX peer may name; one full PEX message always fits. */
const MAX_NAMED_RATIO = 0.25;
const MIN_NAMED_QUOTA = 50;

export class CandidateList {
  readonly #candidates = new Map<string, Candidate>();
  /** Number of candidates by the PEX peer that named them. */
  readonly #namedBy = new Map<string, number>();

  get size(): number {
    return this.#candidates.size;
  }

  get(party: string): Candidate | undefined {
    return this.#candidates.get(party);
  }

  all(): IterableIterator<Candidate> {
    return this.#candidates.values();
  }

  /** Whether the PEX peer `namer` has named as many as it may. */
  isOverQuota(namer: string): boolean {
    const quota = Math.max(MIN_NAMED_QUOTA, Math.floor(this.size * MAX_NAMED_RATIO));
    return (this.#namedBy.get(namer) ?? 0) >= quota;
  }

  /** Takes a party that is not in the list; false where the list is full of better ones. */
  add(candidate: Candidate): boolean {
    if (this.size >= MAX_CANDIDATES && !this.#makeRoomFor(candidate)) return false;
    this.#candidates.set(candidate.party, candidate);
    const { namedBy } = candidate;
    if (namedBy !== undefined) this.#namedBy.set(namedBy, (this.#namedBy.get(namedBy) ?? 0) + 1);
    return true;
  }

  remove({ party, namedBy }: Candidate): void {
    this.#candidates.delete(party);
    if (namedBy === undefined) return;
    const named = (this.#namedBy.get(namedBy) ?? 0) - 1;
    if (named > 0) this.#namedBy.set(namedBy, named);
    else this.#namedBy.delete(namedBy);
  }

  /** Evicts the worst idle candidate unless `newcomer` is worse still. */
  #makeRoomFor(newcomer: Candidate): boolean {
    let worst: Candidate | undefined;
    for (const candidate of this.#candidates.values()) {
      if (candidate.state !== "idle") continue;
      if (worst === undefined || compareForDialling(candidate, worst) < 0) worst = candidate;
    }
    if (worst === undefined || compareForDialling(newcomer, worst) <= 0) return false;
    this.remove(worst);
    return true;
  }
}
