/**
 * Memory that the sealed connections of one thread have in common: frames on their way to the network, which come back when they
 * have been sent, and one place for what was opened. Fresh memory for each block would cost as much as half of its encryption.
 */
import { BufferPool } from "../core/buffer-pool.ts";
import { MAX_FRAME_BYTES } from "./frame-format.ts";

/** Frames kept for reuse: 4 MiB. */
const MAX_SPARE_FRAMES = 128;
/** What a read of 256 KiB, the most that a stream of the platform delivers at once, and the beginning of a frame from before hold. */
const INITIAL_OPENED_BYTES = 256 * 1024 + MAX_FRAME_BYTES;

export class FrameMemory {
  /** Of frames on their way. */
  readonly frames: BufferPool = new BufferPool(MAX_FRAME_BYTES, MAX_SPARE_FRAMES);
  #opened = new Uint8Array(INITIAL_OPENED_BYTES);

  /** Room for `lengthBytes` of opened payload; what was there before is overwritten. */
  opened(lengthBytes: number): Uint8Array {
    if (lengthBytes > this.#opened.length) this.#opened = new Uint8Array(lengthBytes);
    return this.#opened;
  }
}
