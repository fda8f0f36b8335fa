/**
 * Buffers of one block each that disk workers read into and sockets send from, header room included. A bounded pool in
 * shared memory; reads that find it empty wait in order, up to a limit.
 */
import { invariant } from "../core/invariant.ts";
import { type BlockSlot, PIECE_HEADER_BYTES } from "../core/slab.ts";
import { BLOCK_BYTES } from "../torrent/piece-map.ts";
import { MAX_WAITING_READS } from "./platform-config.ts";

/** Distance of two slots: header and block, rounded up to whole cache lines. */
const SLOT_BYTES = Math.ceil((PIECE_HEADER_BYTES + BLOCK_BYTES) / 64) * 64;

/** A slot with its place in the pool's memory. */
export interface PlacedSlot extends BlockSlot {
  readonly offset: number;
}

/** Who waits for a slot. */
export interface SlotTaker {
  readonly lengthBytes: number;
  takeSlot(slot: PlacedSlot): void;
}

export class ReadSlots {
  readonly memory: SharedArrayBuffer;
  readonly #isOut: Uint8Array;
  readonly #free: number[];
  readonly #waiting: SlotTaker[] = [];

  constructor(slots: number) {
    this.memory = new SharedArrayBuffer(slots * SLOT_BYTES);
    this.#isOut = new Uint8Array(slots);
    // The lowest last, so that it is taken first and memory is touched only as far as it is needed.
    this.#free = Array.from({ length: slots }, (_, i) => slots - 1 - i);
  }

  /** Slots that are out. */
  get usedSlots(): number {
    return this.#isOut.length - this.#free.length;
  }

  /** Gives `taker` a slot, now or as soon as one is free; false when too many wait already. */
  request(taker: SlotTaker): boolean {
    const index = this.#free.pop();
    if (index !== undefined) this.#give(index, taker);
    else if (this.#waiting.length < MAX_WAITING_READS) this.#waiting.push(taker);
    else return false;
    return true;
  }

  release(slot: BlockSlot): void {
    const index = slot.buffer.byteOffset / SLOT_BYTES;
    invariant(
      slot.buffer.buffer === this.memory && this.#isOut[index] === 1,
      "a slot is released once, to the pool it came from",
    );
    this.#isOut[index] = 0;
    const next = this.#waiting.shift();
    if (next === undefined) this.#free.push(index);
    else this.#give(index, next);
  }

  #give(index: number, taker: SlotTaker): void {
    this.#isOut[index] = 1;
    const offset = index * SLOT_BYTES;
    const buffer = new Uint8Array(this.memory, offset, PIECE_HEADER_BYTES + taker.lengthBytes);
    taker.takeSlot({ buffer, offset });
  }
}
