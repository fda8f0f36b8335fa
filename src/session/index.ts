/** Public face of the session: the engine's API, the channel to its viewers, and their types. */
export { chooseAddressProfile } from "./address-choice.ts";
export { DEFAULT_BOOTSTRAP, type DefaultBootstrapNode } from "./bootstrap/default-bootstrap.ts";
export type { ChannelPort } from "./channel/channel-port.ts";
export { connectEngine, type EngineClient } from "./channel/engine-client.ts";
export type { EngineIdentity } from "./channel/engine-frames.ts";
export { EngineHost, type HostedSession } from "./channel/engine-host.ts";
export { Viewers } from "./channel/viewers.ts";
export { diagnose } from "./diagnosis/diagnosis.ts";
export { factsWithSwarm, type RecordedFacts } from "./diagnosis/recorded-facts.ts";
export { formatHostPort, type HostPort, parseHostPort } from "./host-port.ts";
export { type NeighboursPlace, type NetworkNeighbours, openNetworkNeighbours } from "./network-neighbours.ts";
export { openSession } from "./open-session.ts";
export { OwnAddresses } from "./own-addresses.ts";
export {
  dhtConfigOf,
  NETWORK_MODES,
  type NetworkMode,
  type PrivateKey,
  type PrivateNetwork,
  profileWithin,
} from "./private-network.ts";
export { PortMapping } from "./reachability/port-mapping.ts";
export type { Session } from "./session.ts";
export { resolveSessionConfig, type SessionConfig, type SessionOptions } from "./session-config.ts";
export type {
  FileStamp,
  OpenNetwork,
  SessionDisk,
  SessionNetwork,
  SessionPlatform,
  StateStore,
  TorrentDisk,
  TorrentDiskEvents,
} from "./session-ports.ts";
export { SessionSealing } from "./session-sealing.ts";
export {
  type AddOptions,
  type ChainMark,
  type ChainStage,
  type DhtSnapshot,
  type Diagnosis,
  type FileSnapshot,
  type ImportedProgress,
  type LogLine,
  type MappingSnapshot,
  type PeerSnapshot,
  PROTOCOL_VERSION,
  type ReachabilitySnapshot,
  type ScheduleSpan,
  type SessionCommands,
  type SessionSettings,
  type SessionSnapshot,
  type SessionView,
  type SwarmCounts,
  type TorrentPhase,
  type TorrentSettings,
  type TorrentSnapshot,
  type TorrentSource,
  type TrafficTotals,
  type WatchFolder,
} from "./session-view.ts";
export type { ReadRange } from "./torrent/content-readers.ts";
export { PeerSources, type PeerSourcesOptions } from "./torrent/peer-sources.ts";
export { TRANSPORT_CHOICES, type TransportChoice } from "./transport/peer-transports.ts";
