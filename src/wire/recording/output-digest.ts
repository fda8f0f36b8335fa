/**
 * What an engine did, as one number: every call of its ports and every event it told goes into it. Two engines with the same
 * number did the same. What is masked, payload and what is drawn for ciphers stay out.
 */
import { readUint32 } from "../../core/bytes.ts";
import { HANDSHAKE_BYTES } from "../protocol/handshake.ts";
import { BLOCK_HEADER_BYTES, EXTENDED, PIECE, PORT } from "../protocol/message-ids.ts";

/** FNV-1a of 32 bits. */
const OFFSET = 0x811c9dc5;
const PRIME = 0x01000193;
const HANDSHAKE_FIRST_BYTE = 19;

export class OutputDigest {
  #hash = OFFSET;

  get value(): number {
    return this.#hash >>> 0;
  }

  add(value: number): void {
    for (let left = value >>> 0; ; left >>>= 8) {
      this.#hash = Math.imul(this.#hash ^ (left & 0xff), PRIME);
      if (left < 0x100) return;
    }
  }

  text(value: string): void {
    for (let i = 0; i < value.length; i++) this.#hash = Math.imul(this.#hash ^ value.charCodeAt(i), PRIME);
  }

  /** One write of whole messages to a stream. */
  write(stream: number, bytes: Uint8Array): void {
    this.add(stream);
    this.add(bytes.length);
    if (bytes[0] === HANDSHAKE_FIRST_BYTE && bytes.length === HANDSHAKE_BYTES) return;
    for (let at = 0; at + 4 < bytes.length; at += 4 + readUint32(bytes, at)) {
      const id = bytes[at + 4] as number;
      this.add(id);
      const length = readUint32(bytes, at) - 1;
      const known = id === PIECE ? BLOCK_HEADER_BYTES : id === PORT || id === EXTENDED ? 0 : length;
      for (let i = 0; i < known; i++)
        this.#hash = Math.imul(this.#hash ^ (bytes[at + 5 + i] as number), PRIME);
    }
  }
}
