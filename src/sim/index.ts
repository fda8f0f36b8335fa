/** `starling/sim`: worlds in virtual time. The engines that run here are the ones that run on real sockets. */
export { CLIENT_FOLDER, type ClientOptions, ClientWorld, type ClientWorldOptions } from "./client-world.ts";
export { DHT_BASELINES } from "./dht-baselines.ts";
export {
  type DhtReport,
  type Distribution,
  type IdleFigures,
  type LookupFigures,
  reportLines,
} from "./dht-report.ts";
export { DEFAULT_SCENARIO, type DhtScenario, SHORTEST_MINUTES } from "./dht-scenario.ts";
export { type SimulationOptions, simulateDht } from "./dht-simulation.ts";
export {
  CROWD_BYTES,
  CROWD_CONNECTIONS,
  CROWD_LINKS,
  CROWD_PIECE_BYTES,
  type CrowdLinks,
  type FlashCrowdOptions,
  type FlashCrowdResult,
  PUBLISHER_CONNECTIONS,
  simulateFlashCrowd,
} from "./flash-crowd.ts";
export { GIVING_WAYS, type GivenBytes, type GivingWay } from "./giving-ledger.ts";
export {
  type ClassOutcome,
  type IncentiveOptions,
  PEER_CLASSES,
  type PeerClass,
  simulateIncentives,
} from "./incentive-swarm.ts";
export { type LinkModel, type UniformLinkOptions, UniformLinks } from "./link-model.ts";
export { MemoryDisk } from "./memory-disk.ts";
export { Nat, type NatKind } from "./nat.ts";
export { replay } from "./replay/replay.ts";
export type { ReplayReport } from "./replay/replay-report.ts";
export { SeededRandom } from "./seeded-random.ts";
export { type SimulatedTorrent, simulatedTorrent } from "./simulated-torrent.ts";
export { TroubledLinks, type TroubledLinksOptions } from "./troubled-links.ts";
export {
  simulateUnreliableSwarm,
  UNRELIABLE_BYTES,
  type UnreliableOptions,
  type UnreliableResult,
} from "./unreliable-swarm.ts";
export { GroupNetwork } from "./virtual-groups.ts";
export type { HostLinks } from "./virtual-host.ts";
export { type HostMemory, newHostMemory, type VirtualInternet, virtualPlatform } from "./virtual-platform.ts";
export { StreamNetwork } from "./virtual-streams.ts";
export { DatagramNetwork } from "./virtual-udp.ts";
export { World } from "./world.ts";
