/**
 * Blocks of metadata that are collected under one claimed length (BEP 9), and what is remembered of a set that turned
 * out wrong: a digest of each block, so that its liars are known once the right bytes are.
 */
import { equalBytes } from "../../core/bytes.ts";
import { sha1 } from "../../core/sha1.ts";

/** BEP 9: "the metadata is handled in blocks of 16KiB". */
export const METADATA_BLOCK_BYTES = 16_384;

export class MetadataBlockSet {
  readonly sizeBytes: number;
  readonly blocks: (Uint8Array | undefined)[];
  readonly senders: (string | undefined)[];
  received = 0;
  /** Until then another size may not take its place. */
  readonly turnEndsMs: number;
  /** Only this party may fill the set; undefined = whoever is first (solo), or everybody. */
  onlyParty: string | undefined;
  /** Until then another party may not take the place of `onlyParty`. */
  soloEndsMs = 0;

  constructor(sizeBytes: number, turnEndsMs: number) {
    this.sizeBytes = sizeBytes;
    this.turnEndsMs = turnEndsMs;
    const count = Math.ceil(sizeBytes / METADATA_BLOCK_BYTES);
    this.blocks = new Array<Uint8Array | undefined>(count).fill(undefined);
    this.senders = new Array<string | undefined>(count).fill(undefined);
  }

  get isFull(): boolean {
    return this.received === this.blocks.length;
  }

  blockBytes(block: number): number {
    return Math.min(METADATA_BLOCK_BYTES, this.sizeBytes - block * METADATA_BLOCK_BYTES);
  }

  /** Copies the bytes. */
  put(block: number, bytes: Uint8Array, party: string): void {
    this.blocks[block] = bytes.slice();
    this.senders[block] = party;
    this.received++;
  }

  clear(): void {
    this.blocks.fill(undefined);
    this.senders.fill(undefined);
    this.received = 0;
    this.onlyParty = undefined;
  }
}

/** A full set whose SHA-1 was not the info-hash, without its bytes. */
export class WrongMetadata {
  readonly #sizeBytes: number;
  readonly #senders: readonly (string | undefined)[];
  readonly #digests: readonly Uint8Array[];

  constructor(set: MetadataBlockSet) {
    this.#sizeBytes = set.sizeBytes;
    this.#senders = [...set.senders];
    this.#digests = set.blocks.map((block) => sha1(block as Uint8Array));
  }

  /** Parties that sent a block which the right metadata does not have there. */
  liars(rawInfo: Uint8Array): string[] {
    return this.#senders.flatMap((party, block) =>
      party === undefined || this.#isRight(rawInfo, block) ? [] : party,
    );
  }

  #isRight(rawInfo: Uint8Array, block: number): boolean {
    if (rawInfo.length !== this.#sizeBytes) return false;
    const start = block * METADATA_BLOCK_BYTES;
    const right = sha1(rawInfo.subarray(start, start + METADATA_BLOCK_BYTES));
    return equalBytes(right, this.#digests[block] as Uint8Array);
  }
}
