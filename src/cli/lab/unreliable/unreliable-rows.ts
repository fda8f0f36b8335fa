/** One row of the table of unreliable swarms: the same seeds, with one way for the publisher to leave. */
import {
  simulateUnreliableSwarm,
  type UnreliableOptions,
  type UnreliableResult,
} from "../../../sim/index.ts";
import { quantileMs } from "../report/quantile.ts";

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
  const results = Array.from({ length: seeds }, (_, i) => {
    const result = simulateUnreliableSwarm({
      seed: firstSeed + i,
      peers,
      isTroubled: kind !== "calm",
      publisherLeaves: leaves(kind, copies),
    });
    options.onSwarm?.(i + 1);
    return result;
  });
  return rowOf(options, results);
}

/** What the swarms of one row came to. */
export function rowOf(
  { kind, copies, peers }: Pick<UnreliableRowOptions, "kind" | "copies" | "peers">,
  results: readonly UnreliableResult[],
): UnreliableRow {
  const completionMs = results.flatMap((result) => result.completionMs).sort((a, b) => a - b);
  const sum = (of: (result: UnreliableResult) => number): number =>
    results.reduce((total, result) => total + of(result), 0);
  const finishedRatio = sum((result) => result.finished) / sum((result) => result.remaining);
  return {
    kind,
    copies: copies ?? null,
    peers,
    seeds: results.length,
    allFinished: results.filter((result) => result.finished === result.remaining).length,
    finishedRatio: Math.round(10_000 * finishedRatio) / 10_000,
    medianMs: quantileMs(completionMs, 0.5),
    p95Ms: quantileMs(completionMs, 0.95),
    publisherCopies: Math.round((100 * sum((result) => result.publisherCopies)) / results.length) / 100,
  };
}

function leaves(
  kind: UnreliableRow["kind"],
  copies: number | undefined,
): UnreliableOptions["publisherLeaves"] {
  if (kind === "calm") return "never";
  return kind === "super-seeding" ? "first-copy" : (copies ?? 1);
}
