/** What was written and is not packed yet: whole buffers of the writer, taken in order. */

interface Chunk {
  readonly bytes: Uint8Array;
  readonly onSent: (() => void) | undefined;
}

/** Entries that are taken before the list is compacted. */
const TAKEN_BEFORE_COMPACTION = 256;

export class SendQueue {
  readonly #chunks: Chunk[] = [];
  #head = 0;
  /** Bytes of the first chunk that are taken already. */
  #offset = 0;
  queuedBytes = 0;

  push(bytes: Uint8Array, onSent: (() => void) | undefined): void {
    if (bytes.length === 0) return;
    this.#chunks.push({ bytes, onSent });
    this.queuedBytes += bytes.length;
  }

  /** Copies the next bytes, as many as fit and are there; the writer of each buffer that is through is told. */
  take(target: Uint8Array): number {
    let filled = 0;
    while (filled < target.length && this.queuedBytes > 0) {
      const { bytes, onSent } = this.#chunks[this.#head] as Chunk;
      const end = Math.min(bytes.length, this.#offset + target.length - filled);
      target.set(bytes.subarray(this.#offset, end), filled);
      const taken = end - this.#offset;
      filled += taken;
      this.queuedBytes -= taken;
      this.#offset = end;
      if (end < bytes.length) break;
      this.#nextChunk();
      onSent?.();
    }
    return filled;
  }

  /** Drops everything; nobody is told. */
  clear(): void {
    this.#chunks.length = 0;
    this.#head = 0;
    this.#offset = 0;
    this.queuedBytes = 0;
  }

  #nextChunk(): void {
    this.#offset = 0;
    if (++this.#head < TAKEN_BEFORE_COMPACTION && this.#head < this.#chunks.length) return;
    this.#chunks.splice(0, this.#head);
    this.#head = 0;
  }
}
