/**
 * Hashes existing content piece by piece in the disk workers. Workers take slices of a few MiB from one common list, so
 * that a disk with a head sees nearly sequential reads, other jobs get their turn, and progress and abort are prompt.
 */
import type { PieceMap } from "../torrent/piece-map.ts";
import type { ContentClient } from "./content-client.ts";
import { DIGEST_BYTES } from "./disk-jobs.ts";
import type { DiskQueue } from "./disk-queue.ts";
import { CHECK_SLICE_BYTES } from "./platform-config.ts";

export interface HashingOptions {
  readonly content: ContentClient;
  readonly pieceMap: PieceMap;
  /** Indices of the pieces, in the order they are hashed. */
  readonly pieces: Int32Array;
  readonly signal?: AbortSignal | undefined;
  /** The piece's SHA-1; undefined when it could not be read. */
  readonly onPiece: (pieceIndex: number, digest: Uint8Array | undefined) => void;
}

/** Two requests at a time for each worker: while one is answered the next is under way. */
const LANES_PER_WORKER = 2;

/** Resolves when every piece was hashed. Rejects with the signal's reason when it is aborted. */
export async function hashPieces(options: HashingOptions): Promise<void> {
  let next = 0;
  const isLong = options.pieceMap.pieceBytes > CHECK_SLICE_BYTES;
  const piecesPerSlice = isLong ? 1 : Math.floor(CHECK_SLICE_BYTES / options.pieceMap.pieceBytes);
  const lane = async (queue: DiskQueue): Promise<void> => {
    while (next < options.pieces.length) {
      options.signal?.throwIfAborted();
      const slice = options.pieces.slice(next, next + piecesPerSlice);
      next += slice.length;
      if (isLong) await hashLong(options, slice[0] as number, queue);
      else await hashSlice(options, slice, queue);
    }
  };
  const stopOthers = (error: unknown): never => {
    next = options.pieces.length;
    throw error;
  };
  const queues = options.content.checkQueues();
  await Promise.all(
    queues.flatMap((queue) => Array.from({ length: LANES_PER_WORKER }, () => lane(queue).catch(stopOthers))),
  );
  options.signal?.throwIfAborted();
}

async function hashSlice(options: HashingOptions, pieces: Int32Array, queue: DiskQueue): Promise<void> {
  const { isHashed, digests } = await options.content.call({ kind: "hashPieces", pieces }, queue);
  pieces.forEach((piece, i) => {
    const digest = digests.subarray(i * DIGEST_BYTES, (i + 1) * DIGEST_BYTES);
    options.onPiece(piece, isHashed[i] === 1 ? digest : undefined);
  });
}

async function hashLong(options: HashingOptions, piece: number, queue: DiskQueue): Promise<void> {
  const pieceBytes = options.pieceMap.bytesOf(piece);
  let digest: Uint8Array | undefined;
  for (let offsetBytes = 0; offsetBytes < pieceBytes; offsetBytes += CHECK_SLICE_BYTES) {
    options.signal?.throwIfAborted();
    const lengthBytes = Math.min(CHECK_SLICE_BYTES, pieceBytes - offsetBytes);
    const isLast = offsetBytes + lengthBytes === pieceBytes;
    const run = { kind: "hashRun", piece, offsetBytes, lengthBytes, isLast } as const;
    const result = await options.content.call(run, queue).catch(() => "unreadable" as const);
    if (result === "unreadable") break;
    digest = result;
  }
  options.onPiece(piece, digest);
}
