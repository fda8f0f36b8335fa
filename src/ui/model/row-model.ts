/** One line of the main list: every value as the text that is shown, so that it changes only when the text does. */
import type { TorrentPhase, TorrentSnapshot } from "../../session/session-view.ts";
import {
  formatBytes,
  formatCopies,
  formatDuration,
  formatPercentShort,
  formatRateShort,
  formatShareRatio,
} from "../format/quantities.ts";
import { isStuck } from "../state/torrent-filter.ts";
import type { Tone } from "../theme/themes.ts";
import { diagnosisTone, healthBand } from "./health.ts";

export interface RowModel {
  readonly id: string;
  readonly phase: TorrentPhase;
  readonly isMarked: boolean;
  readonly isStuck: boolean;
  /** Worth a look although it runs: shown as `!`. */
  readonly needsAttention: boolean;
  readonly name: string;
  readonly size: string;
  readonly done: string;
  /** 0 to 1 in steps that a bar can show; null where a bar says nothing. */
  readonly barRatio: number | null;
  readonly health: { readonly value: number; readonly tone: Tone } | null;
  readonly copies: string;
  readonly seeds: string;
  readonly peers: string;
  readonly down: string;
  readonly up: string;
  readonly eta: string;
  readonly why: string;
  readonly whyTone: Tone;
}

/** Steps of a progress bar: eight in each of the 20 cells of the widest. */
const BAR_STEPS = 160;

export function buildRow(torrent: TorrentSnapshot, isMarked = false): RowModel {
  const { counts, diagnosis, phase } = torrent;
  return {
    id: torrent.id,
    phase,
    isMarked,
    isStuck: isStuck(torrent),
    needsAttention: diagnosis.severity !== "fine" && phase !== "paused" && phase !== "queued",
    name: torrent.name,
    size: torrent.totalBytes === null ? "?" : formatBytes(torrent.totalBytes),
    done: doneText(torrent),
    barRatio: hasBar(phase) ? Math.floor(torrent.progressRatio * BAR_STEPS) / BAR_STEPS : null,
    health:
      torrent.health === null
        ? null
        : { value: Math.round(torrent.health), tone: healthBand(torrent.health).tone },
    copies: torrent.copies === null ? "" : formatCopies(torrent.copies),
    seeds: String(counts.connectedSeeds),
    peers: `${counts.connectedPeers}/${counts.connectedPeers + counts.candidates}`,
    down: formatRateShort(torrent.downBytesPerSecond),
    up: formatRateShort(torrent.upBytesPerSecond),
    eta: etaText(torrent),
    why: diagnosis.sentence,
    whyTone: diagnosisTone(diagnosis),
  };
}

function hasBar(phase: TorrentPhase): boolean {
  return phase !== "seeding" && phase !== "finished";
}

function doneText({ phase, progressRatio }: TorrentSnapshot): string {
  switch (phase) {
    case "resolving":
      return "meta";
    case "seeding":
      return "seed";
    case "finished":
      return "done";
    case "checking":
    case "downloading":
    case "moving":
    case "queued":
    case "paused":
    case "failed":
      return formatPercentShort(progressRatio);
  }
}

/** What the ETA column says: the time left, or what the torrent waits for instead. */
export function etaText(torrent: TorrentSnapshot): string {
  switch (torrent.phase) {
    case "paused":
      return "paused";
    case "queued":
      return "queued";
    case "moving":
      return "moving";
    case "failed":
      return "failed";
    case "checking":
      return "check";
    case "seeding":
    case "finished":
      return `r${formatShareRatio(shareRatio(torrent))}`;
    case "resolving":
    case "downloading":
      return torrent.etaSeconds === null ? "?" : formatDuration(torrent.etaSeconds);
  }
}

/** Bytes given for each byte taken; for content that was here before, for each byte of it. */
export function shareRatio({ totals, haveBytes }: TorrentSnapshot): number {
  const takenBytes = totals.downloadedBytes > 0 ? totals.downloadedBytes : haveBytes;
  return takenBytes === 0 ? 0 : totals.uploadedBytes / takenBytes;
}
