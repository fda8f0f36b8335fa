/** One row of the flash crowd's table: a size of the crowd, with super-seeding and without, beside its yardsticks. */
import { CROWD_BYTES, CROWD_LINKS, type FlashCrowdResult, simulateFlashCrowd } from "../../../sim/index.ts";
import { quantileMs } from "../report/quantile.ts";
import { clientServerMs, fluidBoundMs } from "./yardsticks.ts";

/** How one run went; all of it null where that kind of run was not asked for. */
interface CrowdRun {
  readonly finished: number | null;
  readonly medianMs: number | null;
  readonly p95Ms: number | null;
  readonly lastMs: number | null;
  readonly copies: number | null;
  readonly uplinkRatio: number | null;
}

/** Times are from a peer's arrival; `last…` from the beginning. Without a suffix: with super-seeding, where that was run. */
export interface CrowdRow {
  readonly peers: number;
  readonly finished: number | null;
  readonly medianMs: number | null;
  readonly p95Ms: number | null;
  readonly lastFinishedMs: number | null;
  /** Payload that the publisher sent until the last one had finished, in copies of the content. */
  readonly publisherCopies: number | null;
  /** Share of the publisher's uplink that was used while some peer wanted something of it, framing included. */
  readonly publisherUplink: number | null;
  readonly finishedPlain: number | null;
  readonly medianPlainMs: number | null;
  readonly p95PlainMs: number | null;
  readonly lastFinishedPlainMs: number | null;
  readonly publisherCopiesPlain: number | null;
  readonly publisherUplinkPlain: number | null;
  readonly fluidBoundMs: number;
  readonly clientServerMs: number;
}

export type SeedingKinds = "both" | "only" | "without";

export interface CrowdRowOptions {
  readonly seed: number;
  readonly peers: number;
  readonly kinds: SeedingKinds;
  readonly totalBytes?: number;
  readonly onSecond?: (kind: string, atSeconds: number, finished: number) => void;
}

export function crowdRow(options: CrowdRowOptions): CrowdRow {
  const { seed, peers, kinds, totalBytes = CROWD_BYTES } = options;
  const run = (isSuperSeed: boolean): FlashCrowdResult =>
    simulateFlashCrowd({
      seed,
      peers,
      isSuperSeed,
      totalBytes,
      onSecond: (atSeconds, finished) =>
        options.onSecond?.(isSuperSeed ? "super-seeding" : "plain", atSeconds, finished),
    });
  const superSeeding = kinds === "without" ? undefined : run(true);
  const plain = kinds === "only" ? undefined : run(false);
  const arrivalsMs = (superSeeding ?? plain)?.arrivalsMs ?? [];
  const first = runOf(superSeeding);
  const second = runOf(plain);
  return {
    peers,
    finished: first.finished ?? second.finished,
    medianMs: first.medianMs ?? second.medianMs,
    p95Ms: first.p95Ms ?? second.p95Ms,
    lastFinishedMs: first.lastMs ?? second.lastMs,
    publisherCopies: first.copies,
    publisherUplink: first.uplinkRatio,
    finishedPlain: second.finished,
    medianPlainMs: second.medianMs,
    p95PlainMs: second.p95Ms,
    lastFinishedPlainMs: second.lastMs,
    publisherCopiesPlain: second.copies,
    publisherUplinkPlain: second.uplinkRatio,
    fluidBoundMs: Math.round(fluidBoundMs(totalBytes, peers, CROWD_LINKS)),
    clientServerMs: Math.round(clientServerMs(totalBytes, arrivalsMs, CROWD_LINKS)),
  };
}

function runOf(result: FlashCrowdResult | undefined): CrowdRun {
  if (result === undefined)
    return { finished: null, medianMs: null, p95Ms: null, lastMs: null, copies: null, uplinkRatio: null };
  return {
    finished: result.finished,
    medianMs: quantileMs(result.completionMs, 0.5),
    p95Ms: quantileMs(result.completionMs, 0.95),
    lastMs: Math.round(result.lastFinishedAtMs),
    copies: rounded(result.publisherCopies),
    uplinkRatio: rounded(result.publisherUplinkRatio),
  };
}

function rounded(ratio: number): number {
  return Math.round(1_000 * ratio) / 1_000;
}
