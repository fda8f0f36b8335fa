/**
 * What an engine shows at one moment, without anything that names somebody: recorded now and then, and compared with
 * what a replay shows at the same moment.
 */
import type { Swarm } from "../swarm/swarm.ts";
import type { Wire } from "../wire-engine.ts";
import type { PeerView } from "../wire-view.ts";
import type { OutputDigest } from "./output-digest.ts";

/** As many slices as show where in the torrent two engines differ. */
const HAVE_CELLS = 50;

export interface PeerState {
  readonly state: PeerView["state"];
  readonly source: PeerView["source"];
  readonly isIncoming: boolean;
  /** Chokes and interests: ours of it, then its of us; a letter that is set, `-` where not. */
  readonly flags: string;
  readonly activity: PeerView["activity"];
  readonly downloadedBytes: number;
  readonly uploadedBytes: number;
  readonly pendingRequests: number;
  readonly queuedUploads: number;
}

export interface SwarmState {
  readonly state: "stopped" | "running";
  readonly hasMetadata: boolean;
  readonly havePieces: number;
  readonly pendingPieces: number;
  readonly wantedMissingPieces: number;
  readonly unavailablePieces: number;
  readonly downloadedBytes: number;
  readonly uploadedBytes: number;
  readonly candidates: number;
  readonly failedDials: number;
  readonly bannedPeers: number;
  readonly have: string;
  readonly peers: readonly PeerState[];
}

export interface WireState {
  /** Of everything that the engine did so far. */
  readonly outputs: number;
  readonly connections: number;
  readonly halfOpen: number;
  readonly swarms: readonly SwarmState[];
}

export function wireState(
  wire: Pick<Wire, "view">,
  swarms: readonly Swarm[],
  outputs: OutputDigest,
): WireState {
  const { connections, halfOpen } = wire.view();
  return { outputs: outputs.value, connections, halfOpen, swarms: swarms.map(swarmState) };
}

function swarmState(swarm: Swarm): SwarmState {
  const view = swarm.view();
  return {
    state: view.state,
    hasMetadata: view.hasMetadata,
    havePieces: view.havePieces,
    pendingPieces: view.pendingPieces,
    wantedMissingPieces: view.wantedMissingPieces,
    unavailablePieces: view.unavailablePieces,
    downloadedBytes: view.totals.downloadedBytes,
    uploadedBytes: view.totals.uploadedBytes,
    candidates: view.counts.candidates,
    failedDials: view.counts.failedDials,
    bannedPeers: view.counts.bannedPeers,
    have: swarm.strips(HAVE_CELLS).have,
    peers: swarm.peers().map(peerState),
  };
}

function peerState(peer: PeerView): PeerState {
  const letters: readonly (readonly [boolean, string])[] = [
    [peer.amChoking, "c"],
    [peer.amInterested, "i"],
    [peer.peerChoking, "C"],
    [peer.peerInterested, "I"],
  ];
  return {
    state: peer.state,
    source: peer.source,
    isIncoming: peer.isIncoming,
    flags: letters.map(([isSet, letter]) => (isSet ? letter : "-")).join(""),
    activity: peer.activity,
    downloadedBytes: peer.downloadedBytes,
    uploadedBytes: peer.uploadedBytes,
    pendingRequests: peer.pendingRequests,
    queuedUploads: peer.queuedUploads,
  };
}
