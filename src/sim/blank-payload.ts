/**
 * Payload that nobody looks at. A swarm of a thousand peers moves sixteen million blocks; their content is the same to
 * picker, choker and links whatever it is. Blocks that are read into the one blank slot keep their header and their
 * length on the way, and their payload is not carried: the receiver finds whatever the shared buffer holds.
 */
import { type BlockSlot, PIECE_HEADER_BYTES, type Slab, type SlabPool } from "../core/slab.ts";
import { BLOCK_BYTES, SEGMENT_BYTES } from "../torrent/piece-map.ts";

/** Shared by all: whoever reads into it sends it on before the next one does, within one turn. */
export const BLANK_SLOT: BlockSlot = { buffer: new Uint8Array(PIECE_HEADER_BYTES + BLOCK_BYTES) };

/** What a blank block arrives in. */
const ARRIVING = new Uint8Array(PIECE_HEADER_BYTES + BLOCK_BYTES);

export function isBlank(bytes: Uint8Array): boolean {
  return bytes.buffer === BLANK_SLOT.buffer.buffer;
}

/** Bytes of a blank block that are kept, and carried. */
export const HEADER_BYTES: number = PIECE_HEADER_BYTES;

/** A whole block with the header at `at`, valid until the next call. */
export function blankBlock(page: Uint8Array, at: number): Uint8Array {
  for (let i = 0; i < HEADER_BYTES; i++) ARRIVING[i] = page[at + i] as number;
  return ARRIVING;
}

/** One slab for everybody, that nothing is ever copied to. */
export class BlankSlabs implements SlabPool {
  readonly capacityBytes: number;
  #slab: Slab = { bytes: BLANK_SLAB, offset: 0 };
  #usedBytes = 0;

  /** `capacityBytes` as a real arena has them. */
  constructor(capacityBytes: number) {
    this.capacityBytes = capacityBytes;
  }

  acquire(minimumBytes: number): Slab | undefined {
    if (this.#usedBytes + minimumBytes > this.capacityBytes) return undefined;
    this.#usedBytes += minimumBytes;
    // All pieces but the last are of one length.
    if (minimumBytes !== this.#slab.bytes.length)
      this.#slab = { bytes: BLANK_SLAB.subarray(0, minimumBytes), offset: 0 };
    return this.#slab;
  }

  release(slab: Slab): void {
    this.#usedBytes -= slab.bytes.length;
  }

  copy(): void {}
}

const BLANK_SLAB = new Uint8Array(SEGMENT_BYTES);
