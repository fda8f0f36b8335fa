/** The wire of a session, recorded where that was asked for, and beside it what the session knows of each torrent. */
import type { InfoHash } from "../core/ids.ts";
import {
  RecordedWire,
  type RecordingOptions,
  type Wire,
  WireEngine,
  type WireEngineOptions,
} from "../wire/index.ts";
import type { DiagnosisFacts } from "./diagnosis/diagnosis-facts.ts";
import { recordedFacts } from "./diagnosis/recorded-facts.ts";
import { FACTS_INTERVAL_MS } from "./session-config.ts";

export function openWire(
  recording: RecordingOptions | undefined,
  options: WireEngineOptions,
): { readonly wire: Wire; readonly recorder: SessionRecorder | undefined } {
  if (recording === undefined) return { wire: new WireEngine(options), recorder: undefined };
  const wire = new RecordedWire(options, recording);
  return { wire, recorder: new SessionRecorder(wire) };
}

interface Noted {
  readonly torrent: { readonly isActive: boolean; readonly swarm: { readonly infoHash: InfoHash } };
  readonly report: { readonly facts: DiagnosisFacts | undefined };
}

export class SessionRecorder {
  readonly #wire: RecordedWire;
  #notedAtMs = Number.NEGATIVE_INFINITY;

  constructor(wire: RecordedWire) {
    this.#wire = wire;
  }

  /** What each torrent that is at work is diagnosed by, now and then. */
  note(nowMs: number, held: readonly Noted[]): void {
    if (nowMs - this.#notedAtMs < FACTS_INTERVAL_MS) return;
    this.#notedAtMs = nowMs;
    for (const { torrent, report } of held) {
      if (!torrent.isActive || report.facts === undefined) continue;
      this.#wire.noteFacts(torrent.swarm.infoHash, JSON.stringify(recordedFacts(report.facts)));
    }
  }
}
