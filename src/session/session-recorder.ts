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

interface Held {
  readonly torrent: { readonly isActive: boolean; readonly swarm: { readonly infoHash: InfoHash } };
  readonly report: { readonly facts: DiagnosisFacts | undefined };
}

interface Noted {
  readonly atMs: number;
  readonly code: string;
}

export class SessionRecorder {
  readonly #wire: RecordedWire;
  readonly #noted = new WeakMap<Held, Noted>();

  constructor(wire: RecordedWire) {
    this.#wire = wire;
  }

  /** What each torrent that is at work is diagnosed by: now and then, and when that says something else than before. */
  note(nowMs: number, held: readonly Held[]): void {
    for (const one of held) {
      const { facts } = one.report;
      if (!one.torrent.isActive || facts === undefined) continue;
      const recorded = recordedFacts(facts);
      const before = this.#noted.get(one);
      if (before?.code === recorded.code && nowMs - before.atMs < FACTS_INTERVAL_MS) continue;
      this.#noted.set(one, { atMs: nowMs, code: recorded.code });
      this.#wire.noteFacts(one.torrent.swarm.infoHash, JSON.stringify(recorded));
    }
  }
}
