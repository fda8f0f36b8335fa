/**
 * A transfer in a terminal without the dashboard: up to two lines a torrent on stderr, redrawn in place at most four
 * times a second.
 */
import type { ChainMark, ChainStage, SessionSnapshot, TorrentSnapshot } from "../../session/session-view.ts";
import type { Output } from "../output/output.ts";
import { bytesText, durationText, percentText, rateText } from "../output/quantity-text.ts";
import type { TransferEvent } from "./transfer-observer.ts";
import type { TransferReporter } from "./transfer-reporter.ts";

const REDRAW_MS = 250;
/** More torrents than this are summed up in one line. */
const MAX_TORRENTS_SHOWN = 4;
const STAGES: readonly ChainStage[] = ["disk", "net", "dht", "peers", "link", "pieces"];
const MARKS: Readonly<Record<ChainMark, string>> = { ok: "✓", weak: "◐", broken: "✗", unreached: "·" };

export class LiveReporter implements TransferReporter {
  readonly #output: Output;
  #linesShown = 0;
  #drawnAtMs = Number.NEGATIVE_INFINITY;

  constructor(output: Output) {
    this.#output = output;
  }

  report(event: TransferEvent): void {
    if (event.type === "metadata") {
      const { torrent } = event;
      this.#print(
        `metadata: ${torrent.name}, ${bytesText(torrent.totalBytes ?? 0)} in ${torrent.pieceCount} pieces`,
      );
    } else if (event.type === "failed") {
      this.#print(`✗ ${event.torrent.name}: ${event.torrent.diagnosis.sentence}`);
    }
  }

  tick(snapshot: SessionSnapshot): void {
    const nowMs = performance.now();
    if (nowMs - this.#drawnAtMs < REDRAW_MS) return;
    this.#drawnAtMs = nowMs;
    this.#clear();
    const width = Math.max(20, process.stderr.columns ?? 80) - 1;
    const lines = snapshot.torrents.slice(0, MAX_TORRENTS_SHOWN).flatMap(torrentLines);
    if (snapshot.torrents.length > MAX_TORRENTS_SHOWN)
      lines.push(`… and ${snapshot.torrents.length - MAX_TORRENTS_SHOWN} more`);
    for (const line of lines) this.#output.raw(`${[...line].slice(0, width).join("")}\n`);
    this.#linesShown = lines.length;
  }

  end(): void {
    this.#clear();
  }

  #print(line: string): void {
    this.#clear();
    this.#output.note(line);
  }

  #clear(): void {
    if (this.#linesShown > 0) this.#output.raw(`\x1b[${this.#linesShown}A\x1b[J`);
    this.#linesShown = 0;
  }
}

function torrentLines(torrent: TorrentSnapshot): string[] {
  const size =
    torrent.wantedBytes === null
      ? ""
      : `  ${bytesText(torrent.wantedHaveBytes)} of ${bytesText(torrent.wantedBytes)}`;
  const eta = torrent.etaSeconds === null ? "" : `  ${durationText(torrent.etaSeconds * 1000)} left`;
  const { connectedPeers, connectedSeeds } = torrent.counts;
  const chain = STAGES.map((stage) => `${stage} ${MARKS[torrent.chain[stage]]}`).join(" ");
  return [
    `${torrent.name}  ${percentText(torrent.progressRatio)}${size}  ▼ ${rateText(torrent.downBytesPerSecond)}` +
      `  ▲ ${rateText(torrent.upBytesPerSecond)}${eta}  ${connectedPeers} peers ${connectedSeeds} seeds`,
    ` ${chain}   ${torrent.diagnosis.sentence}`,
  ];
}
