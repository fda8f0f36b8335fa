/** Snapshots for tests: complete, plausible, and changed where a test says so. */
import {
  type LogLine,
  PROTOCOL_VERSION,
  type SessionSnapshot,
  type TorrentSnapshot,
} from "../../../src/session/session-view.ts";
import { UNSET_SETTINGS } from "../../../src/session/settings/session-settings.ts";

const UNCHOSEN = {
  labels: [],
  queuePosition: 0,
  isSequential: false,
  maxDownBytesPerSecond: null,
  maxUpBytesPerSecond: null,
  seedRatio: null,
  seedForMs: null,
  usesDefaultGoal: true,
  uploadRatio: 0,
  seedingMs: 0,
} as const;

export function aTorrentSnapshot(changes: Partial<TorrentSnapshot> = {}): TorrentSnapshot {
  return {
    id: "a".repeat(40),
    name: "field-recordings",
    magnet: `magnet:?xt=urn:btih:${"a".repeat(40)}`,
    phase: "downloading",
    isPrivate: false,
    folder: "/downloads",
    ...UNCHOSEN,
    totalBytes: 1_000_000,
    wantedBytes: 1_000_000,
    haveBytes: 500_000,
    wantedHaveBytes: 500_000,
    pieceCount: 62,
    pieceBytes: 16_384,
    havePieces: 31,
    progressRatio: 0.5,
    downBytesPerSecond: 0,
    upBytesPerSecond: 0,
    etaSeconds: null,
    etaRange: null,
    totals: {
      downloadedBytes: 500_000,
      uploadedBytes: 0,
      wastedHashFailBytes: 0,
      wastedRedundantBytes: 0,
      wastedUnrequestedBytes: 0,
      protocolDownBytes: 0,
      protocolUpBytes: 0,
    },
    counts: {
      connectedPeers: 1,
      connectedSeeds: 1,
      connectingPeers: 0,
      candidates: 0,
      unchokedByPeers: 1,
      interestedPeers: 0,
      incomingPeers: 0,
      failedDials: 0,
    },
    copies: 1,
    reachableRatio: 1,
    haveStrip: "9999900000",
    availabilityStrip: "2222211111",
    diagnosis: {
      code: "OK1",
      stage: "none",
      severity: "fine",
      sentence: "Fine.",
      evidence: [],
      remedy: "",
      also: [],
    },
    chain: { disk: "ok", net: "ok", dht: "ok", peers: "ok", link: "ok", pieces: "ok" },
    diagnosisSinceUnixMs: 1_700_000_000_000,
    health: 80,
    finishConfidence: 0.9,
    estimatedPeers: null,
    estimatedSeeds: null,
    ignoredTrackers: 0,
    ignoredWebSeeds: 0,
    addedAtUnixMs: 1_700_000_000_000,
    finishedAtUnixMs: null,
    milestones: { firstPeerMs: 10, metadataMs: 20, firstPieceMs: 30, doneMs: null },
    peers: [],
    files: [],
    ...changes,
  };
}

export function aLogLine(sequence: number, text = `line ${sequence}`): LogLine {
  return { sequence, atUnixMs: 1_700_000_000_000 + sequence, torrentId: null, text };
}

export function aSessionSnapshot(changes: Partial<SessionSnapshot> = {}): SessionSnapshot {
  return {
    version: PROTOCOL_VERSION,
    atUnixMs: 1_700_000_000_000,
    listening: "127.0.0.1:6881",
    downBytesPerSecond: 0,
    upBytesPerSecond: 0,
    maxDownBytesPerSecond: null,
    maxUpBytesPerSecond: null,
    usesAlternativeLimits: false,
    settings: UNSET_SETTINGS,
    freeBytes: 1_000_000_000,
    defaultFolder: "/downloads",
    dht: {
      enabled: true,
      nodeId: "b".repeat(40),
      state: "joined",
      goodNodes: 20,
      doubtfulNodes: 1,
      goodNodes6: 0,
      queriesInPerSecond: 1,
      queriesOutPerSecond: 1,
      answeredRatio: 0.9,
      activeLookups: 0,
      storedPeers: 0,
      bootstrap: [],
      externalAddress: null,
    },
    torrents: [],
    log: [],
    ...changes,
  };
}
