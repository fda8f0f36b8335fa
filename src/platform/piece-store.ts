/**
 * Segments of pieces on their way to disk, inside a disk worker.
 *
 * A piece of one segment is hashed first and written once, when it is right: wrong data never touches the disk. A
 * longer piece is written segment by segment while its hash advances, so memory does not grow with the piece:
 *
 *   segments   0 1 2 3 4 5 6 7      stored: #, hashed: up to the cursor
 *              # # # . # . . .      4 waits; when 3 comes it is hashed from memory and 4 is read again from disk
 *                    ^ cursor
 *
 * What goes wrong with the disk is nobody's fault and says so (`failed`); the piece may be stored anew.
 */
import type { Hash } from "node:crypto";
import { invariant } from "../core/invariant.ts";
import { BLOCK_BYTES, SEGMENT_BYTES } from "../torrent/piece-map.ts";
import type { ContentFiles } from "./content-files.ts";
import { DiskFault } from "./disk-codes.ts";
import { DIGEST_BYTES, Outcome } from "./disk-jobs.ts";
import { isDigest, sha1Of, startSha1 } from "./piece-digest.ts";
import { CHECK_READ_BYTES, MAX_LONG_PIECES } from "./platform-config.ts";

export interface SegmentJob {
  readonly piece: number;
  readonly offsetBytes: number;
  /** The segment's bytes; digests overwrite their beginning. */
  readonly slab: Uint8Array;
  readonly lengthBytes: number;
  readonly wantsDigests: boolean;
  /** SHA-1 of the whole piece. */
  readonly expected: Uint8Array;
}

export class PieceStore {
  readonly #files: ContentFiles;
  readonly #pieceBytes: number;
  readonly #longPieces = new Map<number, LongPiece>();

  constructor(files: ContentFiles, pieceBytes: number) {
    this.#files = files;
    this.#pieceBytes = pieceBytes;
  }

  /** Answers an `Outcome`. Throws the disk's error after forgetting the piece. */
  store(job: SegmentJob): number {
    const segment = job.slab.subarray(0, job.lengthBytes);
    const start = job.piece * this.#pieceBytes;
    const pieceBytes = Math.min(this.#pieceBytes, this.#files.layout.totalBytes - start);
    invariant(job.offsetBytes + job.lengthBytes <= pieceBytes, "a segment lies inside its piece");
    try {
      return job.offsetBytes === 0 && job.lengthBytes === pieceBytes
        ? this.#storeWhole(start, segment, job.expected)
        : this.#storeRun(job, start, pieceBytes, segment);
    } catch (error) {
      this.discard(job.piece);
      throw error;
    } finally {
      if (job.wantsDigests) writeDigests(segment, job.slab);
    }
  }

  /** Forgets the segments of an unfinished piece. */
  discard(piece: number): void {
    this.#longPieces.delete(piece);
  }

  #storeWhole(start: number, bytes: Uint8Array, expected: Uint8Array): number {
    if (!isDigest(sha1Of(bytes), expected)) return Outcome.bad;
    this.#files.write(start, bytes);
    return Outcome.good;
  }

  #storeRun(job: SegmentJob, start: number, pieceBytes: number, bytes: Uint8Array): number {
    const piece = this.#longPiece(job.piece, start, pieceBytes);
    this.#files.write(start + job.offsetBytes, bytes);
    if (!piece.add(job.offsetBytes, bytes)) return Outcome.done;
    this.#longPieces.delete(job.piece);
    return isDigest(piece.digest(), job.expected) ? Outcome.good : Outcome.bad;
  }

  #longPiece(index: number, start: number, pieceBytes: number): LongPiece {
    let piece = this.#longPieces.get(index);
    if (piece === undefined) {
      if (this.#longPieces.size >= MAX_LONG_PIECES) throw new DiskFault("ENOMEM");
      piece = new LongPiece(this.#files, start, pieceBytes);
      this.#longPieces.set(index, piece);
    }
    return piece;
  }
}

/** A piece of several segments that is being stored. */
class LongPiece {
  readonly #files: ContentFiles;
  readonly #start: number;
  readonly #pieceBytes: number;
  readonly #isStored: Uint8Array;
  #storedSegments = 0;
  #hash: Hash = startSha1();
  #hashedSegments = 0;

  constructor(files: ContentFiles, start: number, pieceBytes: number) {
    this.#files = files;
    this.#start = start;
    this.#pieceBytes = pieceBytes;
    this.#isStored = new Uint8Array(Math.ceil(pieceBytes / SEGMENT_BYTES));
  }

  /** A segment was written. Answers true when it was the last one missing. */
  add(offsetBytes: number, bytes: Uint8Array): boolean {
    const segment = offsetBytes / SEGMENT_BYTES;
    invariant(Number.isInteger(segment), "segments begin at multiples of SEGMENT_BYTES");
    if (this.#isStored[segment] === 1) this.#startOver(segment);
    else this.#storedSegments++;
    this.#isStored[segment] = 1;
    if (segment === this.#hashedSegments) {
      this.#hash.update(bytes);
      this.#hashedSegments++;
      this.#hashStored();
    }
    return this.#storedSegments === this.#isStored.length;
  }

  digest(): Uint8Array {
    this.#hashStored();
    return this.#hash.digest();
  }

  /** A segment came a second time: what was hashed of it counts no more. */
  #startOver(segment: number): void {
    if (segment >= this.#hashedSegments) return;
    this.#hash = startSha1();
    this.#hashedSegments = 0;
  }

  /** Moves the cursor over segments that came before their turn, as far as they reach. */
  #hashStored(): void {
    while (this.#isStored[this.#hashedSegments] === 1) {
      const from = this.#hashedSegments * SEGMENT_BYTES;
      hashFromDisk(
        this.#hash,
        this.#files,
        this.#start + from,
        Math.min(SEGMENT_BYTES, this.#pieceBytes - from),
      );
      this.#hashedSegments++;
    }
  }
}

/** Feeds a run of the content to `hash`, in reads that stay in the processor's cache. */
export function hashFromDisk(
  hash: Hash,
  files: ContentFiles,
  offsetBytes: number,
  lengthBytes: number,
): void {
  for (let done = 0; done < lengthBytes; done += CHECK_READ_BYTES) {
    const chunk = readBuffer.subarray(0, Math.min(CHECK_READ_BYTES, lengthBytes - done));
    files.read(offsetBytes + done, chunk);
    hash.update(chunk);
  }
}

const readBuffer = new Uint8Array(CHECK_READ_BYTES);

function writeDigests(segment: Uint8Array, into: Uint8Array): void {
  const blocks = Math.ceil(segment.length / BLOCK_BYTES);
  for (let block = 0; block < blocks; block++) {
    // Digest b ends at 20(b + 1), long before block b + 1 begins: nothing is overwritten before it was hashed.
    const digest = sha1Of(segment.subarray(block * BLOCK_BYTES, (block + 1) * BLOCK_BYTES));
    into.set(digest, block * DIGEST_BYTES);
  }
}
