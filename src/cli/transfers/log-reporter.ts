/**
 * A transfer as log lines: one at each thing that happens, at every tenth of the way, and every half minute. No
 * carriage returns and no colours, so that a file or a journal can hold it.
 */

import type { TorrentSnapshot } from "../../session/session-view.ts";
import type { Output } from "../output/output.ts";
import { bytesText, percentText, rateText } from "../output/quantity-text.ts";
import type { TransferEvent } from "./transfer-observer.ts";
import type { TransferReporter } from "./transfer-reporter.ts";

/** A line at least this often while something is going on. */
const QUIET_TIME_MS = 30_000;

interface Printed {
  tenth: number;
  atMs: number;
}

export class LogReporter implements TransferReporter {
  readonly #output: Output;
  readonly #nowMs: () => number;
  readonly #printed = new Map<string, Printed>();

  constructor(output: Output, nowMs: () => number = () => performance.now()) {
    this.#output = output;
    this.#nowMs = nowMs;
  }

  report(event: TransferEvent): void {
    const line = this.#line(event);
    if (line !== undefined) this.#output.note(`${new Date().toISOString().slice(0, 19)}Z ${line}`);
  }

  tick(): void {}

  end(): void {}

  #line(event: TransferEvent): string | undefined {
    if (event.type === "dht-joined") return `dht joined nodes=${event.nodes}`;
    const { torrent } = event;
    switch (event.type) {
      case "added":
        return `start hash=${torrent.id} name=${JSON.stringify(torrent.name)} out=${JSON.stringify(torrent.folder)}`;
      case "metadata":
        return `metadata name=${JSON.stringify(torrent.name)} size="${bytesText(torrent.totalBytes ?? 0)}" pieces=${torrent.pieceCount}`;
      case "progress":
        return this.#isDue(torrent) ? progressLine(torrent) : undefined;
      case "diagnosis":
        return `why code=${event.diagnosis.code} ${JSON.stringify(event.diagnosis.sentence)}`;
      case "complete":
        return `complete name=${JSON.stringify(torrent.name)} size="${bytesText(torrent.wantedBytes ?? 0)}"`;
      case "finished":
        return undefined;
      case "failed":
        return `failed name=${JSON.stringify(torrent.name)} ${JSON.stringify(torrent.diagnosis.sentence)}`;
    }
  }

  #isDue(torrent: TorrentSnapshot): boolean {
    if (torrent.totalBytes === null || torrent.phase === "seeding" || torrent.phase === "finished")
      return false;
    const tenth = Math.floor(torrent.progressRatio * 10);
    const last = this.#printed.get(torrent.id);
    if (last !== undefined && last.tenth === tenth && this.#nowMs() - last.atMs < QUIET_TIME_MS) return false;
    this.#printed.set(torrent.id, { tenth, atMs: this.#nowMs() });
    return true;
  }
}

function progressLine(torrent: TorrentSnapshot): string {
  const { connectedPeers, connectedSeeds } = torrent.counts;
  const eta = torrent.etaSeconds === null ? "unknown" : `${torrent.etaSeconds}s`;
  return (
    `${torrent.phase === "checking" ? "checking" : "progress"} done="${percentText(torrent.progressRatio)}" ` +
    `rate="${rateText(torrent.downBytesPerSecond)}" eta=${eta} peers=${connectedPeers} seeds=${connectedSeeds}`
  );
}
