/**
 * Memory that the sealed connections of one thread have in common: frames on their way to the network, which come back when they
 * have been sent, and one place for what was opened. Fresh memory for each block would cost as much as half of its encryption.
 */
import { MAX_FRAME_BYTES } from "./frame-format.ts";

/** Frames kept for reuse, 4 MiB; beyond, the garbage collector has them. */
const MAX_SPARE_FRAMES = 128;
/** What a read of 256 KiB, the most that a stream of the platform delivers at once, and the beginning of a frame from before hold. */
const INITIAL_OPENED_BYTES = 256 * 1024 + MAX_FRAME_BYTES;

export interface FrameBuffer {
  /** `MAX_FRAME_BYTES` of them. */
  readonly bytes: Uint8Array;
  /** Gives the buffer back: it was sent. */
  readonly release: () => void;
}

export class FrameMemory {
  readonly #spare: FrameBuffer[] = [];
  #opened = new Uint8Array(INITIAL_OPENED_BYTES);

  acquire(): FrameBuffer {
    return this.#spare.pop() ?? this.#create();
  }

  /** Room for `lengthBytes` of opened payload; what was there before is overwritten. */
  opened(lengthBytes: number): Uint8Array {
    if (lengthBytes > this.#opened.length) this.#opened = new Uint8Array(lengthBytes);
    return this.#opened;
  }

  #create(): FrameBuffer {
    const buffer: FrameBuffer = {
      bytes: new Uint8Array(MAX_FRAME_BYTES),
      release: () => {
        if (this.#spare.length < MAX_SPARE_FRAMES) this.#spare.push(buffer);
      },
    };
    return buffer;
  }
}
