/** Face of the metadata fetch (BEP 9): from many peers, believing none, until the SHA-1 is the info-hash. */
import type { InfoHash } from "../../core/ids.ts";
import type { Random } from "../../core/ports.ts";

export interface MetadataExchangeOptions {
  readonly infoHash: InfoHash;
  readonly random: Random;
}

export type MetadataOutcome =
  /** Taken, or not needed any more. */
  | { readonly kind: "accepted" }
  /** All of it, verified. The exchange is over. */
  | { readonly kind: "complete"; readonly rawInfo: Uint8Array; readonly liars: readonly string[] }
  /** A set was complete and wrong. `ban`: parties proven to lie or caught twice; `suspects`: the others. */
  | { readonly kind: "poisoned"; readonly ban: readonly string[]; readonly suspects: readonly string[] }
  /** Never asked for, or of a wrong size: count it, drop the peer when it repeats. */
  | { readonly kind: "unrequested" }
  | { readonly kind: "malformed" };

export interface MetadataExchangeFace {
  /**
   * A peer that speaks ut_metadata and says how long the metadata is (`metadata_size`), again when a later handshake
   * changes that. False: the size is not believable (1 byte to 32 MiB) and the peer is not asked.
   */
  peerOffers(slot: number, party: string, sizeBytes: number): boolean;
  peerLeft(slot: number): void;
  /** A piece to request from the peer now, registered as asked; -1 for none. Call until it answers -1. */
  ask(slot: number, nowMs: number): number;
  /** `ut_metadata` data. The bytes are copied. */
  data(
    slot: number,
    piece: number,
    totalSizeBytes: number,
    bytes: Uint8Array,
    nowMs: number,
  ): MetadataOutcome;
  rejected(slot: number, piece: number, nowMs: number): void;
  /** Gives up requests that were not answered in time. Call about once a second, then `ask` everybody. */
  tick(nowMs: number): void;
  readonly isComplete: boolean;
  /** 0 to 1 of the set that is furthest. */
  readonly progressRatio: number;
  /** Size that most peers claim; undefined before the first claim. */
  readonly likelySizeBytes: number | undefined;
  /** Memory that unverified sets hold. */
  readonly bufferedBytes: number;
}

export interface MetadataExchange extends MetadataExchangeFace {}
export declare class MetadataExchange {
  constructor(options: MetadataExchangeOptions);
}

/** Serves verified metadata, within limits (threats W8). */
export interface MetadataServerFace {
  readonly sizeBytes: number;
  /** The bytes of a piece for `slot`, borrowed; undefined = send a reject. */
  serve(slot: number, piece: number, nowMs: number): Uint8Array | undefined;
  peerLeft(slot: number): void;
}

export interface MetadataServer extends MetadataServerFace {}
export declare class MetadataServer {
  constructor(rawInfo: Uint8Array);
}
