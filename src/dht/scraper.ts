/**
 * Asks how large a swarm is without joining it (BEP 33): finds the nodes closest to the info-hash, asks each for its
 * filters of seeds and of other peers, and counts what their union holds. Nodes that know no filters answer with
 * peers, which are added unless a filter has them as seeds.
 */
import { type AddressFamily, addressBytes, type Endpoint } from "../core/endpoint.ts";
import type { InfoHash } from "../core/ids.ts";
import type { Clock } from "../core/ports.ts";
import { BloomFilter } from "./bloom-filter.ts";
import type { DhtSettings } from "./dht-config.ts";
import type { DhtFamily } from "./dht-family.ts";
import type { LookupHandle, LookupOutcome, LookupResult, ScrapeOptions } from "./dht-lookups.ts";
import type { KrpcMessage } from "./krpc-message.ts";
import type { Lookups } from "./lookups.ts";
import { PeersCollector } from "./peers-collector.ts";
import type { QuerySender } from "./query-sender.ts";
import type { Query, QueryOwner } from "./query-tracker.ts";

/** BEP 33: no node stores more addresses than that for a hash; a filter that says so is full, or a lie. */
const MAX_CREDIBLE_ESTIMATE = 6_000;

export interface ScrapeParts {
  readonly clock: Clock;
  readonly settings: DhtSettings;
  readonly lookups: Lookups;
  readonly sender: QuerySender;
  familyOf(family: AddressFamily): DhtFamily | undefined;
}

/** Starts a scrape; its `onEnd` comes after this call has returned. */
export function startScrape(parts: ScrapeParts, infoHash: InfoHash, options: ScrapeOptions): LookupHandle {
  const scrape = new Scrape(parts, infoHash, options);
  const target = infoHash.slice();
  const lookup = parts.lookups.start(
    { target, purpose: "find-node", noSeeds: false, needsToken: false, handlers: { onStep: options.onStep } },
    ({ result }) => scrape.askClosest(result),
  );
  return {
    cancel: () => {
      lookup.cancel();
      parts.clock.setTimer(0, () => scrape.end("cancelled"));
    },
  };
}

class Scrape implements QueryOwner {
  readonly #parts: ScrapeParts;
  readonly #infoHash: Uint8Array;
  readonly #options: ScrapeOptions;
  readonly #seeds = new BloomFilter();
  readonly #peers = new BloomFilter();
  /** Of nodes without filters, until all seeds are known. */
  readonly #listed: Endpoint[] = [];
  readonly #collector: PeersCollector;
  readonly #pending = new Set<Endpoint>();
  #outcome: LookupOutcome = "cancelled";
  #asked = 0;
  #answered = 0;
  #withFilters = 0;
  #isEnded = false;

  constructor(parts: ScrapeParts, infoHash: Uint8Array, options: ScrapeOptions) {
    this.#parts = parts;
    this.#infoHash = infoHash.slice();
    this.#options = options;
    this.#collector = new PeersCollector(parts.settings.addressProfile);
  }

  askClosest({ closest, outcome }: LookupResult): void {
    if (this.#isEnded) return;
    if (outcome === "cancelled") {
      this.end(outcome);
      return;
    }
    this.#outcome = outcome;
    this.#countOwnStore();
    const { sender, familyOf } = this.#parts;
    for (const { id, endpoint } of closest) {
      const family = familyOf(endpoint.family);
      if (family === undefined) continue;
      const addressee = { to: endpoint, expectedId: id, owner: this, isPatient: true };
      if (sender.scrape(family, addressee, this.#infoHash) !== "sent") continue;
      this.#asked++;
      this.#pending.add(endpoint);
    }
    if (this.#pending.size === 0) this.end(outcome);
  }

  queryAnswered(query: Query, message: KrpcMessage): void {
    if (this.#isEnded) return;
    this.#answered++;
    if (!this.#takeFilters(message) && message.valuesAt >= 0)
      this.#listed.push(...this.#collector.read(message));
    this.#settle(query);
  }

  /** Two seconds without a word: the other nodes' filters must do. */
  queryStalled(query: Query): void {
    this.#settle(query);
  }

  queryFailed(query: Query): void {
    this.#settle(query);
  }

  end(outcome: LookupOutcome): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    for (const peer of this.#listed) {
      const address = addressBytes(peer.host);
      if (address !== undefined && !this.#seeds.mayHold(address)) this.#peers.insert(address);
    }
    this.#options.onEnd({
      outcome,
      seeds: Math.round(this.#seeds.estimate()),
      peers: Math.round(this.#peers.estimate()),
      asked: this.#asked,
      answered: this.#answered,
      withFilters: this.#withFilters,
    });
  }

  #settle(query: Query): void {
    if (this.#pending.delete(query.to) && this.#pending.size === 0) this.end(this.#outcome);
  }

  #takeFilters({ bytes, seedsFilterAt, peersFilterAt }: KrpcMessage): boolean {
    if (seedsFilterAt < 0 && peersFilterAt < 0) return false;
    const isTaken = [
      uniteCredible(this.#seeds, bytes, seedsFilterAt),
      uniteCredible(this.#peers, bytes, peersFilterAt),
    ];
    if (isTaken.includes(true)) this.#withFilters++;
    return true;
  }

  /** We may be among the closest ourselves. */
  #countOwnStore(): void {
    for (const of of [4, 6] as const) {
      const swarm = this.#parts.familyOf(of)?.store.find(this.#infoHash, 0);
      if (swarm === undefined) continue;
      this.#seeds.unite(swarm.filters.seeds.bytes, 0);
      this.#peers.unite(swarm.filters.peers.bytes, 0);
    }
  }
}

function uniteCredible(into: BloomFilter, bytes: Uint8Array, at: number): boolean {
  if (at < 0) return false;
  const theirs = new BloomFilter();
  theirs.unite(bytes, at);
  if (theirs.estimate() > MAX_CREDIBLE_ESTIMATE) return false;
  into.unite(bytes, at);
  return true;
}
