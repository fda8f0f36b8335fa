/** Fields of records as bytes: numbers of seven bits a byte, floats of eight bytes, texts and addresses. */
import { utf8Bytes, utf8Text } from "../../core/bytes.ts";
import { decodeEndpoint, encodeEndpoint } from "../../core/compact.ts";
import type { Endpoint } from "../../core/endpoint.ts";

const FIRST_ROOM_BYTES = 4_096;

export class RecordWriter {
  #bytes = new Uint8Array(FIRST_ROOM_BYTES);
  #view = new DataView(this.#bytes.buffer);
  length = 0;

  byte(value: number): void {
    this.#room(1);
    this.#bytes[this.length++] = value;
  }

  /** A whole number of 0 to 2^53. */
  number(value: number): void {
    this.#room(8);
    let left = value;
    for (; left >= 0x80; left = Math.floor(left / 0x80)) this.#bytes[this.length++] = (left % 0x80) | 0x80;
    this.#bytes[this.length++] = left;
  }

  float(value: number): void {
    this.#room(8);
    this.#view.setFloat64(this.length, value);
    this.length += 8;
  }

  bytes(value: Uint8Array): void {
    this.number(value.length);
    this.#room(value.length);
    this.#bytes.set(value, this.length);
    this.length += value.length;
  }

  text(value: string): void {
    this.bytes(utf8Bytes(value));
  }

  list(values: readonly number[]): void {
    this.number(values.length);
    for (const value of values) this.number(value);
  }

  address(value: Endpoint): void {
    this.bytes(encodeEndpoint(value));
  }

  /** What was written, and forgets it. */
  take(): Uint8Array {
    const taken = this.#bytes.slice(0, this.length);
    this.length = 0;
    return taken;
  }

  #room(bytes: number): void {
    if (this.length + bytes <= this.#bytes.length) return;
    const larger = new Uint8Array(2 * (this.length + bytes));
    larger.set(this.#bytes.subarray(0, this.length));
    this.#bytes = larger;
    this.#view = new DataView(larger.buffer);
  }
}

/** What is not a recording, or not one that can be read. */
export class RecordingFault extends Error {}

export class RecordReader {
  readonly #bytes: Uint8Array;
  position: number;

  constructor(bytes: Uint8Array, position = 0) {
    this.#bytes = bytes;
    this.position = position;
  }

  get isAtEnd(): boolean {
    return this.position >= this.#bytes.length;
  }

  byte(): number {
    const value = this.#bytes[this.position++];
    if (value === undefined) throw new RecordingFault("a record ends too early");
    return value;
  }

  number(): number {
    let value = 0;
    for (let scale = 1; ; scale *= 0x80) {
      const byte = this.byte();
      value += (byte & 0x7f) * scale;
      if (!Number.isSafeInteger(value)) throw new RecordingFault("a number that is too large");
      if (byte < 0x80) return value;
    }
  }

  float(): number {
    const bytes = this.#take(8);
    return new DataView(bytes.buffer, bytes.byteOffset).getFloat64(0);
  }

  bytes(): Uint8Array {
    return this.#take(this.number());
  }

  text(): string {
    return utf8Text(this.bytes());
  }

  address(): Endpoint {
    const address = decodeEndpoint(this.bytes());
    if (address === undefined) throw new RecordingFault("an address of a wrong length");
    return address;
  }

  list(): number[] {
    const length = this.number();
    if (length > this.#bytes.length) throw new RecordingFault("a list that is longer than its file");
    return Array.from({ length }, () => this.number());
  }

  #take(length: number): Uint8Array {
    const start = this.position;
    if (start + length > this.#bytes.length) throw new RecordingFault("a record ends too early");
    this.position = start + length;
    return this.#bytes.subarray(start, this.position);
  }
}
