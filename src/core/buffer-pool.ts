/** Buffers of one size that are handed to streams and come back when they were sent: nothing is allocated for a write. */

export interface PooledBuffer {
  readonly bytes: Uint8Array;
  /** Gives the buffer back; as `onSent` of `ByteStream.write`. */
  readonly onSent: () => void;
}

export class BufferPool {
  readonly #bufferBytes: number;
  readonly #maxSpare: number;
  readonly #spare: PooledBuffer[] = [];

  /** Keeps up to `maxSpare` buffers for reuse; beyond, the garbage collector has them. */
  constructor(bufferBytes: number, maxSpare: number) {
    this.#bufferBytes = bufferBytes;
    this.#maxSpare = maxSpare;
  }

  acquire(): PooledBuffer {
    return this.#spare.pop() ?? this.#create();
  }

  #create(): PooledBuffer {
    const buffer: PooledBuffer = {
      bytes: new Uint8Array(this.#bufferBytes),
      onSent: () => {
        if (this.#spare.length < this.#maxSpare) this.#spare.push(buffer);
      },
    };
    return buffer;
  }
}
