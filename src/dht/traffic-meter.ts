/** Counts what a node sends and receives: totals since the start, and averages over the last seconds. */
import type { DhtTraffic } from "./dht-view.ts";

/** Averages are taken over two halves of this: between 5 and 10 seconds. */
const HALF_WINDOW_MS = 5_000;
/** The answered ratio looks at this many queries. */
const RECENT_QUERIES = 100;

type Counters = { -readonly [Key in keyof DhtTraffic]: DhtTraffic[Key] };

export class TrafficMeter {
  readonly totals: Counters = {
    queriesIn: 0,
    queriesOut: 0,
    repliesIn: 0,
    repliesOut: 0,
    errorsIn: 0,
    errorsOut: 0,
    bytesIn: 0,
    bytesOut: 0,
    timeouts: 0,
    malformedIn: 0,
    foreignIn: 0,
    unmatchedIn: 0,
    limitedIn: 0,
    strangersIn: 0,
  };
  /** One byte per query of ours, newest over oldest: 1 answered, 2 not. */
  #recent: Uint8Array | undefined;
  #recentAt = 0;
  #older: Mark;
  #newer: Mark;

  constructor(nowMs: number) {
    this.#older = { atMs: nowMs, queriesIn: 0, queriesOut: 0, bytesIn: 0, bytesOut: 0 };
    this.#newer = this.#older;
  }

  noteOutcome(isAnswered: boolean): void {
    this.#recent ??= new Uint8Array(RECENT_QUERIES);
    this.#recent[this.#recentAt] = isAnswered ? 1 : 2;
    this.#recentAt = (this.#recentAt + 1) % RECENT_QUERIES;
  }

  /** Share of the last 100 queries that were answered; null before the first. */
  answeredRatio(): number | null {
    let answered = 0;
    let known = 0;
    for (const outcome of this.#recent ?? []) {
      if (outcome !== 0) known++;
      if (outcome === 1) answered++;
    }
    return known === 0 ? null : answered / known;
  }

  /** Averages per second. Asking moves the window. */
  rates(nowMs: number): Rates {
    const { queriesIn, queriesOut, bytesIn, bytesOut } = this.totals;
    if (nowMs - this.#newer.atMs >= HALF_WINDOW_MS) {
      this.#older = this.#newer;
      this.#newer = { atMs: nowMs, queriesIn, queriesOut, bytesIn, bytesOut };
    }
    const seconds = Math.max(1, (nowMs - this.#older.atMs) / 1_000);
    return {
      queriesInPerSecond: (queriesIn - this.#older.queriesIn) / seconds,
      queriesOutPerSecond: (queriesOut - this.#older.queriesOut) / seconds,
      bytesInPerSecond: (bytesIn - this.#older.bytesIn) / seconds,
      bytesOutPerSecond: (bytesOut - this.#older.bytesOut) / seconds,
    };
  }
}

interface Mark {
  readonly atMs: number;
  readonly queriesIn: number;
  readonly queriesOut: number;
  readonly bytesIn: number;
  readonly bytesOut: number;
}

interface Rates {
  readonly queriesInPerSecond: number;
  readonly queriesOutPerSecond: number;
  readonly bytesInPerSecond: number;
  readonly bytesOutPerSecond: number;
}
