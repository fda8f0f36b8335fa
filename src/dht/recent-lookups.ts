/** The lookups that ended lately: what they were for, what they cost, and how long they took. */
import { toHex } from "../core/bytes.ts";
import type { LookupResult } from "./dht-lookups.ts";
import type { DhtDurations, DhtEndedLookupView, DhtLookupTimes } from "./dht-view.ts";
import type { LookupRequest } from "./lookup-run.ts";

/** Enough for a 99th percentile. */
const REMEMBERED = 100;
/** Shown one by one; a screen has no more lines. */
const SHOWN = 20;

export class RecentLookups {
  /** Newest last. */
  readonly #ended: DhtEndedLookupView[] = [];

  /** A lookup that asked somebody has ended at `endedAtMs`. */
  add({ target, purpose }: LookupRequest, result: LookupResult, endedAtMs: number): void {
    if (result.asked === 0) return;
    const { outcome, elapsedMs, asked, answered, hops, peersFound } = result;
    const firstPeersMs = result.firstPeersMs ?? null;
    const targetHex = toHex(target);
    this.#ended.push({
      targetHex,
      purpose,
      outcome,
      endedAtMs,
      elapsedMs,
      firstPeersMs,
      asked,
      answered,
      hops,
      peersFound,
    });
    if (this.#ended.length > REMEMBERED) this.#ended.shift();
  }

  /** Newest first. */
  views(): DhtEndedLookupView[] {
    return this.#ended.slice(-SHOWN).reverse();
  }

  times(): DhtLookupTimes {
    const complete = this.#ended.filter((lookup) => lookup.outcome === "complete");
    return {
      lookups: complete.length,
      firstPeersMs: durationsOf(complete.flatMap((lookup) => lookup.firstPeersMs ?? [])),
      wholeLookupMs: durationsOf(complete.map((lookup) => lookup.elapsedMs)),
    };
  }
}

function durationsOf(values: readonly number[]): DhtDurations | null {
  if (values.length === 0) return null;
  const sorted = [...values].sort((a, b) => a - b);
  const at = (ratio: number): number =>
    sorted[Math.min(sorted.length - 1, Math.floor(ratio * sorted.length))] as number;
  return { p50: at(0.5), p90: at(0.9), p99: at(0.99) };
}
