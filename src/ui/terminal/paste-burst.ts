/**
 * Pastes on terminals that do not bracket them: they arrive as keys, faster than anyone types. A run of text keys in
 * one chunk that begins like a magnet link or is an info-hash opens a burst; text that follows within the window
 * belongs to it, and so do line ends, so that the newline at the end of a copied line starts nothing.
 */
import type { InputEvent } from "./input-events.ts";

/** Text keys in one chunk that make a run worth a look: `magnet:?`. */
const MIN_RUN_KEYS = 8;
/** Chunks of one paste follow each other faster than this; keys of a person do not (10 per second are a fast typist). */
export const BURST_WINDOW_MS = 30;
const MAGNET = /^magnet:/i;
/** Info-hash in hex or base32, at the beginning of the run. */
const INFO_HASH = /^(?:[0-9a-f]{40}|[a-z2-7]{32})(?![0-9a-z])/i;
/** An auto-repeated key is no hash, however long it is held. */
const MIN_DISTINCT_CHARACTERS = 6;

export class PasteBurst {
  #text: string | undefined;
  #lastAtMs = 0;

  /** A burst is open: `flush` must be called once `BURST_WINDOW_MS` passed without input. */
  get isOpen(): boolean {
    return this.#text !== undefined;
  }

  /** `events` of one chunk read at `nowMs`, with the keys of a burst replaced by one paste when it ends. */
  push(events: readonly InputEvent[], nowMs: number): InputEvent[] {
    const output = nowMs - this.#lastAtMs > BURST_WINDOW_MS ? this.flush() : [];
    this.#lastAtMs = nowMs;
    for (let index = 0; index < events.length; ) {
      const run = textRun(events, index);
      if (run.length === 0) {
        output.push(...this.flush(), events[index++] as InputEvent);
        continue;
      }
      if (this.#text !== undefined) this.#text += run.text;
      else if (isPaste(run)) this.#text = run.text;
      else for (let key = 0; key < run.length; key++) output.push(events[index + key] as InputEvent);
      index += run.length;
    }
    return output;
  }

  /** The paste of the open burst. */
  flush(): InputEvent[] {
    if (this.#text === undefined) return [];
    const text = this.#text;
    this.#text = undefined;
    return [{ kind: "paste", text }];
  }
}

interface TextRun {
  readonly length: number;
  readonly text: string;
}

/** The keys from `start` on that insert text or end a line. */
function textRun(events: readonly InputEvent[], start: number): TextRun {
  const parts: string[] = [];
  for (let index = start; index < events.length; index++) {
    const event = events[index];
    if (event?.kind !== "key") break;
    const inserted = event.key === "enter" ? "\n" : event.key === "tab" ? "\t" : event.text;
    if (inserted === "") break;
    parts.push(inserted);
  }
  return { length: parts.length, text: parts.join("") };
}

function isPaste(run: TextRun): boolean {
  if (run.length < MIN_RUN_KEYS) return false;
  if (MAGNET.test(run.text)) return true;
  return INFO_HASH.test(run.text) && new Set(run.text).size >= MIN_DISTINCT_CHARACTERS;
}
