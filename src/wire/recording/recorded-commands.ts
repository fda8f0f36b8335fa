/** What the owner of a torrent says to its swarm, as text: commands that come a few times an hour. */

import type { AddressProfile } from "../../core/address-profile.ts";
import type { Endpoint } from "../../core/endpoint.ts";
import type { PieceDeadline, PieceOrder, SwarmContent, SwarmLimits, SwarmOptions } from "../swarm/swarm.ts";
import type { WireConfig } from "../wire-config.ts";
import type { WireLimits } from "../wire-engine.ts";
import type { PeerSource } from "../wire-events.ts";
import type { OutsideView } from "../wire-shared.ts";
import type { AddressMask } from "./address-mask.ts";

/** Runs of equal bytes: value, count, value, count … */
export type Runs = readonly number[];

export interface RecordedContent {
  readonly pieceBytes: number;
  readonly totalBytes: number;
  readonly rawInfoBytes: number;
  readonly have: Runs;
  readonly priorities: Runs;
  readonly hasStorage: boolean;
  /** Of the storage's own memory; null where it uses the engine's, "unknown" where nothing is said about it. */
  readonly slabBytes: number | "unknown" | null;
}

export type SwarmCommand =
  | { readonly do: "start" | "stop" | "remove" | "resumeDownloading" }
  | ({ readonly do: "setContent" } & RecordedContent)
  | { readonly do: "setPriorities"; readonly priorities: Runs }
  | { readonly do: "setPieceOrder"; readonly order: PieceOrder }
  | { readonly do: "setUrgentPieces"; readonly pieces: readonly number[] }
  | { readonly do: "setDeadlines"; readonly deadlines: readonly PieceDeadline[] }
  | { readonly do: "setLimits"; readonly limits: SwarmLimits }
  | {
      readonly do: "addCandidates";
      readonly peers: readonly Endpoint[];
      readonly source: Exclude<PeerSource, "incoming">;
    }
  | { readonly do: "pieceLost"; readonly piece: number };

/** A torrent is added. */
export interface RecordedSwarm {
  readonly listenPort: number;
  readonly isSuperSeed: boolean;
  readonly ownId: string;
  /** null where the metadata is not known. */
  readonly rawInfoBytes: number | null;
  readonly hasStorage: boolean;
  readonly slabBytes: number | "unknown" | null;
}

export type EngineCommand =
  | {
      readonly do: "open";
      readonly version: string;
      readonly profile: AddressProfile;
      readonly config: Partial<WireConfig>;
      readonly slabBytes: number | "unknown";
      readonly hasUtp: boolean;
      readonly punchesHoles: boolean;
    }
  | { readonly do: "setLimits"; readonly limits: WireLimits }
  | { readonly do: "setOutside"; readonly outside: Partial<OutsideView> }
  | { readonly do: "importBans"; readonly bans: readonly (readonly [string, number])[] };

export function runsOf(bytes: Uint8Array): Runs {
  const runs: number[] = [];
  for (let at = 0; at < bytes.length; ) {
    let end = at + 1;
    while (end < bytes.length && bytes[end] === bytes[at]) end++;
    runs.push(bytes[at] as number, end - at);
    at = end;
  }
  return runs;
}

export function bytesOfRuns(runs: Runs, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  let at = 0;
  for (let i = 0; i + 1 < runs.length; i += 2) {
    const end = at + (runs[i + 1] as number);
    bytes.fill(runs[i] as number, at, end);
    at = end;
  }
  return bytes;
}

export function slabBytesOf(storage: SwarmOptions["storage"]): RecordedContent["slabBytes"] {
  return storage?.slabs === undefined ? null : (storage.slabs.capacityBytes ?? "unknown");
}

export function recordedContent({
  pieceMap,
  rawInfo,
  have,
  priorities,
  storage,
}: SwarmContent): RecordedContent {
  return {
    pieceBytes: pieceMap.pieceBytes,
    totalBytes: pieceMap.totalBytes,
    rawInfoBytes: rawInfo.length,
    have: runsOf(have.bytes),
    priorities: runsOf(priorities),
    hasStorage: storage !== undefined,
    slabBytes: slabBytesOf(storage),
  };
}

export function maskedOutside(outside: OutsideView, mask: AddressMask): Partial<OutsideView> {
  const hosts = outside.hosts.map((host) => mask.host(host));
  return outside.port === undefined ? { hosts } : { port: mask.port(outside.port), hosts };
}
