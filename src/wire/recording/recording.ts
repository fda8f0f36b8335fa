/**
 * The file that a recording becomes: a line that names the format, then blocks of whole records, each with its length and
 * its CRC-32C before it. A block is handed over as soon as it is full, so that what was recorded before a crash can be
 * replayed; the whole never grows beyond its limit.
 */
import { utf8Bytes, writeUint32 } from "../../core/bytes.ts";
import { crc32c } from "../../core/crc32c.ts";
import { NEVER_MS } from "../../core/never-ms.ts";
import type { Clock } from "../../core/ports.ts";
import { RecordWriter } from "./record-bytes.ts";
import { FULL, RECORDING_HEAD, TOLD } from "./record-kinds.ts";

/** Where a recording goes. */
export interface RecordingSink {
  /** Takes whole blocks, in order. */
  append(bytes: Uint8Array): void;
  /** Nothing more comes: all is said, or the limit was reached. */
  ended(isFull: boolean): void;
}

/** A block is handed over when it is this long: seldom enough for a disk, and little to lose. */
const BLOCK_BYTES = 32 * 1024;
export const BLOCK_HEADER_BYTES = 8;
const MICROSECONDS = 1_000;

export class Recording {
  readonly writer: RecordWriter = new RecordWriter();
  readonly #clock: Clock;
  readonly #sink: RecordingSink;
  readonly #limitBytes: number;
  #writtenBytes = 0;
  #microseconds = 0;
  #isOn = true;
  /** Events that the engine told. */
  #told = 0;
  #isTelling = false;

  /** True while the engine deals with an event: what it asks for then is recorded. */
  isInside = false;
  /** Time of the latest event, as the engine is told it: a replay can tell the same number. */
  nowMs: number = NEVER_MS;

  constructor(clock: Clock, sink: RecordingSink, limitBytes: number) {
    this.#clock = clock;
    this.#sink = sink;
    this.#limitBytes = limitBytes;
    this.#append(utf8Bytes(RECORDING_HEAD));
    this.#setTime();
  }

  get isOn(): boolean {
    return this.#isOn;
  }

  /** Whether what happens now is to be written down. */
  get isListening(): boolean {
    return this.#isOn && this.isInside;
  }

  /** Runs `action` as the event `kind`, whose fields `fields` writes. */
  event(kind: number, fields: (writer: RecordWriter) => void, action: () => void): void {
    const wasInside = this.isInside;
    const wasTelling = this.#isTelling;
    this.note(kind, fields);
    this.isInside = true;
    this.#isTelling = false;
    try {
      action();
    } finally {
      this.isInside = wasInside;
      this.#isTelling = wasTelling;
    }
  }

  /** An event that the engine does not hear of. */
  note(kind: number, fields: (writer: RecordWriter) => void): void {
    const before = this.#microseconds;
    this.#setTime();
    if (!this.#isOn) return;
    if (this.writer.length >= BLOCK_BYTES) this.flush();
    if (this.#writtenBytes + this.writer.length >= this.#limitBytes) {
      this.writer.byte(FULL);
      this.writer.number(this.#microseconds - before);
      this.#end(true);
      return;
    }
    if (this.#isTelling) {
      this.writer.byte(TOLD);
      this.writer.number(this.#told);
    }
    this.writer.byte(kind);
    this.writer.number(this.#microseconds - before);
    fields(this.writer);
  }

  /** What the engine does within `action` is no answer to an event: its owner is looking. */
  outside<Result>(action: () => Result): Result {
    const wasInside = this.isInside;
    this.isInside = false;
    try {
      return action();
    } finally {
      this.isInside = wasInside;
    }
  }

  /** Runs `action`, by which the owner is told an event: what it says to the engine in the midst of that is replayed there. */
  telling(action: () => void): void {
    this.#told++;
    const wasTelling = this.#isTelling;
    this.#isTelling = true;
    try {
      this.outside(action);
    } finally {
      this.#isTelling = wasTelling;
    }
  }

  flush(): void {
    if (this.writer.length === 0 || !this.#isOn) return;
    const records = this.writer.take();
    const block = new Uint8Array(BLOCK_HEADER_BYTES + records.length);
    writeUint32(block, 0, records.length);
    writeUint32(block, 4, crc32c(records));
    block.set(records, BLOCK_HEADER_BYTES);
    this.#append(block);
  }

  /** Hands over what is there and ends. */
  close(): void {
    if (this.#isOn) this.#end(false);
  }

  #end(isFull: boolean): void {
    this.flush();
    this.#isOn = false;
    this.#sink.ended(isFull);
  }

  #append(bytes: Uint8Array): void {
    this.#writtenBytes += bytes.length;
    this.#sink.append(bytes);
  }

  #setTime(): void {
    this.#microseconds = Math.max(this.#microseconds, Math.round(this.#clock.nowMs() * MICROSECONDS));
    this.nowMs = this.#microseconds / MICROSECONDS;
  }
}
