/** Face of the pool of candidates of one torrent: who may be dialled, and who first. */
import type { AddressProfile } from "../../core/address-profile.ts";
import type { Endpoint } from "../../core/endpoint.ts";
import type { Random } from "../../core/ports.ts";
import type { PeerSource } from "../wire-events.ts";
import type { BanList } from "./ban-list.ts";

export interface PeerPoolOptions {
  readonly profile: AddressProfile;
  readonly random: Random;
  readonly bans: BanList;
}

export type AddResult =
  | "added"
  | "known"
  | "not-allowed" // scope, port 0, a blocked port
  | "self"
  | "banned"
  | "over-quota" // too many from one PEX source, or too many ports of one address
  | "full"; // everything in the pool is better

export interface Dial {
  readonly address: Endpoint;
  readonly source: PeerSource;
  /** First attempts give up early while untried candidates wait; later ones are patient. */
  readonly timeoutMs: number;
}

export interface PoolCounts {
  /** All that are known, connected ones included. */
  readonly known: number;
  /** Known, not connected, not being dialled, not out: dialled now or later. */
  readonly candidates: number;
  readonly dialling: number;
  readonly connected: number;
  /** Failed too often; rest for an hour. */
  readonly out: number;
  readonly neverTried: number;
  readonly failedDials: number;
}

export interface PeerPoolFace {
  /** `from` is the PEX peer that named the address (its party key), for the quota of 25 %. */
  add(address: Endpoint, source: Exclude<PeerSource, "incoming">, nowMs: number, from?: string): AddResult;
  /** The best candidate whose time has come, marked as being dialled; undefined when there is none. */
  nextDial(nowMs: number): Dial | undefined;
  /** Earliest time at which `nextDial` may have an answer; Infinity when only `add` can change that. */
  nextDialAtMs(nowMs: number): number;
  /** Dials that should run at once now, given how many of `maxConnections` stand: many while nobody was reached. */
  wantedDials(nowMs: number, connected: number, maxConnections: number): number;
  /** The dial came to nothing, or the handshake did not finish. */
  dialFailed(address: Endpoint, nowMs: number): void;
  /** We dialled and the handshake finished. */
  connected(address: Endpoint, nowMs: number): void;
  /** A peer came by itself; `address` has its own port, not the one it listens on. */
  incomingConnected(address: Endpoint, nowMs: number): void;
  /** An incoming peer told the port it listens on (BEP 10 `p`): it becomes known there, as connected. */
  incomingListensOn(address: Endpoint, port: number, nowMs: number): void;
  /** The connection ended. `isUseful` = false: both sides had nothing to give (not dialled again for 10 min). */
  disconnected(address: Endpoint, nowMs: number, isUseful: boolean): void;
  /** Whether the party has a connection already (duplicates). */
  isConnected(address: Endpoint): boolean;
  /** Never to be dialled: what we listen on, what we are seen as, where we met ourselves. */
  addSelf(address: Endpoint): void;
  /** Our address as peers see it, for BEP 40. */
  setExternalAddress(address: Endpoint): void;
  /** Drops the party and everything known about it; the ban itself is the ban list's. */
  banned(address: Endpoint): void;
  counts(nowMs: number): PoolCounts;
  /** Addresses that worked lately, best first. */
  exportPeers(max: number): Endpoint[];
}

export interface PeerPool extends PeerPoolFace {}
export declare class PeerPool {
  constructor(options: PeerPoolOptions);
}
