/** A torrent's search in the DHT: whom it asked on the way from far to near, and where it left our address. */
import type { DhtTrailStep, TorrentSnapshot } from "../../session/session-view.ts";
import { formatDuration, plural } from "../format/quantities.ts";
import type { Tone } from "../theme/themes.ts";

export interface TrailModel {
  readonly state: string;
  readonly figures: string;
  /** Shared bits of the nodes that answered: where they stand between far and near. */
  readonly bits: readonly number[];
  readonly stored: { readonly text: string; readonly tone: Tone };
  readonly next: string;
}

export interface StepRowModel {
  readonly number: string;
  readonly address: string;
  readonly bits: string;
  readonly answer: string;
  readonly peers: string;
  readonly hasAnswered: boolean;
}

/** Null where no DHT runs, or before the session has answered. */
export function buildTrail({ dhtTrail }: TorrentSnapshot): TrailModel | null {
  if (dhtTrail === null) return null;
  const { isRunning, asked, answered, timedOut, peersFound, storedOn, nextInSeconds, steps } = dhtTrail;
  return {
    state: isRunning ? "searching now" : asked === 0 ? "not searched yet" : "done",
    figures: `asked ${asked}, ${answered} answered, ${timedOut} silent, ${plural(peersFound, "peer")} found`,
    bits: steps.flatMap(({ outcome, sharedBits }) => (outcome === "answered" ? (sharedBits ?? []) : [])),
    stored: storedText(storedOn),
    next: nextInSeconds === null ? "" : `next search in ${formatDuration(nextInSeconds)}`,
  };
}

function storedText(storedOn: number | null): TrailModel["stored"] {
  if (storedOn === null) return { text: "not announced yet", tone: "dim" };
  if (storedOn === 0) return { text: "no node took our announce", tone: "look" };
  return { text: `our address is stored on ${plural(storedOn, "node")} closest to the hash`, tone: "ok" };
}

export function buildStepRow(step: DhtTrailStep, index: number): StepRowModel {
  return {
    number: String(index + 1),
    address: step.address,
    bits: step.sharedBits === null ? "" : String(step.sharedBits),
    answer: step.outcome === "timed-out" ? "silent" : step.rttMs === null ? "yes" : `${step.rttMs} ms`,
    peers: step.peers === 0 ? "" : String(step.peers),
    hasAnswered: step.outcome === "answered",
  };
}
