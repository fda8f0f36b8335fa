/** What came ahead of its turn, until the gap before it is filled. */
import { sequenceDistance } from "./sequence-number.ts";
import { MAX_REORDER_BYTES } from "./utp-config.ts";
import { MAX_SELECTIVE_ACK_BYTES } from "./utp-packet.ts";

/** Packets that a selective acknowledgement can name, and the one before them. */
const MAX_AHEAD: number = 8 * MAX_SELECTIVE_ACK_BYTES + 1;

/** Bytes held over all connections. */
export interface ReorderBudget {
  usedBytes: number;
}

export class ReorderBuffer {
  readonly #budget: ReorderBudget;
  readonly #packets = new Map<number, Uint8Array>();
  heldBytes = 0;

  constructor(budget: ReorderBudget) {
    this.#budget = budget;
  }

  get isEmpty(): boolean {
    return this.#packets.size === 0;
  }

  /** Keeps a copy of packet `sequence`, where there is room for it; the last number received in order is `last`. */
  keep(sequence: number, payload: Uint8Array, last: number, maxBytes: number): void {
    if (sequenceDistance(last, sequence) > MAX_AHEAD || this.#packets.has(sequence)) return;
    if (payload.length > maxBytes || this.#budget.usedBytes + payload.length > MAX_REORDER_BYTES) return;
    // Not `slice`, which copies nothing where it is Node's.
    this.#packets.set(sequence, new Uint8Array(payload));
    this.#count(payload.length);
  }

  /** Gives packet `sequence` out, where it is here. */
  take(sequence: number): Uint8Array | undefined {
    const payload = this.#packets.get(sequence);
    if (payload === undefined) return undefined;
    this.#packets.delete(sequence);
    this.#count(-payload.length);
    return payload;
  }

  clear(): void {
    this.#count(-this.heldBytes);
    this.#packets.clear();
  }

  /** Which packets after the missing one are here, as BEP 29 writes it; undefined: none. */
  selectiveAck(last: number): Uint8Array | undefined {
    if (this.isEmpty) return undefined;
    let furthest = 0;
    for (const sequence of this.#packets.keys())
      furthest = Math.max(furthest, sequenceDistance(last, sequence) - 2);
    const bits = new Uint8Array(4 * Math.ceil((furthest + 1) / 32));
    for (const sequence of this.#packets.keys()) {
      const bit = sequenceDistance(last, sequence) - 2;
      bits[bit >>> 3] = (bits[bit >>> 3] as number) | (1 << (bit & 7));
    }
    return bits;
  }

  #count(bytes: number): void {
    this.heldBytes += bytes;
    this.#budget.usedBytes += bytes;
  }
}
