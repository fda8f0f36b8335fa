/**
 * A channel to another process: messages over a Unix socket or a named pipe. Nothing here waits for the other end, and
 * what it costs is bounded: it is not read from while it does not read, and given up when too much piles up.
 */
import type { Socket } from "node:net";
import type { ChannelPort } from "../../session/session-ports.ts";
import {
  LAST_WORDS_MS,
  MAX_MESSAGE_BYTES,
  MAX_QUEUED_BYTES,
  MAX_UNFINISHED_BYTES,
  PAUSE_READING_BYTES,
} from "./channel-limits.ts";
import { MessageAssembler, type UnfinishedBudget } from "./message-assembler.ts";
import { decodeMessage, encodeMessage } from "./message-codec.ts";

export interface SocketPortOptions {
  /** Shared by all ports of a server. */
  readonly budget?: UnfinishedBudget;
  /** Limit of the first message. */
  readonly maxGreetingBytes?: number;
}

export class SocketPort implements ChannelPort {
  readonly #socket: Socket;
  readonly #assembler: MessageAssembler;
  /** Ended from our side: `onClose` is not called. */
  #isClosed = false;
  #hasGreeted = false;

  onMessage: (message: unknown) => void = () => {};
  onClose: () => void = () => {};
  /** The first whole message is here; runs before `onMessage`. */
  onGreeting: () => void = () => {};
  /** The connection is gone, whoever ended it. */
  onGone: () => void = () => {};

  /** `socket` is connected. */
  constructor(socket: Socket, options: SocketPortOptions = {}) {
    this.#socket = socket;
    this.#assembler = new MessageAssembler(
      options.budget ?? { remainingBytes: MAX_UNFINISHED_BYTES },
      options.maxGreetingBytes ?? MAX_MESSAGE_BYTES,
    );
    socket.on("data", (bytes: Buffer) => this.#take(bytes));
    socket.on("drain", () => socket.resume());
    // "close" follows, and why a local connection broke does not matter to anybody.
    socket.on("error", () => {});
    socket.on("close", () => this.#gone());
  }

  postMessage(message: unknown): number {
    if (this.#isClosed || this.#socket.destroyed) return 0;
    const bytes = encodeMessage(message);
    this.#socket.write(bytes);
    if (this.#socket.writableLength > MAX_QUEUED_BYTES) this.#socket.destroy();
    else if (this.#socket.writableLength > PAUSE_READING_BYTES) this.#socket.pause();
    return bytes.length;
  }

  /** Lets the other end read what was posted, for a moment. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#socket.end();
    // A closed port reads on, so that the end of the other side is seen; what comes is dropped.
    this.#socket.resume();
    const limit = setTimeout(() => this.#socket.destroy(), LAST_WORDS_MS);
    limit.unref();
    this.#socket.once("close", () => clearTimeout(limit));
  }

  #take(bytes: Buffer): void {
    if (this.#isClosed) return;
    const isUsable = this.#assembler.push(bytes, (body) => this.#deliver(body));
    if (!isUsable) this.#socket.destroy();
  }

  #deliver(body: Uint8Array): void {
    if (this.#isClosed || this.#socket.destroyed) return;
    const message = decodeMessage(body);
    if (!message.ok) {
      this.#socket.destroy();
      return;
    }
    if (!this.#hasGreeted) {
      this.#hasGreeted = true;
      this.#assembler.maxMessageBytes = MAX_MESSAGE_BYTES;
      this.onGreeting();
    }
    this.onMessage(message.value);
  }

  #gone(): void {
    this.#assembler.dispose();
    this.onGone();
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.onClose();
  }
}
