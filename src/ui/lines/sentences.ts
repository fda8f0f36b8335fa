/** A session in sentences, for ears: numbers instead of bars, words instead of signs, no jargon. Pure. */
import type {
  DhtSnapshot,
  SessionSnapshot,
  TorrentPhase,
  TorrentSnapshot,
} from "../../session/session-view.ts";
import { formatBytes, formatRate, plural } from "../format/quantities.ts";
import { isStuck } from "../state/torrent-filter.ts";

const PHASES: Readonly<Record<TorrentPhase, string>> = {
  resolving: "looking for the list of files",
  checking: "checking what is on disk",
  downloading: "downloading",
  seeding: "complete, seeding",
  finished: "complete, stopped",
  paused: "paused",
  queued: "waiting for its turn",
  moving: "moving to another folder",
  failed: "failed",
};

const MINUTE_SECONDS = 60;
const HOUR_SECONDS = 3600;
/** Times are said to five steps of their unit: a minute more or less is no news. */
const LONG_MINUTES = 90;

/** `22 minutes`, `3 hours`. */
export function spokenDuration(seconds: number): string {
  if (seconds < MINUTE_SECONDS) return plural(Math.max(1, Math.round(seconds)), "second");
  const minutes = Math.round(seconds / MINUTE_SECONDS);
  return minutes <= LONG_MINUTES
    ? plural(minutes, "minute")
    : plural(Math.round(seconds / HOUR_SECONDS), "hour");
}

/** One torrent in a sentence: `lecture-series: downloading, 71 percent, 2.6 MiB/s, 22 minutes left.` */
export function torrentSentence(torrent: TorrentSnapshot): string {
  const { name, phase, progressRatio, downBytesPerSecond, upBytesPerSecond, etaSeconds } = torrent;
  const parts = [PHASES[phase]];
  if (phase === "downloading" || phase === "paused" || phase === "checking") {
    parts.push(`${Math.floor(100 * progressRatio)} percent`);
  }
  if (downBytesPerSecond > 0) parts.push(`${formatRate(downBytesPerSecond)} down`);
  if (upBytesPerSecond > 0) parts.push(`${formatRate(upBytesPerSecond)} up`);
  if (phase === "downloading" && etaSeconds !== null) parts.push(`${spokenDuration(etaSeconds)} left`);
  const why = isStuck(torrent) ? ` Why: ${torrent.diagnosis.sentence}` : "";
  return `${name}: ${parts.join(", ")}.${why}`;
}

/** Everything that is known about why. */
export function whySentences({ name, diagnosis }: TorrentSnapshot): readonly string[] {
  return [
    `${name}: ${diagnosis.sentence}`,
    ...diagnosis.evidence,
    ...(diagnosis.remedy === "" ? [] : [diagnosis.remedy]),
  ];
}

export function statusSentence({
  torrents,
  dht,
  downBytesPerSecond,
  upBytesPerSecond,
  freeBytes,
}: SessionSnapshot): string {
  const free = freeBytes === null ? "" : ` ${formatBytes(freeBytes)} free on disk.`;
  const stuck = torrents.filter(isStuck).length;
  const trouble = stuck === 0 ? "" : ` ${plural(stuck, "torrent")} with a problem.`;
  return (
    `${plural(torrents.length, "torrent")}. ${formatRate(downBytesPerSecond)} down, ${formatRate(upBytesPerSecond)} up. ` +
    `${dhtSentence(dht)}${trouble}${free}`
  );
}

const DHT_STATES: Readonly<Record<DhtSnapshot["state"], string>> = {
  off: "is off.",
  bootstrapping: "looks for a way in.",
  joining: "is being joined",
  joined: "is joined",
  lost: "has lost contact.",
};

function dhtSentence(dht: DhtSnapshot): string {
  const { network } = dht;
  const name = network === null ? "The DHT" : `The DHT of the ${network.mode} network ${network.name}`;
  const words = `${name} ${DHT_STATES[dht.state]}`;
  return words.endsWith(".") ? words : `${words} with ${plural(dht.goodNodes + dht.goodNodes6, "node")}.`;
}

/** Progress that is said by itself comes in these steps. */
const STEP_PERCENT = 10;

/** What of a torrent is news when it changes: its phase, its trouble, each tenth of the way. */
export function newsKey(torrent: TorrentSnapshot): string {
  const tenth =
    torrent.phase === "downloading" ? Math.floor((100 * torrent.progressRatio) / STEP_PERCENT) : 0;
  const trouble = isStuck(torrent) ? torrent.diagnosis.code : "";
  return `${torrent.phase} ${tenth} ${trouble}`;
}
