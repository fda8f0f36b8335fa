/**
 * Content of any size that is not there: a proper info dictionary with made-up hashes, and a disk that finds every piece
 * right. What the wire moves and decides is real; only the bytes and their hashes are left out (see blank-payload.ts).
 */
import { type InfoHash, infoHashFrom } from "../core/ids.ts";
import { invariant } from "../core/invariant.ts";
import { sha1 } from "../core/sha1.ts";
import type { Slab, SlabPool } from "../core/slab.ts";
import { PieceMap } from "../torrent/piece-map.ts";
import { buildInfoDictionary, choosePieceBytes } from "../torrent/torrent-builder.ts";
import type { Swarm, SwarmStorage } from "../wire/index.ts";
import { BLANK_SLOT } from "./blank-payload.ts";
import { ScheduledEvent } from "./event-heap.ts";
import type { SeededRandom } from "./seeded-random.ts";
import type { World } from "./world.ts";

/** A disk answers after this long: from its cache, as that of a seed with one popular torrent. */
const DISK_MS = 1;

export interface BlankContent {
  readonly map: PieceMap;
  readonly rawInfo: Uint8Array;
  readonly infoHash: InfoHash;
}

/** `pieceBytes` as `starling create` chooses them by default. */
export function blankContent(
  random: SeededRandom,
  totalBytes: number,
  pieceBytes: number = choosePieceBytes(totalBytes),
): BlankContent {
  const map = new PieceMap(totalBytes, pieceBytes);
  const rawInfo = buildInfoDictionary({
    name: "blank",
    files: [{ path: "blank", lengthBytes: totalBytes }],
    pieceBytes,
    pieceHashes: random.bytes(20 * map.pieceCount),
  });
  return { map, rawInfo, infoHash: infoHashFrom(sha1(rawInfo)) };
}

/** What is asked within one instant is answered together, `DISK_MS` later. */
export class BlankStorage extends ScheduledEvent implements SwarmStorage {
  readonly slabs: SlabPool;
  readonly #world: World;
  readonly #map: PieceMap;
  readonly #storedBytes = new Map<number, number>();
  #tokens: number[] = [];
  #wholePieces: number[] = [];
  #isAsked = false;
  /** To be set before anything is asked. */
  swarm: Swarm | undefined;

  constructor(world: World, content: BlankContent, slabs: SlabPool) {
    super();
    this.#world = world;
    this.#map = content.map;
    this.slabs = slabs;
  }

  storeSegment(piece: number, _offsetBytes: number, slab: Slab, lengthBytes: number): void {
    this.slabs.release(slab);
    const storedBytes = (this.#storedBytes.get(piece) ?? 0) + lengthBytes;
    const wholeBytes = this.#map.bytesOf(piece);
    invariant(storedBytes <= wholeBytes, "no segment of a piece is stored twice");
    if (storedBytes < wholeBytes) {
      this.#storedBytes.set(piece, storedBytes);
      return;
    }
    this.#storedBytes.delete(piece);
    this.#wholePieces.push(piece);
    this.#answerLater();
  }

  discardPiece(piece: number): void {
    this.#storedBytes.delete(piece);
  }

  readBlock(token: number): void {
    this.#tokens.push(token);
    this.#answerLater();
  }

  releaseSlot(): void {}

  #answerLater(): void {
    if (this.#isAsked) return;
    this.#isAsked = true;
    this.#world.schedule(this, DISK_MS);
  }

  get isLive(): boolean {
    return true;
  }

  /** The disk answers. */
  run(): void {
    const tokens = this.#tokens;
    const wholePieces = this.#wholePieces;
    this.#tokens = [];
    this.#wholePieces = [];
    this.#isAsked = false;
    for (const piece of wholePieces) this.swarm?.pieceChecked(piece, { kind: "good" });
    for (const token of tokens) this.swarm?.blockRead(token, BLANK_SLOT);
  }
}
