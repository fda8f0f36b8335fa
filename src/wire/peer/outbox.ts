/**
 * What one peer is about to be sent: small messages pile up in a pooled buffer and leave in one write when the turn
 * ends; large ones and blocks are written as they are, behind what was piled up before them. Nothing is allocated
 * per message or per write.
 */
import { BufferPool, type PooledBuffer } from "../../core/buffer-pool.ts";
import type { ByteStream } from "../../core/ports.ts";
import {
  MAX_CONTROL_BYTES,
  writeBlockMessage,
  writeEmpty,
  writeIndex,
  writeKeepAlive,
  writePort,
} from "../protocol/message-encoder.ts";

/** Room for 240 requests, more than one turn makes for one peer. */
const BUFFER_BYTES = 4_096;
/** Buffers kept for reuse: 1 MiB. */
const MAX_SPARE_BUFFERS = 256;

/** Buffers shared by all outboxes of an engine. */
export function outBufferPool(): BufferPool {
  return new BufferPool(BUFFER_BYTES, MAX_SPARE_BUFFERS);
}

export class Outbox {
  readonly #pool: BufferPool;
  readonly #onFilled: () => void;
  #stream: ByteStream | undefined;
  #buffer: PooledBuffer | undefined;
  #fill = 0;

  /** Bytes handed to the stream so far. */
  writtenBytes = 0;

  /** `onFilled` is called when the first message lands in an empty outbox: `flush` is wanted. */
  constructor(pool: BufferPool, onFilled: () => void) {
    this.#pool = pool;
    this.#onFilled = onFilled;
  }

  open(stream: ByteStream): void {
    this.#stream = stream;
  }

  /** Drops what was not flushed and takes nothing any more. */
  close(): void {
    this.#stream = undefined;
    this.#buffer = undefined;
    this.#fill = 0;
  }

  /** CHOKE, UNCHOKE, INTERESTED, NOT_INTERESTED, HAVE_ALL or HAVE_NONE. */
  empty(id: number): void {
    const bytes = this.#room();
    if (bytes !== undefined) this.#fill = writeEmpty(bytes, this.#fill, id);
  }

  /** HAVE, SUGGEST or ALLOWED_FAST. */
  index(id: number, index: number): void {
    const bytes = this.#room();
    if (bytes !== undefined) this.#fill = writeIndex(bytes, this.#fill, id, index);
  }

  /** REQUEST, CANCEL or REJECT. */
  block(id: number, index: number, begin: number, length: number): void {
    const bytes = this.#room();
    if (bytes !== undefined) this.#fill = writeBlockMessage(bytes, this.#fill, id, index, begin, length);
  }

  port(port: number): void {
    const bytes = this.#room();
    if (bytes !== undefined) this.#fill = writePort(bytes, this.#fill, port);
  }

  keepAlive(): void {
    const bytes = this.#room();
    if (bytes !== undefined) this.#fill = writeKeepAlive(bytes, this.#fill);
  }

  /** A complete message in memory that nobody changes any more, or until `onSent`. False = the stream is full. */
  write(message: Uint8Array, onSent?: () => void): boolean {
    this.flush();
    if (this.#stream === undefined) return false;
    this.writtenBytes += message.length;
    return this.#stream.write(message, onSent);
  }

  flush(): void {
    const buffer = this.#buffer;
    if (buffer === undefined || this.#stream === undefined) return;
    const length = this.#fill;
    this.#buffer = undefined;
    this.#fill = 0;
    this.writtenBytes += length;
    this.#stream.write(buffer.bytes.subarray(0, length), buffer.onSent);
  }

  /** The buffer with room for one more control message; `undefined` when the stream is gone. */
  #room(): Uint8Array | undefined {
    if (this.#stream === undefined) return undefined;
    if (this.#buffer !== undefined && this.#fill + MAX_CONTROL_BYTES > BUFFER_BYTES) this.flush();
    if (this.#buffer === undefined) {
      this.#buffer = this.#pool.acquire();
      this.#onFilled();
    }
    return this.#buffer.bytes;
  }
}
