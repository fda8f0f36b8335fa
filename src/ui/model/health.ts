/** Words and tones for health, phases and diagnoses, the same on every screen. */
import type { Diagnosis, TorrentSnapshot } from "../../session/session-view.ts";
import { isStuck } from "../state/torrent-filter.ts";
import type { Tone } from "../theme/themes.ts";

export interface Band {
  readonly word: string;
  readonly tone: Tone;
}

/** Lower ends of the bands; never colour alone, always the word too. */
const BANDS: readonly (Band & { readonly from: number })[] = [
  { from: 85, word: "EXCELLENT", tone: "ok" },
  { from: 65, word: "GOOD", tone: "ok" },
  { from: 40, word: "FAIR", tone: "look" },
  { from: 15, word: "POOR", tone: "look" },
  { from: 0, word: "STUCK", tone: "broken" },
];

export function healthBand(health: number): Band {
  return BANDS.find(({ from }) => health >= from) ?? { word: "STUCK", tone: "broken" };
}

const PHASE_WORDS: Readonly<Record<TorrentSnapshot["phase"], Band>> = {
  resolving: { word: "LOOKING", tone: "accent" },
  checking: { word: "CHECKING", tone: "accent" },
  downloading: { word: "DOWNLOADING", tone: "down" },
  seeding: { word: "SEEDING", tone: "up" },
  finished: { word: "FINISHED", tone: "ok" },
  moving: { word: "MOVING", tone: "accent" },
  queued: { word: "QUEUED", tone: "dim" },
  paused: { word: "PAUSED", tone: "dim" },
  failed: { word: "FAILED", tone: "broken" },
};

/** One word on how the torrent is: its phase where health says nothing, its band with the number where it does. */
export function statusOf(torrent: TorrentSnapshot): Band {
  if (torrent.phase === "failed") return PHASE_WORDS.failed;
  if (torrent.health === null) return PHASE_WORDS[torrent.phase];
  if (isStuck(torrent)) return { word: `STUCK ${Math.round(torrent.health)}`, tone: "broken" };
  const band = healthBand(torrent.health);
  return { word: `${band.word} ${Math.round(torrent.health)}`, tone: band.tone };
}

export function diagnosisTone({ severity }: Diagnosis): Tone {
  if (severity === "problem") return "broken";
  return severity === "notice" ? "look" : "plain";
}
