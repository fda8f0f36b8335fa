/** Public face of the DHT: the engine, its configuration, events and views. */
export { AddressVotes } from "./address-votes.ts";
export { type CrawlOptions, type CrawlParts, type CrawlResult, startCrawl } from "./crawler.ts";
export { DhtClient, type DhtClientOptions, openDht, type PeerSearchOptions } from "./dht-client.ts";
export { type DhtConfig, SERVING } from "./dht-config.ts";
export type { DhtEvent } from "./dht-events.ts";
export type {
  AnnounceHandle,
  AnnounceOptions,
  AnnounceResult,
  FoundNode,
  ItemGetResult,
  ItemPutResult,
  LookupHandle,
  LookupHandlers,
  LookupOutcome,
  LookupResult,
  LookupStep,
  NamedNode,
  NewItem,
  PeersHandlers,
  PeersLookupOptions,
  PingResult,
  SampleResult,
  ScrapeOptions,
  ScrapeResult,
} from "./dht-lookups.ts";
export { DhtNode, type DhtNodeOptions } from "./dht-node.ts";
export { type DhtTuning, SHIPPING } from "./dht-tuning.ts";
export type {
  DhtBucketView,
  DhtDurations,
  DhtEndedLookupView,
  DhtFamilyView,
  DhtLookupTimes,
  DhtLookupView,
  DhtState,
  DhtTraffic,
  DhtView,
} from "./dht-view.ts";
export {
  immutableTarget,
  MAX_SALT_BYTES,
  MAX_VALUE_BYTES,
  mutableTarget,
  PUBLIC_KEY_BYTES,
  signedBytes,
  type VerifySignature,
} from "./item-rules.ts";
export type { ItemSignature, StoredItem } from "./item-store.ts";
