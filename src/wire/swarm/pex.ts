/** Face of peer exchange (BEP 11): codec and policy. */
import type { Decoded } from "../../core/decoded.ts";
import type { Endpoint } from "../../core/endpoint.ts";

/** BEP 11 flag bits. */
export const PEX_PREFERS_ENCRYPTION = 0x01;
export const PEX_SEED = 0x02;
export const PEX_UTP = 0x04;
export const PEX_HOLEPUNCH = 0x08;
export const PEX_REACHABLE = 0x10;

export interface PexPeer {
  readonly address: Endpoint;
  readonly flags: number;
}

export interface PexMessage {
  readonly added: readonly PexPeer[];
  readonly dropped: readonly Endpoint[];
}

export declare function decodePex(payload: Uint8Array): Decoded<PexMessage>;
export declare function encodePex(message: PexMessage): Uint8Array;

/** What one peer was told, and what it may tell. */
export interface PexLedgerFace {
  /** What to send now (at most 50 added and 50 dropped), or undefined when nothing changed or a minute has not passed. */
  messageFor(current: readonly PexPeer[], nowMs: number): PexMessage | undefined;
  /** A message arrived: "use", "ignore" (early, or spent), "close" (third early one). */
  received(nowMs: number): "use" | "ignore" | "close";
}

export interface PexLedger extends PexLedgerFace {}
export declare class PexLedger {
  constructor();
}
