/** Recordings of simulated machines, in memory. */

import { concatBytes } from "../../../src/core/bytes.ts";
import type { RecordingOptions } from "../../../src/wire/index.ts";

export class MemoryRecording implements RecordingOptions {
  readonly limitBytes: number;
  readonly #parts: Uint8Array[] = [];
  end: "open" | "closed" | "full" = "open";

  constructor(limitBytes = 64 * 1024 * 1024) {
    this.limitBytes = limitBytes;
  }

  readonly sink = {
    append: (bytes: Uint8Array): void => void this.#parts.push(bytes.slice()),
    ended: (isFull: boolean): void => {
      this.end = isFull ? "full" : "closed";
    },
  };

  get bytes(): Uint8Array {
    return concatBytes(this.#parts);
  }
}
