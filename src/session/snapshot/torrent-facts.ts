/** What the diagnosis of a torrent rests on, gathered from the torrent and its surroundings. */

import type { SoleSource, SwarmView } from "../../wire/index.ts";
import type { DhtFacts, DiagnosisFacts, FlowFacts, NetFacts } from "../diagnosis/diagnosis-facts.ts";
import { swarmFlowFacts, swarmPeerFacts } from "../diagnosis/recorded-facts.ts";
import type { Torrent } from "../torrent/torrent.ts";

/** What all torrents of a session have in common at one moment. */
export interface SharedFacts {
  readonly net: NetFacts;
  readonly dht: DhtFacts;
  /** Anybody ever connected to us. */
  readonly hasIncoming: boolean;
  readonly freeBytes: number | undefined;
  /** Session-wide limits; undefined = none. */
  readonly maxDownBytesPerSecond: number | undefined;
  readonly maxUpBytesPerSecond: number | undefined;
  readonly downBytesPerSecond: number;
  readonly upBytesPerSecond: number;
  /** Changes when a torrent that nobody asks for may be judged differently. */
  readonly surroundings: string;
  readonly nowMs: number;
  readonly unixMs: number;
}

/** What only time shows of a torrent. */
export interface FlowHistory {
  readonly medianDownBytesPerSecond: number | undefined;
  readonly idleMs: number;
  readonly soleSource: SoleSource | undefined;
  /** Means of about the last ten seconds. */
  readonly smoothDownBytesPerSecond: number;
  readonly smoothUpBytesPerSecond: number;
}

/** The names of this many banned peers are worth showing. */
const BANS_NAMED = 3;
/** A rate this near to its limit is held by it. */
const LIMIT_REACHED = 0.95;

export function torrentFacts(
  torrent: Torrent,
  view: SwarmView,
  shared: SharedFacts,
  history: FlowHistory,
): DiagnosisFacts {
  const { content, failure, metainfo } = torrent;
  const wanted = content?.wantedBytes();
  return {
    phase: torrent.phase,
    failure:
      failure === undefined
        ? undefined
        : { code: failure.code, message: failure.message, hint: failure.hint ?? null },
    folder: torrent.folder,
    wantsNothing: wanted?.all === 0,
    checkedRatio: torrent.checkedRatio,
    ignoredWebSeeds: torrent.spec.ignoredWebSeeds,
    missingBytes: torrent.missingBytes,
    disk: { freeBytes: shared.freeBytes, damagedPieces: content?.damagedPieces ?? 0 },
    net: shared.net,
    dht: shared.dht,
    lookups: torrent.sources.facts(),
    peers: swarmPeerFacts(view, shared.hasIncoming),
    size: torrent.sources.size.facts(),
    metadata:
      metainfo === undefined
        ? {
            ratio: view.metadataRatio,
            idleMs: view.metadataIdleMs ?? history.idleMs,
            rejected: torrent.history.rejectedMetadata,
          }
        : undefined,
    pieces: {
      total: view.pieceCount,
      missing: wanted?.missingPieces ?? 0,
      unavailable: view.unavailablePieces,
      reachableRatio: view.reachableRatio,
      recentlyBad: torrent.history.badPieces.count(shared.nowMs),
      recentlyBanned: torrent.history.bans.labels(shared.nowMs, BANS_NAMED),
      unobtainable: torrent.history.unobtainablePiece,
      soleSource: soleSource(torrent, history.soleSource),
      copies: view.copies,
    },
    flow: flowFacts(torrent, view, shared, history),
  };
}

/** Pieces as bytes; the last one may be shorter, and nothing is more than what is missing. */
function soleSource(torrent: Torrent, sole: SoleSource | undefined): DiagnosisFacts["pieces"]["soleSource"] {
  const pieceBytes = torrent.metainfo?.pieceMap.pieceBytes;
  if (sole === undefined || pieceBytes === undefined) return undefined;
  return {
    bytes: Math.min(torrent.missingBytes, sole.pieces * pieceBytes),
    bytesPerSecond: sole.bytesPerSecond,
  };
}

function flowFacts(torrent: Torrent, view: SwarmView, shared: SharedFacts, history: FlowHistory): FlowFacts {
  return {
    downBytesPerSecond: history.smoothDownBytesPerSecond,
    upBytesPerSecond: history.smoothUpBytesPerSecond,
    medianDownBytesPerSecond: history.medianDownBytesPerSecond,
    ...swarmFlowFacts(view),
    idleMs: history.idleMs,
    bindingLimit: bindingLimit(torrent, shared, history),
  };
}

/** The download's limit while something is missing, the upload's afterwards; the torrent's own before the session's. */
function bindingLimit(
  torrent: Torrent,
  shared: SharedFacts,
  { smoothDownBytesPerSecond, smoothUpBytesPerSecond }: FlowHistory,
): FlowFacts["bindingLimit"] {
  const direction = torrent.phase === "downloading" ? "down" : "up";
  const own = direction === "down" ? smoothDownBytesPerSecond : smoothUpBytesPerSecond;
  const all = direction === "down" ? shared.downBytesPerSecond : shared.upBytesPerSecond;
  const { choices } = torrent;
  const candidates: readonly (readonly [number, number | undefined])[] =
    direction === "down"
      ? [
          [own, choices.maxDownBytesPerSecond],
          [Math.max(own, all), shared.maxDownBytesPerSecond],
        ]
      : [
          [own, choices.maxUpBytesPerSecond],
          [Math.max(own, all), shared.maxUpBytesPerSecond],
        ];
  for (const [rate, limit] of candidates) {
    if (limit !== undefined && rate >= LIMIT_REACHED * limit) return { direction, bytesPerSecond: limit };
  }
  return undefined;
}
