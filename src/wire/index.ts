/** The peer wire (BEPs 3, 4, 6, 9, 10, 11, 14, 16, 20, 21, 40, 54) as a synchronous, deterministic engine. */
export { Bitfield } from "../torrent/bitfield.ts";
export { PieceMap } from "../torrent/piece-map.ts";
export type { EncryptionPolicy } from "./encryption/connection-security.ts";
export { LocalDiscovery } from "./local-discovery.ts";
export { decodeLocalAnnounce, encodeLocalAnnounce, LOCAL_GROUPS } from "./protocol/local-announce.ts";
export type { SavedBan } from "./swarm/ban-list.ts";
export type {
  KnownPeer,
  PieceDeadline,
  Swarm,
  SwarmContent,
  SwarmLimits,
  SwarmOptions,
} from "./swarm/swarm.ts";
export { DEFAULT_WIRE_CONFIG, type WireConfig } from "./wire-config.ts";
export { WireEngine, type WireEngineOptions, type WireLimits } from "./wire-engine.ts";
export type { CloseReason, PeerSource, SwarmEvent, WireEvent } from "./wire-events.ts";
export type { SwarmStorage } from "./wire-ports.ts";
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
