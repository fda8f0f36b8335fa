/** The jobs around a torrent's payload, on the network thread: a segment to store, a piece to forget, a block to read. */
import { invariant } from "../core/invariant.ts";
import type { Slab } from "../core/slab.ts";
import {
  JOB_HASH,
  JOB_KIND,
  JOB_LENGTH,
  JOB_OFFSET,
  JOB_PIECE,
  JOB_PLACE,
  JOB_TORRENT,
  JOB_WANTS_DIGESTS,
  JobKind,
} from "./disk-jobs.ts";
import type { DiskJob } from "./disk-queue.ts";
import type { PlacedSlot, SlotTaker } from "./read-slots.ts";
import type { SharedRing } from "./shared-ring.ts";

interface StoreFields {
  readonly torrent: number;
  readonly piece: number;
  readonly offsetBytes: number;
  readonly slab: Slab;
  readonly lengthBytes: number;
  readonly wantsDigests: boolean;
  /** SHA-1 of the whole piece. */
  readonly expected: Uint8Array;
  readonly onAnswer: (job: StoreJob, outcome: number, code: string) => void;
}

export class StoreJob implements DiskJob {
  readonly #fields: StoreFields;

  constructor(fields: StoreFields) {
    this.#fields = fields;
  }

  get piece(): number {
    return this.#fields.piece;
  }

  get offsetBytes(): number {
    return this.#fields.offsetBytes;
  }

  get lengthBytes(): number {
    return this.#fields.lengthBytes;
  }

  get slab(): Slab {
    return this.#fields.slab;
  }

  get wantsDigests(): boolean {
    return this.#fields.wantsDigests;
  }

  encode(ring: SharedRing, at: number): void {
    const { words } = ring;
    const fields = this.#fields;
    words[at + JOB_KIND] = JobKind.store;
    words[at + JOB_TORRENT] = fields.torrent;
    words[at + JOB_PIECE] = fields.piece;
    words[at + JOB_OFFSET] = fields.offsetBytes;
    words[at + JOB_LENGTH] = fields.lengthBytes;
    words[at + JOB_PLACE] = fields.slab.offset;
    words[at + JOB_WANTS_DIGESTS] = fields.wantsDigests ? 1 : 0;
    ring.bytes.set(fields.expected, (at + JOB_HASH) * Int32Array.BYTES_PER_ELEMENT);
  }

  answered(outcome: number, code: string): void {
    this.#fields.onAnswer(this, outcome, code);
  }
}

export class DiscardJob implements DiskJob {
  readonly #torrent: number;
  readonly #piece: number;

  constructor(torrent: number, piece: number) {
    this.#torrent = torrent;
    this.#piece = piece;
  }

  encode(ring: SharedRing, at: number): void {
    ring.words[at + JOB_KIND] = JobKind.discard;
    ring.words[at + JOB_TORRENT] = this.#torrent;
    ring.words[at + JOB_PIECE] = this.#piece;
  }

  answered(): void {
    // Nobody asked.
  }
}

interface ReadFields {
  readonly torrent: number;
  readonly piece: number;
  readonly offsetBytes: number;
  readonly lengthBytes: number;
  /** What the answer repeats. */
  readonly token: number;
  /** The pool gave this job its slot. */
  readonly onSlot: (job: ReadJob) => void;
  readonly onAnswer: (job: ReadJob, outcome: number, code: string) => void;
}

export class ReadJob implements DiskJob, SlotTaker {
  readonly #fields: ReadFields;
  #slot: PlacedSlot | undefined;

  constructor(fields: ReadFields) {
    this.#fields = fields;
  }

  get token(): number {
    return this.#fields.token;
  }

  get lengthBytes(): number {
    return this.#fields.lengthBytes;
  }

  get hasSlot(): boolean {
    return this.#slot !== undefined;
  }

  get slot(): PlacedSlot {
    invariant(this.#slot !== undefined, "a read has its slot before it is submitted");
    return this.#slot;
  }

  takeSlot(slot: PlacedSlot): void {
    this.#slot = slot;
    this.#fields.onSlot(this);
  }

  encode(ring: SharedRing, at: number): void {
    const { words } = ring;
    const fields = this.#fields;
    words[at + JOB_KIND] = JobKind.read;
    words[at + JOB_TORRENT] = fields.torrent;
    words[at + JOB_PIECE] = fields.piece;
    words[at + JOB_OFFSET] = fields.offsetBytes;
    words[at + JOB_LENGTH] = fields.lengthBytes;
    words[at + JOB_PLACE] = this.slot.offset;
  }

  answered(outcome: number, code: string): void {
    this.#fields.onAnswer(this, outcome, code);
  }
}
