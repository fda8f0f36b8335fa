/** One torrent in full: why it goes or does not, the chain, what is here, what the swarm has, and its rates. */
import type { ChainMark, ChainStage, TorrentSnapshot } from "../../session/session-view.ts";
import {
  formatBytes,
  formatCopies,
  formatCount,
  formatDuration,
  formatElapsed,
  formatPercent,
  formatRate,
  formatShareRatio,
  plural,
} from "../format/quantities.ts";
import type { Tone } from "../theme/themes.ts";
import { type Band, diagnosisTone, statusOf } from "./health.ts";
import { rareText } from "./pieces-model.ts";
import type { RateHistory } from "./rate-history.ts";
import { etaText, shareRatio } from "./row-model.ts";

/** Samples of the rate chart: the widest there is room for. */
const CHART_SAMPLES = 300;

const CHAIN_STAGES: readonly ChainStage[] = ["disk", "net", "dht", "peers", "link", "pieces"];

export interface DetailModel {
  readonly id: string;
  readonly name: string;
  readonly status: Band;
  readonly swarm: string;
  readonly why: {
    readonly code: string;
    readonly sentence: string;
    readonly remedy: string;
    readonly tone: Tone;
  };
  readonly evidence: readonly string[];
  readonly also: readonly string[];
  readonly chain: readonly { readonly stage: ChainStage; readonly mark: ChainMark }[];
  /** Null before the metadata is here. */
  readonly have: { readonly strip: string; readonly percent: string; readonly reachable: string } | null;
  readonly availability: { readonly strip: string; readonly copies: string; readonly rare: string } | null;
  /** The direction that matters: down while something is wanted, up afterwards. */
  readonly direction: "down" | "up";
  readonly samples: readonly number[];
  readonly rate: string;
  readonly eta: string;
  readonly facts: readonly Fact[];
}

interface Fact {
  readonly label: string;
  readonly text: string;
}

/** `isStale`: what is known is too old to explain anything. */
export function buildDetail(torrent: TorrentSnapshot, history: RateHistory, isStale = false): DetailModel {
  const { diagnosis, phase } = torrent;
  const direction = phase === "seeding" || phase === "finished" ? "up" : "down";
  const rate = direction === "up" ? torrent.upBytesPerSecond : torrent.downBytesPerSecond;
  return {
    id: torrent.id,
    name: torrent.name,
    status: statusOf(torrent),
    swarm: swarmText(torrent),
    why: isStale
      ? STALE
      : {
          code: diagnosis.code,
          sentence: diagnosis.sentence,
          remedy: diagnosis.remedy,
          tone: diagnosisTone(diagnosis),
        },
    evidence: diagnosis.evidence,
    also: diagnosis.also,
    chain: CHAIN_STAGES.map((stage) => ({ stage, mark: torrent.chain[stage] })),
    have: haveModel(torrent),
    availability:
      torrent.copies === null
        ? null
        : { strip: torrent.availabilityStrip, copies: formatCopies(torrent.copies), rare: rareText(torrent) },
    direction,
    samples: history.recent(torrent.id, direction, CHART_SAMPLES),
    rate: formatRate(rate),
    eta: etaText(torrent) + etaRangeText(torrent),
    facts: buildFacts(torrent),
  };
}

const STALE: DetailModel["why"] = {
  code: "-",
  sentence: "No fresh data from the engine: what is shown may be long past.",
  remedy: "A machine that is very busy or was asleep catches up by itself.",
  tone: "look",
};

function swarmText({ counts, estimatedPeers }: TorrentSnapshot): string {
  if (counts.connectedPeers === 0) {
    return counts.candidates > 0 ? `${plural(counts.candidates, "peer")} known, none connected` : "no peers";
  }
  const seeds = counts.connectedSeeds > 0 ? `, ${plural(counts.connectedSeeds, "seed")}` : "";
  if (estimatedPeers !== null && estimatedPeers > counts.connectedPeers) {
    return `seen ${counts.connectedPeers} of about ${plural(estimatedPeers, "peer")}${seeds}`;
  }
  return plural(counts.connectedPeers, "peer") + seeds;
}

/** ` (17m-31m)`: where four finishes of five fall; "" where it says no more than the time itself. */
function etaRangeText({ phase, etaSeconds, etaRange }: TorrentSnapshot): string {
  if (phase !== "downloading" || etaSeconds === null || etaRange === null) return "";
  const low = formatDuration(etaRange.lowSeconds);
  const high = formatDuration(etaRange.highSeconds);
  return low === high ? "" : ` (${low} to ${high})`;
}

function haveModel(torrent: TorrentSnapshot): DetailModel["have"] {
  if (torrent.pieceCount === null) return null;
  const reachable = torrent.reachableRatio === null ? "?" : formatPercent(torrent.reachableRatio, 1);
  return { strip: torrent.haveStrip, percent: formatPercent(torrent.progressRatio, 1), reachable };
}

function buildFacts(torrent: TorrentSnapshot): readonly Fact[] {
  const { counts, milestones, totals } = torrent;
  const facts: Fact[] = [];
  const add = (label: string, text: string): number => facts.push({ label, text });
  add("CONTENT", contentText(torrent));
  add(
    "TAKEN",
    `${formatBytes(totals.downloadedBytes)} at ${formatRate(torrent.downBytesPerSecond)}${wasteText(torrent)}`,
  );
  add(
    "GIVEN",
    `${formatBytes(totals.uploadedBytes)} at ${formatRate(torrent.upBytesPerSecond)}, ` +
      `${formatShareRatio(shareRatio(torrent))} of what was taken`,
  );
  add(
    "PEERS",
    `${counts.connectedPeers} connected (${plural(counts.connectedSeeds, "seed")}, ${counts.incomingPeers} came in), ` +
      `${counts.unchokedByPeers} send, ${counts.interestedPeers} want, ${counts.candidates} in reserve`,
  );
  if (torrent.finishConfidence !== null) {
    add("FINISH", `${formatPercent(torrent.finishConfidence)} sure with the peers of today`);
  }
  if (torrent.labels.length > 0) add("LABELS", torrent.labels.join(", "));
  const limits = limitsText(torrent);
  if (limits !== "") add("LIMITS", limits);
  add("FOLDER", torrent.folder);
  add("HASH", torrent.id);
  if (milestones.firstPeerMs !== null) add("TIMES", timesText(torrent));
  const ignored = ignoredText(torrent);
  if (ignored !== "") add("IGNORED", ignored);
  return facts;
}

/** Its own limits and order; "" where it has none. */
function limitsText(torrent: TorrentSnapshot): string {
  const parts: string[] = [];
  const { maxDownBytesPerSecond: down, maxUpBytesPerSecond: up, seedRatio } = torrent;
  if (down !== null) parts.push(`down ${formatRate(down)}`);
  if (up !== null) parts.push(`up ${formatRate(up)}`);
  if (seedRatio !== null) parts.push(`seeds to ${formatShareRatio(seedRatio)}`);
  if (torrent.isSequential) parts.push("from the beginning on");
  return parts.join(", ");
}

function contentText({
  totalBytes,
  wantedBytes,
  wantedHaveBytes,
  pieceCount,
  pieceBytes,
  havePieces,
}: TorrentSnapshot): string {
  if (totalBytes === null || pieceCount === null || pieceBytes === null) {
    return "not known yet: the file list comes from the first peer that has it";
  }
  const of =
    wantedBytes === null || wantedBytes === totalBytes ? "" : ` wanted of ${formatBytes(totalBytes)}`;
  return (
    `${formatBytes(wantedHaveBytes)} of ${formatBytes(wantedBytes ?? totalBytes)}${of}, ` +
    `${formatCount(havePieces)} of ${formatCount(pieceCount)} pieces of ${formatBytes(pieceBytes)}`
  );
}

function wasteText({ totals }: TorrentSnapshot): string {
  const wastedBytes =
    totals.wastedHashFailBytes + totals.wastedRedundantBytes + totals.wastedUnrequestedBytes;
  return wastedBytes === 0 ? "" : `, ${formatBytes(wastedBytes)} for nothing`;
}

function timesText({ milestones }: TorrentSnapshot): string {
  const parts: string[] = [];
  const add = (name: string, elapsedMs: number | null): void => {
    if (elapsedMs !== null) parts.push(`${name} ${formatElapsed(elapsedMs)}`);
  };
  add("first peer", milestones.firstPeerMs);
  add("file list", milestones.metadataMs);
  add("first piece", milestones.firstPieceMs);
  add("done", milestones.doneMs);
  return `after adding: ${parts.join(", ")}`;
}

function ignoredText({ ignoredTrackers, ignoredWebSeeds }: TorrentSnapshot): string {
  const parts: string[] = [];
  if (ignoredTrackers > 0) parts.push(plural(ignoredTrackers, "tracker"));
  if (ignoredWebSeeds > 0) parts.push(plural(ignoredWebSeeds, "web seed"));
  return parts.length === 0 ? "" : `${parts.join(" and ")}: Starling finds peers without them`;
}
