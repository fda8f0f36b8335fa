/** Face of the choker: decides whom to upload to. Pure but for its seeded randomness and the optimistic slot. */
import type { Random } from "../../core/ports.ts";

export interface ChokerConfig {
  /** Slots, the optimistic ones included; "auto" = as many as the uplink fills. */
  readonly slots: number | "auto";
  readonly seedPolicy: "round-robin" | "anti-leech" | "fastest";
}

/** Facts of one connected peer. Totals count payload over the connection's life. */
export interface ChokerPeer {
  readonly slot: number;
  readonly isInterested: boolean;
  readonly isUnchoked: boolean;
  /** We asked it for blocks and it has sent none for a minute. */
  readonly isSnubbing: boolean;
  readonly connectedAtMs: number;
  /** Of the last unchoke; ignored while choked. */
  readonly unchokedAtMs: number;
  /** When we last stopped uploading to it; 0 = never. */
  readonly chokedAtMs: number;
  readonly receivedBytes: number;
  readonly sentBytes: number;
  /** 0 to 1. */
  readonly haveRatio: number;
}

export interface ChokeRound {
  readonly nowMs: number;
  readonly isSeeding: boolean;
  readonly pieceBytes: number;
  readonly peers: readonly ChokerPeer[];
}

/** Slots to be unchoked now; every other peer is choked. */
export interface ChokeDecision {
  readonly unchoked: readonly number[];
  /** Those of them that are tried out rather than rewarded. */
  readonly optimistic: readonly number[];
  readonly slots: number;
}

export interface ChokerFace {
  /** The full decision; call every 10 s (BEP 3: less often than that peers flap). */
  round(round: ChokeRound): ChokeDecision;
  /** Between rounds: fills free slots, chokes nobody. Call when a peer becomes interested or an unchoked one leaves. */
  fill(round: ChokeRound): ChokeDecision;
  peerLeft(slot: number): void;
}

export interface Choker extends ChokerFace {}
export declare class Choker {
  constructor(random: Random, config: ChokerConfig);
}
