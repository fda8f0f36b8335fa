/** Storage of one torrent in memory, with the answers of a real one: later, hashed, and failing on demand. */
import { equalBytes } from "../../../src/core/bytes.ts";
import { type BlockSlot, PIECE_HEADER_BYTES, type Slab, type SlabPool } from "../../../src/core/slab.ts";
import type { World } from "../../../src/sim/index.ts";
import { BLOCK_BYTES } from "../../../src/torrent/piece-map.ts";
import type { PieceVerdict } from "../../../src/torrent/piece-verdict.ts";
import type { Swarm, SwarmStorage } from "../../../src/wire/index.ts";
import type { TestTorrent } from "./a-torrent.ts";
import { nativeSha1 } from "./native-sha1.ts";

/** Slabs on the heap, up to a number of bytes; counts what is out. */
export class CountingSlabs implements SlabPool {
  readonly maxBytes: number;
  usedBytes = 0;
  peakBytes = 0;

  constructor(maxBytes: number = 64 * 1024 * 1024) {
    this.maxBytes = maxBytes;
  }

  acquire(minimumBytes: number): Slab | undefined {
    if (this.usedBytes + minimumBytes > this.maxBytes) return undefined;
    this.usedBytes += minimumBytes;
    this.peakBytes = Math.max(this.peakBytes, this.usedBytes);
    return { bytes: new Uint8Array(minimumBytes), offset: 0 };
  }

  release(slab: Slab): void {
    this.usedBytes -= slab.bytes.length;
  }
}

export class MemoryStorage implements SwarmStorage {
  /** That of the torrent itself until somebody writes: a hundred seeds need one copy. */
  content: Uint8Array;
  #isShared: boolean;
  readonly #torrent: TestTorrent;
  readonly #world: World;
  readonly #slabs: SlabPool;
  readonly #stored = new Map<number, number>();
  readonly #slots = new Set<BlockSlot>();
  swarm: Swarm | undefined;
  latencyMs = 1;
  /** Makes writing fail while it answers a code. */
  failsWith: (pieceIndex: number) => string | undefined = () => undefined;
  /** Makes storing a segment fail, which forgets the rest of its piece. */
  failsSegmentWith: (pieceIndex: number, offsetBytes: number) => string | undefined = () => undefined;
  /** Makes reading fail while true. */
  isUnreadable = false;
  /** Changes blocks that are read for others: how a poisoner lies. */
  corrupt: (block: Uint8Array, pieceIndex: number, offsetBytes: number) => void = () => {};
  readonly writtenPieces: number[] = [];
  discardedPieces = 0;
  reads = 0;

  constructor(torrent: TestTorrent, world: World, slabs: SlabPool, isComplete: boolean) {
    this.#torrent = torrent;
    this.#world = world;
    this.#slabs = slabs;
    this.content = isComplete ? torrent.content : new Uint8Array(torrent.content.length);
    this.#isShared = isComplete;
  }

  /** Slots that a stream or nobody has given back. */
  get slotsOut(): number {
    return this.#slots.size;
  }

  storeSegment(piece: number, offset: number, slab: Slab, lengthBytes: number, wantsDigests: boolean): void {
    this.#world.after(this.latencyMs, () => {
      const bytes = slab.bytes.slice(0, lengthBytes);
      this.#slabs.release(slab);
      const code = this.failsSegmentWith(piece, offset);
      if (code !== undefined) {
        this.#stored.delete(piece);
        this.swarm?.pieceChecked(piece, { kind: "failed", code });
        return;
      }
      if (this.#isShared) this.content = this.content.slice();
      this.#isShared = false;
      this.content.set(bytes, this.#torrent.map.startOf(piece) + offset);
      const stored = (this.#stored.get(piece) ?? 0) + lengthBytes;
      this.#stored.set(piece, stored);
      if (stored < this.#torrent.map.bytesOf(piece)) return;
      this.#stored.delete(piece);
      this.swarm?.pieceChecked(piece, this.#verdict(piece, wantsDigests));
    });
  }

  #verdict(piece: number, wantsDigests: boolean): PieceVerdict {
    const code = this.failsWith(piece);
    if (code !== undefined) return { kind: "failed", code };
    const { map, hashes } = this.#torrent;
    const bytes = this.content.subarray(map.startOf(piece), map.startOf(piece) + map.bytesOf(piece));
    const isGood = equalBytes(nativeSha1(bytes), hashes.subarray(20 * piece, 20 * piece + 20));
    if (isGood) this.writtenPieces.push(piece);
    const kind = isGood ? "good" : "bad";
    return wantsDigests ? { kind, blockDigests: digestsOf(bytes) } : { kind };
  }

  discardPiece(piece: number): void {
    this.discardedPieces++;
    this.#stored.delete(piece);
  }

  readBlock(token: number, piece: number, offset: number, lengthBytes: number): void {
    this.reads++;
    this.#world.after(this.latencyMs, () => {
      if (this.isUnreadable) {
        this.swarm?.blockRead(token, undefined);
        return;
      }
      const start = this.#torrent.map.startOf(piece) + offset;
      const slot = { buffer: new Uint8Array(PIECE_HEADER_BYTES + BLOCK_BYTES) };
      slot.buffer.set(this.content.subarray(start, start + lengthBytes), PIECE_HEADER_BYTES);
      this.corrupt(slot.buffer.subarray(PIECE_HEADER_BYTES, PIECE_HEADER_BYTES + lengthBytes), piece, offset);
      this.#slots.add(slot);
      this.swarm?.blockRead(token, slot);
    });
  }

  releaseSlot(slot: BlockSlot): void {
    if (!this.#slots.delete(slot)) throw new Error("A slot was released that is not out");
    slot.buffer.fill(0xdd); // whoever still reads it now is found out
  }
}

function digestsOf(piece: Uint8Array): Uint8Array {
  const blocks = Math.ceil(piece.length / BLOCK_BYTES);
  const digests = new Uint8Array(20 * blocks);
  for (let block = 0; block < blocks; block++) {
    digests.set(nativeSha1(piece.subarray(block * BLOCK_BYTES, (block + 1) * BLOCK_BYTES)), 20 * block);
  }
  return digests;
}
