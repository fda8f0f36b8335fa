/** A stream's owner that remembers everything it is told. */
import type { ByteStream, StreamEnd, StreamHandler } from "../../src/core/ports.ts";

export class RecordingHandler implements StreamHandler {
  readonly ends: StreamEnd[] = [];
  openings = 0;
  writables = 0;
  #chunks: Uint8Array[] = [];
  receivedBytes = 0;

  onOpen(): void {
    this.openings++;
  }

  onBytes(buffer: Uint8Array, start: number, end: number): void {
    this.#chunks.push(buffer.slice(start, end));
    this.receivedBytes += end - start;
  }

  onWritable(): void {
    this.writables++;
  }

  onEnd(reason: StreamEnd): void {
    this.ends.push(reason);
  }

  /** Everything received so far, joined. */
  received(): Uint8Array {
    const joined = new Uint8Array(this.receivedBytes);
    let offset = 0;
    for (const chunk of this.#chunks) {
      joined.set(chunk, offset);
      offset += chunk.length;
    }
    this.#chunks = [joined];
    return joined;
  }
}

/** Both ends of one connection. */
export interface ConnectedPair {
  readonly near: ByteStream;
  readonly nearHandler: RecordingHandler;
  readonly far: ByteStream;
  readonly farHandler: RecordingHandler;
}
