/** One row of the table of unreliable swarms: the same seeds, with one way for the publisher to leave. */
import { simulateUnreliableSwarm, type UnreliableOptions } from "../../../sim/index.ts";

export interface UnreliableRow {
  /** "calm": nothing goes wrong and the publisher stays; "super-seeding": it goes after the first copy; "plain": after `copies`. */
  readonly kind: "calm" | "super-seeding" | "plain";
  readonly copies: number | null;
  readonly peers: number;
  readonly seeds: number;
  /** Swarms in which everybody who stayed finished. */
  readonly allFinished: number;
  /** Of all who stayed, in all swarms; 0 to 1. */
  readonly finishedRatio: number;
  /** Over all swarms, from arrival; null when nobody finished. */
  readonly medianMs: number | null;
  readonly p95Ms: number | null;
  /** Mean of what the publisher had sent when it left, or at the end. */
  readonly publisherCopies: number;
}

export interface UnreliableRowOptions {
  readonly kind: UnreliableRow["kind"];
  /** Of "plain". */
  readonly copies?: number;
  readonly peers: number;
  readonly firstSeed: number;
  readonly seeds: number;
  readonly onSwarm?: (done: number) => void;
}

export function unreliableRow(options: UnreliableRowOptions): UnreliableRow {
  const { kind, copies, peers, firstSeed, seeds } = options;
  const completionMs: number[] = [];
  let [allFinished, remaining, finished, sentCopies] = [0, 0, 0, 0];
  for (let i = 0; i < seeds; i++) {
    const result = simulateUnreliableSwarm({
      seed: firstSeed + i,
      peers,
      isTroubled: kind !== "calm",
      publisherLeaves: leaves(kind, copies),
    });
    completionMs.push(...result.completionMs);
    if (result.finished === result.remaining) allFinished++;
    remaining += result.remaining;
    finished += result.finished;
    sentCopies += result.publisherCopies;
    options.onSwarm?.(i + 1);
  }
  completionMs.sort((a, b) => a - b);
  return {
    kind,
    copies: copies ?? null,
    peers,
    seeds,
    allFinished,
    finishedRatio: Math.round((10_000 * finished) / remaining) / 10_000,
    medianMs: quantile(completionMs, 0.5),
    p95Ms: quantile(completionMs, 0.95),
    publisherCopies: Math.round((100 * sentCopies) / seeds) / 100,
  };
}

function leaves(
  kind: UnreliableRow["kind"],
  copies: number | undefined,
): UnreliableOptions["publisherLeaves"] {
  if (kind === "calm") return "never";
  return kind === "super-seeding" ? "first-copy" : (copies ?? 1);
}

/** Of sorted values; null when there are none. */
function quantile(sorted: readonly number[], share: number): number | null {
  const value = sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
  return value === undefined ? null : Math.round(value);
}
