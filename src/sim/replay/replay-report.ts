/** What a replay tells: what happened when, what the session would have said at the end, and where the replay went another way. */
import type { Diagnosis } from "../../session/index.ts";
import type { WireState } from "../../wire/index.ts";

export interface TimelineEntry {
  /** Since the recording began. */
  readonly atMs: number;
  readonly torrent: number;
  readonly what: string;
}

export interface ReplayDivergence {
  readonly atMs: number;
  readonly what: string;
}

/** One torrent at the end. */
export interface ReplayedTorrent {
  readonly number: number;
  readonly totalBytes: number | null;
  readonly haveBytes: number;
  readonly connectedPeers: number;
  readonly candidates: number;
  readonly downloadedBytes: number;
  readonly uploadedBytes: number;
  /** By what the session knew last beside what the replay shows; null where the recording has nothing of that. */
  readonly diagnosis: Diagnosis | null;
}

export interface ReplayReport {
  readonly recordedBy: string;
  readonly durationMs: number;
  readonly events: number;
  /** States of the engine that were recorded, and how many of them the replay came to. */
  readonly states: number;
  readonly equalStates: number;
  /** The same for diagnoses. */
  readonly diagnoses: number;
  readonly equalDiagnoses: number;
  /** The first one; null where the replay came to all states. */
  readonly divergence: ReplayDivergence | null;
  /** How the recording ends: it was closed, its limit was reached, or it was cut off. */
  readonly ending: "closed" | "full" | "cut";
  readonly timeline: readonly TimelineEntry[];
  readonly torrents: readonly ReplayedTorrent[];
  /** The last state that was compared. */
  readonly lastState: WireState | null;
}

/** The first field in which two states differ, as `path: recorded, replayed`; undefined where they are equal. */
export function firstDifference(recorded: unknown, replayed: unknown, path = ""): string | undefined {
  if (typeof recorded !== "object" || recorded === null || typeof replayed !== "object" || replayed === null)
    return Object.is(recorded, replayed)
      ? undefined
      : `${path}: ${JSON.stringify(recorded)} recorded, ${JSON.stringify(replayed)} replayed`;
  const keys = new Set([...Object.keys(recorded), ...Object.keys(replayed)]);
  // Of a digest nobody learns anything: what it sums up comes first.
  const ordered = [...keys].sort((a, b) => Number(a === "outputs") - Number(b === "outputs"));
  for (const key of ordered) {
    const inner = path === "" ? key : `${path}.${key}`;
    const difference = firstDifference(fieldOf(recorded, key), fieldOf(replayed, key), inner);
    if (difference !== undefined) return difference;
  }
  return undefined;
}

function fieldOf(object: object, key: string): unknown {
  return (object as Record<string, unknown>)[key];
}
