/** The peer wire (BEPs 3, 4, 6, 9, 10, 11, 14, 16, 20, 21, 40, 54) as a synchronous, deterministic engine. */
export { Bitfield } from "../torrent/bitfield.ts";
export { PieceMap } from "../torrent/piece-map.ts";
export type { EncryptionPolicy, PeerStreams, SecureDial } from "./encryption/peer-streams.ts";
export { LocalDiscovery } from "./local-discovery.ts";
export { PROTOCOL_NAME } from "./protocol/handshake.ts";
export { decodeLocalAnnounce, encodeLocalAnnounce, LOCAL_GROUPS } from "./protocol/local-announce.ts";
export { OutputDigest } from "./recording/output-digest.ts";
export { pairKey } from "./recording/ranking-mask.ts";
export { RecordingFault, RecordReader } from "./recording/record-bytes.ts";
export * from "./recording/record-kinds.ts";
export {
  bytesOfRuns,
  type EngineCommand,
  type RecordedContent,
  type RecordedSwarm,
  type SwarmCommand,
} from "./recording/recorded-commands.ts";
export { discardOutput, readOutput, storeOutput } from "./recording/recorded-ports.ts";
export { isBlock } from "./recording/recorded-streams.ts";
export {
  eventOutput,
  METADATA_BLOCK_BYTES,
  RecordedWire,
  type RecordingOptions,
} from "./recording/recorded-wire.ts";
export type { RecordingSink } from "./recording/recording.ts";
export { type PeerState, type SwarmState, type WireState, wireState } from "./recording/wire-state.ts";
export type { SavedBan } from "./swarm/ban-list.ts";
export type { ChokeDecision, ChokePolicy, ChokeRound, ChokerPeer } from "./swarm/choker.ts";
export type { PeerRanking } from "./swarm/peer-priority.ts";
export type {
  KnownPeer,
  PieceDeadline,
  Swarm,
  SwarmContent,
  SwarmLimits,
  SwarmOptions,
} from "./swarm/swarm.ts";
export { DEFAULT_WIRE_CONFIG, type WireConfig } from "./wire-config.ts";
export { type Wire, WireEngine, type WireEngineOptions, type WireLimits } from "./wire-engine.ts";
export type { CloseReason, PeerSource, SwarmEvent, WireEvent } from "./wire-events.ts";
export type { SwarmStorage } from "./wire-ports.ts";
export type { WireTurns } from "./wire-turns.ts";
export type {
  DialFailures,
  PeerActivity,
  PeerView,
  SoleSource,
  SwarmPeerCounts,
  SwarmStrips,
  SwarmTotals,
  SwarmView,
  UploadActivity,
  WireView,
} from "./wire-view.ts";
