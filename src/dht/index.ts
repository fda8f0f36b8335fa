/** Public face of the DHT: the engine, its configuration, events and views. */
export { DhtClient, type DhtClientOptions, openDht, type PeerSearchOptions } from "./dht-client.ts";
export type { DhtConfig } from "./dht-config.ts";
export type { DhtEvent } from "./dht-events.ts";
export type {
  AnnounceHandle,
  AnnounceOptions,
  AnnounceResult,
  FoundNode,
  LookupHandle,
  LookupHandlers,
  LookupOutcome,
  LookupResult,
  LookupStep,
  NamedNode,
  PeersHandlers,
  PeersLookupOptions,
  PingResult,
  SampleResult,
  ScrapeOptions,
  ScrapeResult,
} from "./dht-lookups.ts";
export { DhtNode, type DhtNodeOptions } from "./dht-node.ts";
export type {
  DhtBucketView,
  DhtFamilyView,
  DhtLookupView,
  DhtState,
  DhtTraffic,
  DhtView,
} from "./dht-view.ts";
export type { VerifySignature } from "./item-rules.ts";
