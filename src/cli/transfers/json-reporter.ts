/**
 * A transfer as NDJSON: every line has `v`, `t` (Unix milliseconds), `type` and, where it is about one, the torrent's
 * `id`. Bytes are integers, ratios 0 to 1, unknown is null. New fields may appear; none changes its meaning.
 */
import type { TorrentSnapshot } from "../../session/session-view.ts";
import type { Output } from "../output/output.ts";
import type { TransferEvent } from "./transfer-observer.ts";
import type { TransferReporter } from "./transfer-reporter.ts";

/** Version of the lines' form. */
const FORM_VERSION = 1;
const PROGRESS_MS = 1_000;

export class JsonReporter implements TransferReporter {
  readonly #output: Output;
  readonly #progressAtMs = new Map<string, number>();

  constructor(output: Output) {
    this.#output = output;
  }

  report(event: TransferEvent): void {
    if (event.type === "dht-joined") {
      this.#line("dht", null, { state: "joined", nodes: event.nodes });
      return;
    }
    const { torrent } = event;
    if (event.type === "progress") {
      if (this.#isDue(torrent)) this.#line("progress", torrent.id, progressFields(torrent));
    } else if (event.type === "diagnosis") {
      const { code, stage, severity, sentence, evidence } = event.diagnosis;
      this.#line("diagnosis", torrent.id, { code, stage, severity, sentence, evidence });
    } else if (event.type === "metadata") {
      const { name, totalBytes, pieceCount, pieceBytes } = torrent;
      this.#line("metadata", torrent.id, { name, totalBytes, pieceCount, pieceBytes });
    } else {
      this.#line(event.type, torrent.id, progressFields(torrent));
    }
  }

  tick(): void {}

  end(): void {}

  #isDue(torrent: TorrentSnapshot): boolean {
    const nowMs = performance.now();
    if (nowMs - (this.#progressAtMs.get(torrent.id) ?? Number.NEGATIVE_INFINITY) < PROGRESS_MS) return false;
    this.#progressAtMs.set(torrent.id, nowMs);
    return true;
  }

  #line(type: string, id: string | null, fields: object): void {
    this.#output.json({ v: FORM_VERSION, t: Date.now(), type, ...(id === null ? {} : { id }), ...fields });
  }
}

function progressFields(torrent: TorrentSnapshot): object {
  return {
    name: torrent.name,
    phase: torrent.phase,
    progressRatio: torrent.progressRatio,
    haveBytes: torrent.wantedHaveBytes,
    wantedBytes: torrent.wantedBytes,
    downBytesPerSecond: torrent.downBytesPerSecond,
    upBytesPerSecond: torrent.upBytesPerSecond,
    downloadedBytes: torrent.totals.downloadedBytes,
    uploadedBytes: torrent.totals.uploadedBytes,
    etaSeconds: torrent.etaSeconds,
    health: torrent.health,
    copies: torrent.copies,
    peers: torrent.counts.connectedPeers,
    seeds: torrent.counts.connectedSeeds,
  };
}
