/** Follows torrents of a running engine until they are done, time is up, or a signal comes; reports on the way. */
import { ClientError } from "../../core/errors.ts";
import type { SessionSnapshot, SessionView, TorrentSnapshot } from "../../session/session-view.ts";
import { EXIT_OK } from "../exit-codes.ts";
import type { Output } from "../output/output.ts";
import type { StopRequest } from "../signals.ts";
import { chooseReporter } from "./choose-reporter.ts";
import { dhtUnreachable, hasDhtAnswer, nothingInTime } from "./give-up.ts";
import { TransferObserver } from "./transfer-observer.ts";

export interface TransferRules {
  readonly ids: readonly string[];
  /** Ends when every torrent stopped by its goal (`finished`); else only by a signal or a failure. */
  readonly endsWhenFinished: boolean;
  /** Gives up when no metadata or no peer came within this time. */
  readonly timeoutMs?: number | undefined;
  /** Gives up when no DHT node answered and no peer is known within this time, where a DHT is expected. */
  readonly dhtTimeoutMs?: number | undefined;
  /** Gives up when nothing arrived for this long. */
  readonly stallTimeoutMs?: number | undefined;
}

/** What ended a transfer. `exit` is 0 when all torrents are done, else that of the signal. */
export interface TransferEnd {
  readonly exit: number;
  readonly torrents: readonly TorrentSnapshot[];
}

/** How often deadlines are looked at, also when no snapshot comes. */
const DEADLINE_CHECK_MS = 250;

/** Rejects with the `ClientError` that says why it gave up. */
export async function runTransfer(
  engine: { readonly view: SessionView; readonly failed: Promise<ClientError> },
  rules: TransferRules,
  output: Output,
  stop: StopRequest,
): Promise<TransferEnd> {
  const reporter = chooseReporter(output);
  const observer = new TransferObserver(rules.ids);
  const deadlines = new Deadlines(rules, performance.now());
  const torrentsOf = (snapshot: SessionSnapshot): readonly TorrentSnapshot[] =>
    snapshot.torrents.filter((torrent) => rules.ids.includes(torrent.id));
  let unsubscribe: () => void = () => {};
  let timer: NodeJS.Timeout | undefined;
  try {
    return await new Promise<TransferEnd>((resolve, reject) => {
      const look = (): void => {
        try {
          const snapshot = engine.view.getSnapshot();
          for (const event of observer.observe(snapshot)) reporter.report(event);
          reporter.tick(snapshot);
          const torrents = torrentsOf(snapshot);
          deadlines.check(snapshot, torrents, performance.now());
          if (
            rules.endsWhenFinished &&
            torrents.length > 0 &&
            torrents.every((torrent) => torrent.phase === "finished")
          ) {
            resolve({ exit: EXIT_OK, torrents });
          }
        } catch (error) {
          reject(error);
        }
      };
      unsubscribe = engine.view.subscribe(look);
      timer = setInterval(look, DEADLINE_CHECK_MS);
      engine.failed.then(reject, reject);
      stop.requested.then(
        (exit) => resolve({ exit, torrents: torrentsOf(engine.view.getSnapshot()) }),
        reject,
      );
      look();
    });
  } finally {
    unsubscribe();
    clearInterval(timer);
    reporter.end();
  }
}

class Deadlines {
  readonly #rules: TransferRules;
  readonly #startMs: number;
  #lastBytes = 0;
  #lastBytesAtMs: number;

  constructor(rules: TransferRules, nowMs: number) {
    this.#rules = rules;
    this.#startMs = nowMs;
    this.#lastBytesAtMs = nowMs;
  }

  /** Throws the reason for giving up, if there is one. */
  check(snapshot: SessionSnapshot, torrents: readonly TorrentSnapshot[], nowMs: number): void {
    for (const torrent of torrents) if (torrent.phase === "failed") throw failureOf(torrent);
    const waitedMs = nowMs - this.#startMs;
    const { timeoutMs, dhtTimeoutMs, stallTimeoutMs } = this.#rules;
    const isUnreached = torrents.some(
      (torrent) => torrent.milestones.firstPeerMs === null && torrent.phase !== "finished",
    );
    const needsMetadata = torrents.some((torrent) => torrent.totalBytes === null);
    const isDhtSilent = !hasDhtAnswer(snapshot.dht);
    const hasCandidates = torrents.some(
      (torrent) => torrent.counts.candidates + torrent.counts.connectingPeers > 0,
    );
    if (
      dhtTimeoutMs !== undefined &&
      waitedMs > dhtTimeoutMs &&
      isUnreached &&
      isDhtSilent &&
      !hasCandidates
    ) {
      throw dhtUnreachable(snapshot.dht);
    }
    if (timeoutMs !== undefined && waitedMs > timeoutMs && (isUnreached || needsMetadata)) {
      if (snapshot.dht.bootstrap.length > 0 && isDhtSilent && isUnreached) throw dhtUnreachable(snapshot.dht);
      const what =
        needsMetadata && !isUnreached ? "No peer sent the metadata in time" : "No peer was found in time";
      throw nothingInTime(what, torrents[0]?.diagnosis.sentence ?? "");
    }
    if (stallTimeoutMs !== undefined) this.#checkStall(torrents, nowMs, stallTimeoutMs);
  }

  #checkStall(torrents: readonly TorrentSnapshot[], nowMs: number, stallTimeoutMs: number): void {
    const bytes = torrents.reduce(
      (sum, torrent) => sum + torrent.totals.downloadedBytes + torrent.haveBytes,
      0,
    );
    const isBusy = torrents.every(
      (torrent) =>
        torrent.phase === "seeding" || torrent.phase === "finished" || torrent.phase === "checking",
    );
    if (bytes !== this.#lastBytes || isBusy) {
      this.#lastBytes = bytes;
      this.#lastBytesAtMs = nowMs;
    } else if (nowMs - this.#lastBytesAtMs > stallTimeoutMs) {
      const why = torrents.find((torrent) => torrent.diagnosis.severity === "problem") ?? torrents[0];
      throw new ClientError(
        "STALLED",
        `Nothing arrived for ${Math.round(stallTimeoutMs / 1000)} s: ${why?.diagnosis.sentence ?? ""}`,
        {
          hint: "What is here is kept; the same command goes on from it.",
        },
      );
    }
  }
}

/** The engine's own code; its diagnosis, which has the figures, as the sentence. */
function failureOf(torrent: TorrentSnapshot): ClientError {
  const { sentence, remedy } = torrent.diagnosis;
  return new ClientError(
    torrent.failure?.code ?? "INTERNAL",
    sentence,
    remedy === "" ? {} : { hint: remedy },
  );
}
