/** Face of blame: who sent what, and who is to go when a piece fails its hash (smart ban, parole). */
import type { PieceMap } from "../../torrent/piece-map.ts";
import type { PieceVerdict } from "../../torrent/piece-verdict.ts";

export type BlameFinding =
  | {
      readonly kind: "ban";
      /** Party key as given to `peerJoined`. */
      readonly party: string;
      /** Its slot while it is connected, else -1. */
      readonly slot: number;
      readonly reason: "sole-source" | "wrong-block" | "two-versions";
    }
  /** From now on only whole pieces of its own (`only-whole`), until one of them is good. */
  | { readonly kind: "parole"; readonly party: string; readonly slot: number }
  | { readonly kind: "cleared"; readonly party: string; readonly slot: number }
  /** A ban that this piece caused was unjust: lift it. */
  | { readonly kind: "pardon"; readonly party: string }
  /** So many good peers failed to give this piece that its hash in the torrent must be wrong. */
  | { readonly kind: "piece-unobtainable"; readonly pieceIndex: number };

export interface BlameFace {
  peerJoined(slot: number, party: string): void;
  peerLeft(slot: number): void;
  isOnParole(slot: number): boolean;
  /** A block was accepted (not a duplicate). */
  blockReceived(slot: number, piece: number, block: number): void;
  /** Pass to `storeSegment`: whether the verdict should carry digests of the blocks. */
  wantsDigests(piece: number): boolean;
  /** Storage's verdict. Act on the findings in order. */
  pieceChecked(piece: number, verdict: PieceVerdict): readonly BlameFinding[];
  /** The piece was abandoned: forget who sent its blocks. */
  pieceAbandoned(piece: number): void;
  /** Slots that sent blocks of the piece and are still connected; ask before `pieceChecked`. */
  contributors(piece: number): readonly number[];
}

export interface Blame extends BlameFace {}
export declare class Blame {
  constructor(pieceMap: PieceMap);
}
