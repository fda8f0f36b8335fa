/**
 * The last minutes of each torrent's rates, one sample a second, kept by the viewer: the snapshot only knows now.
 * Torrents that never moved a byte cost nothing.
 */
import type { SessionSnapshot } from "../../session/session-view.ts";

/** Samples kept of each torrent: five minutes, more than the widest chart shows. */
export const HISTORY_SAMPLES = 300;
export const SAMPLE_INTERVAL_MS = 1000;

interface Ring {
  readonly down: Float64Array;
  readonly up: Float64Array;
  /** Samples taken since the last one that was not zero. */
  quietSamples: number;
}

export class RateHistory {
  readonly #rings = new Map<string, Ring>();
  /** Samples taken so far; the newest of every ring is at this count minus one. */
  #taken = 0;

  /** Something has moved within the time that is kept: sampling must go on even if no snapshot comes. */
  get isMoving(): boolean {
    return this.#rings.size > 0;
  }

  /** Takes one sample of every torrent in `snapshot` and forgets those that are not in it. */
  sample(snapshot: SessionSnapshot): void {
    const at = this.#taken % HISTORY_SAMPLES;
    const seen = new Set<string>();
    for (const { id, downBytesPerSecond, upBytesPerSecond } of snapshot.torrents) {
      seen.add(id);
      this.#store(id, at, downBytesPerSecond, upBytesPerSecond);
    }
    for (const [id, ring] of this.#rings) {
      if (!seen.has(id) || ring.quietSamples >= HISTORY_SAMPLES) this.#rings.delete(id);
    }
    this.#taken++;
  }

  /** The newest `count` samples at most, oldest first; as many as were taken since the torrent first moved. */
  recent(id: string, direction: "down" | "up", count: number): readonly number[] {
    const ring = this.#rings.get(id);
    if (ring === undefined) return [];
    const length = Math.min(count, this.#taken, HISTORY_SAMPLES);
    return Array.from({ length }, (_, index) => {
      const sample = ring[direction][(this.#taken - length + index) % HISTORY_SAMPLES] ?? 0;
      return roundToThreeDigits(sample);
    });
  }

  #store(id: string, at: number, down: number, up: number): void {
    let ring = this.#rings.get(id);
    const isQuiet = down === 0 && up === 0;
    if (ring === undefined) {
      if (isQuiet) return;
      ring = {
        down: new Float64Array(HISTORY_SAMPLES),
        up: new Float64Array(HISTORY_SAMPLES),
        quietSamples: 0,
      };
      this.#rings.set(id, ring);
    }
    ring.down[at] = down;
    ring.up[at] = up;
    ring.quietSamples = isQuiet ? ring.quietSamples + 1 : 0;
  }
}

function roundToThreeDigits(value: number): number {
  return value === 0 ? 0 : Number(value.toPrecision(3));
}
