/**
 * One TCP connection as a `ByteStream`.
 *
 * Receiving: all streams of a thread share one buffer that the kernel reads into (`onread`), so no memory is allocated
 * per read and a read may be four times the size of Node's own. The handler consumes it inside the call.
 *
 * Sending: what one turn of the event loop writes leaves in one `writev` (corked until the turn ends). Node calls the
 * same bound function back for every chunk, in order, so a queue of lengths and `onSent`s replaces a closure each.
 *
 *            onOpen (dialled)                    onEnd(reason)
 *   opening ------------------> open ---------------------------> ended
 *      |                          \-- close(): closing, silent --/
 *      \--- refused / timeout / unreachable / close() ----------/
 */
import type { Socket } from "node:net";
import type { Endpoint } from "../core/endpoint.ts";
import { NO_HANDLER } from "../core/no-handler.ts";
import type { ByteStream, StreamEnd, StreamHandler } from "../core/ports.ts";
import { HIGH_WATER_BYTES, LOW_WATER_BYTES } from "./platform-config.ts";

/** Entries of sent chunks that a queue which never runs empty keeps before it is compacted. */
const SENT_BEFORE_COMPACTION = 256;

const noop = (): void => undefined;

export class TcpStream implements ByteStream {
  readonly remote: Endpoint;
  readonly transport = "tcp";
  handler: StreamHandler = NO_HANDLER;

  #socket: Socket | undefined;
  #isReadingPaused = false;
  #isClosing = false;
  #hasEnded = false;
  #reason: StreamEnd | undefined;

  #queuedBytes = 0;
  #owesWritable = false;
  #isCorked = false;
  /** Length and `onSent` of each chunk that Node holds, oldest first; consumed from `#sentHead`. */
  readonly #pendingBytes: number[] = [];
  readonly #pendingSent: (() => void)[] = [];
  #sentHead = 0;

  constructor(remote: Endpoint) {
    this.remote = remote;
  }

  get queuedBytes(): number {
    return this.#queuedBytes;
  }

  /** Takes the socket over: from here on every event of it becomes a call to `handler`. */
  attach(socket: Socket): void {
    this.#socket = socket;
    socket.on("end", this.#onPeerEnd);
    socket.on("error", this.#onError);
    socket.on("close", this.#onClose);
  }

  /** The socket never came to be; tells the handler why, from the event loop. */
  fail(reason: StreamEnd): void {
    this.#isClosing = true;
    this.#reason = reason;
    setImmediate(this.#onClose);
  }

  /** The connection stands. */
  opened(): void {
    if (!this.#isClosing) this.handler.onOpen();
  }

  /** Bytes arrived in a buffer that is not ours to keep. Answers whether more may come. */
  received(buffer: Uint8Array, lengthBytes: number): boolean {
    if (this.#isClosing) return false;
    this.handler.onBytes(buffer, 0, lengthBytes);
    return !this.#isReadingPaused && !this.#isClosing;
  }

  write(bytes: Uint8Array, onSent: () => void = noop): boolean {
    const socket = this.#socket;
    if (this.#isClosing || socket === undefined || socket.destroyed) return false;
    this.#queuedBytes += bytes.length;
    this.#pendingBytes.push(bytes.length);
    this.#pendingSent.push(onSent);
    if (!this.#isCorked) {
      this.#isCorked = true;
      socket.cork();
      queueMicrotask(this.#uncork);
    }
    socket.write(bytes, this.#onChunkSent);
    if (this.#queuedBytes < HIGH_WATER_BYTES) return true;
    this.#owesWritable = true;
    return false;
  }

  pauseReading(): void {
    this.#isReadingPaused = true;
    this.#socket?.pause();
  }

  resumeReading(): void {
    if (!this.#isReadingPaused) return;
    this.#isReadingPaused = false;
    this.#socket?.resume();
  }

  close(): void {
    this.closeBecause("closed-by-us");
  }

  /** Ends at once; `onEnd(reason)` follows, unless the end is already known by another name. */
  closeBecause(reason: StreamEnd): void {
    if (this.#isClosing) return;
    this.#isClosing = true;
    this.#reason ??= reason;
    this.#socket?.destroy();
  }

  #uncork = (): void => {
    this.#isCorked = false;
    this.#socket?.uncork();
  };

  /** Node has handed the oldest chunk to the kernel. */
  #onChunkSent = (error?: Error | null): void => {
    if (error) return;
    const onSent = this.#pendingSent[this.#sentHead] as () => void;
    this.#queuedBytes -= this.#pendingBytes[this.#sentHead] as number;
    this.#sentHead++;
    if (this.#sentHead === this.#pendingSent.length || this.#sentHead >= SENT_BEFORE_COMPACTION)
      this.#forgetSent();
    if (this.#isClosing) return;
    onSent();
    if (this.#owesWritable && this.#queuedBytes <= LOW_WATER_BYTES && !this.#isClosing) {
      this.#owesWritable = false;
      this.handler.onWritable();
    }
  };

  #forgetSent(): void {
    this.#pendingBytes.splice(0, this.#sentHead);
    this.#pendingSent.splice(0, this.#sentHead);
    this.#sentHead = 0;
  }

  #onPeerEnd = (): void => this.closeBecause("closed-by-peer");

  #onError = (error: NodeJS.ErrnoException): void => {
    this.#reason ??= streamEndOf(error);
  };

  #onClose = (): void => {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#isClosing = true;
    this.#socket = undefined;
    this.#pendingBytes.length = 0;
    this.#pendingSent.length = 0;
    this.handler.onEnd(this.#reason ?? "closed-by-peer");
  };
}

/** The protocol's word for what the system says. */
function streamEndOf(error: NodeJS.ErrnoException): StreamEnd {
  switch (error.code) {
    case "ECONNREFUSED":
      return "refused";
    case "ETIMEDOUT":
      return "timeout";
    case "ECONNRESET":
    case "EPIPE":
    case "ECONNABORTED":
      return "reset";
    case "EHOSTUNREACH":
    case "ENETUNREACH":
    case "EADDRNOTAVAIL":
    case "EHOSTDOWN":
    case "ENETDOWN":
    case "EACCES":
    case "EPERM":
    case "EINVAL":
    case "EAFNOSUPPORT":
      return "unreachable";
    default:
      return "error";
  }
}
