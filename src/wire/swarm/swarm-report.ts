/** Makes the views of one swarm: facts for snapshots, counted on demand. */
import type { PeerConnection } from "../peer/peer-connection.ts";
import type {
  PeerActivity,
  PeerView,
  SoleSource,
  SwarmPeerCounts,
  SwarmStrips,
  SwarmView,
  UploadActivity,
} from "../wire-view.ts";
import type { PeerPool } from "./peer-pool.ts";
import type { SwarmConnections } from "./swarm-connections.ts";
import type { ContentState, SwarmContext } from "./swarm-context.ts";
import type { SwarmMetadata } from "./swarm-metadata.ts";
import type { SwarmVerdicts } from "./swarm-verdicts.ts";

/** Blocks that arrived within this time make a peer one that is sending. */
const SENDING_WITHIN_MS = 3_000;

const NO_ACTIVITY: Record<PeerActivity, number> = {
  sending: 0,
  requested: 0,
  snubbed: 0,
  "chokes-us": 0,
  "nothing-for-us": 0,
  "awaiting-metadata": 0,
  "waiting-for-memory": 0,
  "rate-limited": 0,
  "all-requested": 0,
  "download-halted": 0,
  complete: 0,
};

/** Whose facts are shown, beside those of the peers. */
interface ReportedParts {
  readonly pool: PeerPool;
  readonly connections: SwarmConnections;
  readonly metadata: SwarmMetadata;
  readonly verdicts: SwarmVerdicts;
}

export class SwarmReport {
  readonly #swarm: SwarmContext;
  readonly #parts: ReportedParts;
  firstPeerAtMs: number | undefined;

  constructor(swarm: SwarmContext, parts: ReportedParts) {
    this.#swarm = swarm;
    this.#parts = parts;
  }

  view(): SwarmView {
    const { content, roster, totals } = this.#swarm;
    const counts = content?.picker.counts();
    const activity = { ...NO_ACTIVITY };
    let protocolDownBytes = totals.protocolDownBytes;
    let protocolUpBytes = totals.protocolUpBytes;
    for (const peer of roster.connected) {
      activity[peer.download.activity]++;
      protocolDownBytes += peer.protocolDownBytes;
      protocolUpBytes += protocolUpBytesOf(peer);
    }
    return {
      state: this.#swarm.isRunning ? "running" : "stopped",
      hasMetadata: this.#parts.metadata.isKnown,
      metadataRatio: this.#parts.metadata.progressRatio,
      metadataBytes: this.#parts.metadata.sizeBytes,
      metadataPeers: roster.connected.filter((peer) => peer.offersMetadata).length,
      metadataIdleMs: this.#parts.metadata.idleMs,
      totalBytes: counts?.totalBytes,
      wantedBytes: counts?.wantedBytes ?? 0,
      haveBytes: counts?.haveBytes ?? 0,
      wantedHaveBytes: counts?.wantedHaveBytes ?? 0,
      pieceCount: content?.map.pieceCount ?? 0,
      havePieces: counts?.havePieces ?? 0,
      wantedMissingPieces: counts?.wantedMissingPieces ?? 0,
      pendingPieces: (counts?.pendingPieces ?? 0) - this.#parts.verdicts.restingPieces,
      unavailablePieces: counts?.unavailablePieces ?? 0,
      ...this.rates(),
      totals: { ...totals, protocolDownBytes, protocolUpBytes },
      counts: this.#peerCounts(),
      copies: content?.picker.copies() ?? 0,
      rarity: content?.picker.rarity(MAX_RARITY_COPIES) ?? [],
      reachableRatio: reachableRatio(content),
      activity,
      isDownloadHalted: this.#swarm.isHalted,
      isEndgame: content?.picker.isEndgame ?? false,
      isSuperSeeding: content?.superSeeding !== undefined,
      firstPeerAtMs: this.firstPeerAtMs,
      firstPieceAtMs: this.#parts.verdicts.firstPieceAtMs,
    };
  }

  rates(): { readonly downBytesPerSecond: number; readonly upBytesPerSecond: number } {
    const { nowMs } = this.#swarm.shared.turns;
    let downBytesPerSecond = 0;
    let upBytesPerSecond = 0;
    for (const peer of this.#swarm.roster.connected) {
      downBytesPerSecond += peer.download.meter.perSecond(nowMs);
      upBytesPerSecond += peer.upload.meter.perSecond(nowMs);
    }
    return { downBytesPerSecond, upBytesPerSecond };
  }

  #peerCounts(): SwarmPeerCounts {
    const { connected, pending } = this.#swarm.roster;
    const picker = this.#swarm.content?.picker;
    const pool = this.#parts.pool.counts();
    const count = (holds: (peer: PeerConnection) => boolean) => connected.filter(holds).length;
    return {
      connectedPeers: connected.length,
      connectedSeeds: count((peer) => picker?.isSeed(peer.slot) ?? peer.earlyPieces === "all"),
      connectingPeers: pending.size,
      candidates: pool.candidates,
      restingPeers: pool.out,
      unchokedByPeers: count((peer) => !peer.isChokedByPeer),
      interestedPeers: count((peer) => peer.isPeerInterested),
      incomingPeers: count((peer) => peer.isIncoming),
      failedDials: pool.failedDials,
      dialFailures: { ...this.#parts.connections.dialFailures },
      unchokedPeers: count((peer) => !peer.isChokingPeer),
      bannedPeers: this.#swarm.shared.bans.size,
    };
  }

  /** Keeps what each peer is doing, and since when; call once a second. */
  second(): void {
    const { nowMs } = this.#swarm.shared.turns;
    for (const peer of this.#swarm.roster.connected) {
      const activity = this.#activityOf(peer);
      if (activity === peer.download.activity) continue;
      peer.download.activity = activity;
      peer.download.activitySinceMs = nowMs;
    }
  }

  #activityOf(peer: PeerConnection): PeerActivity {
    const { content, isHalted, shared } = this.#swarm;
    const { download } = peer;
    if (content === undefined) return "awaiting-metadata";
    if (content.picker.isComplete) return "complete";
    if (isHalted) return "download-halted";
    if (!content.picker.isInteresting(peer.slot)) return "nothing-for-us";
    if (download.isSnubbed) return "snubbed";
    if (peer.isPausedByLimit) return "rate-limited";
    if (download.liveRequests > 0)
      return shared.turns.nowMs - download.progressAtMs < SENDING_WITHIN_MS ? "sending" : "requested";
    if (peer.isChokedByPeer) return "chokes-us";
    return download.isOutOfMemory ? "waiting-for-memory" : "all-requested";
  }

  peers(): PeerView[] {
    const { connected, pending } = this.#swarm.roster;
    return [...connected, ...pending].map((peer) => this.#peerView(peer));
  }

  #peerView(peer: PeerConnection): PeerView {
    const { content, shared } = this.#swarm;
    const { nowMs } = shared.turns;
    return {
      address: peer.address,
      client: peer.clientName,
      source: peer.source,
      transport: peer.transport,
      encryption: peer.encryption,
      isIncoming: peer.isIncoming,
      isHolePunched: peer.isHolePunched,
      state: peer.state === "closed" ? "connecting" : peer.state,
      haveRatio:
        content === undefined || peer.slot < 0
          ? undefined
          : content.picker.peerHaveCount(peer.slot) / content.map.pieceCount,
      downBytesPerSecond: peer.download.meter.perSecond(nowMs),
      upBytesPerSecond: peer.upload.meter.perSecond(nowMs),
      downloadedBytes: peer.download.usefulBytes,
      uploadedBytes: peer.upload.meter.total,
      amChoking: peer.isChokingPeer,
      isTriedOut: peer.upload.isOptimistic,
      amInterested: peer.isInterestedInPeer,
      peerChoking: peer.isChokedByPeer,
      peerInterested: peer.isPeerInterested,
      isSnubbed: peer.download.isSnubbed,
      pendingRequests: peer.download.liveRequests,
      queuedUploads: peer.upload.queue.length + peer.upload.readingBlocks,
      rttMs: peer.rttMs,
      activity: peer.download.activity,
      activityMs: nowMs - peer.download.activitySinceMs,
      uploadActivity: uploadActivityOf(peer, nowMs),
    };
  }

  soleSource(): SoleSource | undefined {
    const sole = this.#swarm.content?.picker.soleHolder();
    const holder = this.#swarm.roster.connected.find((peer) => peer.slot === sole?.slot);
    if (sole === undefined || holder === undefined) return undefined;
    const bytesPerSecond = holder.download.meter.perSecond(this.#swarm.shared.turns.nowMs);
    return { pieces: sole.pieces, bytesPerSecond };
  }

  strips(cells: number): SwarmStrips {
    const content = this.#swarm.content;
    if (content === undefined) return { have: "", availability: "" };
    let have = "";
    let availability = "";
    for (let cell = 0; cell < cells; cell++) {
      const slice = sliceOf(content, cell, cells);
      have += Math.floor((9 * slice.have) / slice.pieces);
      availability += Math.min(9, slice.fewestCopies);
    }
    return { have, availability };
  }

  begunStrip(cells: number): string {
    const content = this.#swarm.content;
    if (content === undefined) return "";
    const begun = new Uint8Array(cells);
    for (let cell = 0; cell < cells; cell++) {
      const { first, end } = boundsOf(cell, cells, content.map.pieceCount);
      for (let piece = first; piece < end && begun[cell] === 0; piece++)
        if (content.picker.isBegun(piece)) begun[cell] = 1;
    }
    return begun.join("");
  }

  reachableShare(firstPiece: number, endPiece: number): number {
    const content = this.#swarm.content;
    if (content === undefined) return 0;
    let reachable = 0;
    for (let piece = firstPiece; piece < endPiece; piece++)
      if (content.picker.have.has(piece) || content.picker.availability(piece) > 0) reachable++;
    return endPiece <= firstPiece ? 1 : reachable / (endPiece - firstPiece);
  }
}

/** The pieces of one of `cells` slices; with more cells than pieces neighbours share one. */
function boundsOf(cell: number, cells: number, pieceCount: number): { first: number; end: number } {
  const first = Math.floor((cell * pieceCount) / cells);
  return { first, end: Math.max(first + 1, Math.floor(((cell + 1) * pieceCount) / cells)) };
}

function uploadActivityOf(peer: PeerConnection, nowMs: number): UploadActivity {
  if (peer.upload.meter.perSecond(nowMs) > 0) return "sending";
  if (!peer.isPeerInterested) return "not-interested";
  if (peer.isChokingPeer) return "choked";
  return peer.upload.queue.length + peer.upload.readingBlocks > 0 ? "queued" : "idle";
}

/** Copies that are told apart: with this many, nobody worries about a piece. */
const MAX_RARITY_COPIES = 16;

/** Pieces that are looked at in one slice at most: a sample of them shows the same strip. */
const MAX_PIECES_SEEN = 512;

/** What is known of one of `cells` slices. */
function sliceOf(
  content: ContentState,
  cell: number,
  cells: number,
): { have: number; pieces: number; fewestCopies: number } {
  const { picker, map } = content;
  const { first, end } = boundsOf(cell, cells, map.pieceCount);
  let have = 0;
  let fewestCopies = Number.POSITIVE_INFINITY;
  const stride = Math.ceil((end - first) / MAX_PIECES_SEEN);
  let pieces = 0;
  for (let piece = first; piece < end; piece += stride) {
    pieces++;
    const isHad = picker.have.has(piece);
    if (isHad) have++;
    fewestCopies = Math.min(fewestCopies, picker.availability(piece) + (isHad ? 1 : 0));
  }
  return { have, pieces, fewestCopies };
}

function reachableRatio(content: ContentState | undefined): number {
  if (content === undefined) return 0;
  const { wantedPieces, unavailablePieces } = content.picker.counts();
  return wantedPieces === 0 ? 1 : 1 - unavailablePieces / wantedPieces;
}

/** Everything we wrote that was not payload of a block; their headers included. */
export function protocolUpBytesOf(peer: PeerConnection): number {
  return peer.outbox.writtenBytes - peer.upload.meter.total;
}
