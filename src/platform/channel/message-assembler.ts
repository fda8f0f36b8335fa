/**
 * Cuts a stream of bytes into messages. Memory follows what has arrived, not what a length claims, and all assemblers
 * of a server share one budget for what is unfinished.
 */
import { readUint32 } from "../../core/bytes.ts";
import { FIRST_BUFFER_BYTES } from "./channel-limits.ts";
import { LENGTH_BYTES } from "./message-codec.ts";

/** What unfinished messages may hold together. */
export interface UnfinishedBudget {
  remainingBytes: number;
}

export class MessageAssembler {
  readonly #budget: UnfinishedBudget;
  readonly #head = new Uint8Array(LENGTH_BYTES);
  /** Bytes of `#head` that are here. */
  #headBytes = 0;
  #bodyLength = 0;
  #body: Uint8Array | undefined;
  #bodyBytes = 0;
  /** Longer messages than this end the stream. */
  maxMessageBytes: number;

  constructor(budget: UnfinishedBudget, maxMessageBytes: number) {
    this.#budget = budget;
    this.maxMessageBytes = maxMessageBytes;
  }

  /**
   * Takes the next bytes of the stream and hands over each message that they complete, as it was between its length
   * and the next one. False: a message is longer than allowed, or the budget is used up; the stream is of no use then.
   */
  push(bytes: Uint8Array, onMessage: (body: Uint8Array) => void): boolean {
    let at = 0;
    while (at < bytes.length) {
      if (this.#body === undefined) {
        at += this.#takeHead(bytes, at);
        if (this.#headBytes < LENGTH_BYTES) return true;
        if (!this.#begin(readUint32(this.#head, 0))) return false;
      }
      const taken = this.#takeBody(bytes, at);
      if (taken === undefined) return false;
      at += taken;
      const whole = this.#takeWhole();
      if (whole !== undefined) onMessage(whole);
    }
    return true;
  }

  /** Gives back what an unfinished message holds. */
  dispose(): void {
    this.#budget.remainingBytes += this.#body?.length ?? 0;
    this.#body = undefined;
  }

  #takeHead(bytes: Uint8Array, at: number): number {
    const taken = Math.min(LENGTH_BYTES - this.#headBytes, bytes.length - at);
    this.#head.set(bytes.subarray(at, at + taken), this.#headBytes);
    this.#headBytes += taken;
    return taken;
  }

  #begin(bodyLength: number): boolean {
    if (bodyLength === 0 || bodyLength > this.maxMessageBytes) return false;
    this.#bodyLength = bodyLength;
    this.#bodyBytes = 0;
    this.#body = new Uint8Array(0);
    return true;
  }

  /** How many bytes were taken; undefined when there is no room for them. */
  #takeBody(bytes: Uint8Array, at: number): number | undefined {
    const taken = Math.min(this.#bodyLength - this.#bodyBytes, bytes.length - at);
    if (!this.#makeRoom(this.#bodyBytes + taken)) return undefined;
    this.#body?.set(bytes.subarray(at, at + taken), this.#bodyBytes);
    this.#bodyBytes += taken;
    return taken;
  }

  #makeRoom(neededBytes: number): boolean {
    const body = this.#body ?? new Uint8Array(0);
    if (neededBytes <= body.length) return true;
    const wanted = Math.max(neededBytes, 2 * body.length, FIRST_BUFFER_BYTES);
    const larger = Math.min(wanted, this.#bodyLength);
    if (larger - body.length > this.#budget.remainingBytes) return false;
    this.#budget.remainingBytes -= larger - body.length;
    this.#body = new Uint8Array(larger);
    this.#body.set(body.subarray(0, this.#bodyBytes));
    return true;
  }

  #takeWhole(): Uint8Array | undefined {
    const body = this.#body;
    if (body === undefined || this.#bodyBytes < this.#bodyLength) return undefined;
    this.dispose();
    this.#headBytes = 0;
    return body;
  }
}
