/**
 * Asks the nodes of a DHT, each once, for samples of the info-hashes they store and for other nodes (BEP 51). A node
 * that was asked is not asked again, whatever it and others say: no `interval` can be broken. Each is asked for nodes
 * at another depth around itself, since those nearest to it would only ever name one another.
 */
import { toHex } from "../core/bytes.ts";
import { type Endpoint, formatEndpoint } from "../core/endpoint.ts";
import { ID_BYTES, type InfoHash, type NodeId, nodeIdFrom } from "../core/ids.ts";
import { invariant } from "../core/invariant.ts";
import type { Clock, Random } from "../core/ports.ts";
import type { LookupHandle, NamedNode, SampleResult } from "./dht-lookups.ts";

/** What a crawl needs of a node. */
export interface CrawlParts {
  readonly node: {
    sampleInfohashes(to: Endpoint, target: NodeId, onResult: (result: SampleResult) => void): void;
  };
  readonly clock: Clock;
  readonly random: Random;
}

export interface CrawlOptions {
  /** Where to begin: the contacts of a node that has joined. */
  readonly from: readonly NamedNode[];
  /** Nodes asked at most; forged ones that a liar names count, too. */
  readonly maxNodes: number;
  /** Each node that answered, once. */
  readonly onNode?: ((node: NamedNode) => void) | undefined;
  /** Hashes not told before, as they come. */
  readonly onHashes?: ((hashes: readonly InfoHash[]) => void) | undefined;
  /** Last call of all, after the one that started the crawl has returned. */
  readonly onEnd: (result: CrawlResult) => void;
}

export interface CrawlResult {
  readonly outcome: "complete" | "limit" | "cancelled";
  readonly asked: number;
  readonly answered: number;
  /** Nodes that know BEP 51. */
  readonly sampled: number;
  /** Distinct info-hashes that came. */
  readonly hashes: number;
  readonly elapsedMs: number;
}

/** Half of what may be outstanding: the node's own upkeep goes on. */
const MAX_IN_FLIGHT = 128;
/** Hashes and names remembered: some hundred megabytes at worst, and a whole public DHT's worth of nodes. */
const MAX_HASHES = 1_000_000;
const NAMES_PER_NODE = 4;

/** Starts a crawl; it ends when every node that was named has been asked, or at a bound. */
export function startCrawl(parts: CrawlParts, options: CrawlOptions): LookupHandle {
  invariant(options.maxNodes >= 1, "a crawl of no nodes");
  const crawl = new Crawl(parts, options);
  parts.clock.setTimer(0, () => crawl.begin());
  return { cancel: () => void parts.clock.setTimer(0, () => crawl.end("cancelled")) };
}

class Crawl {
  readonly #parts: CrawlParts;
  readonly #options: CrawlOptions;
  readonly #startedAtMs: number;
  readonly #queue: NamedNode[] = [];
  /** Addresses that were asked or will be. */
  readonly #named = new Set<string>();
  readonly #hashes = new Set<string>();
  #next = 0;
  #inFlight = 0;
  #asked = 0;
  #answered = 0;
  #sampled = 0;
  #isEnded = false;

  constructor(parts: CrawlParts, options: CrawlOptions) {
    this.#parts = parts;
    this.#options = options;
    this.#startedAtMs = parts.clock.nowMs();
  }

  begin(): void {
    this.#add(this.#options.from);
    this.#askMore();
  }

  end(outcome: CrawlResult["outcome"]): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    this.#options.onEnd({
      outcome,
      asked: this.#asked,
      answered: this.#answered,
      sampled: this.#sampled,
      hashes: this.#hashes.size,
      elapsedMs: this.#parts.clock.nowMs() - this.#startedAtMs,
    });
  }

  #askMore(): void {
    const { maxNodes } = this.#options;
    while (this.#inFlight < MAX_IN_FLIGHT && this.#asked < maxNodes && this.#next < this.#queue.length) {
      const { id, endpoint } = this.#queue[this.#next++] as NamedNode;
      this.#asked++;
      this.#inFlight++;
      this.#parts.node.sampleInfohashes(endpoint, this.#targetNear(id), (result) =>
        this.#take(endpoint, result),
      );
    }
    if (this.#inFlight === 0) this.end(this.#next < this.#queue.length ? "limit" : "complete");
  }

  #take(endpoint: Endpoint, result: SampleResult): void {
    this.#inFlight--;
    if (this.#isEnded) return;
    if (!result.ok && result.reason === "refused") this.#asked--;
    if (result.ok) {
      this.#answered++;
      this.#options.onNode?.({ id: result.id, endpoint });
      if (result.samples !== undefined) this.#sampled++;
      this.#add(result.nodes);
      this.#tell(result.samples ?? []);
    }
    if (this.#hashes.size >= MAX_HASHES) this.end("limit");
    else this.#askMore();
  }

  #add(nodes: readonly NamedNode[]): void {
    for (const node of nodes) {
      const address = formatEndpoint(node.endpoint);
      if (this.#named.size >= this.#options.maxNodes * NAMES_PER_NODE || this.#named.has(address)) continue;
      this.#named.add(address);
      this.#queue.push(node);
    }
  }

  #tell(samples: readonly InfoHash[]): void {
    const fresh = samples.filter((hash) => {
      const before = this.#hashes.size;
      return this.#hashes.add(toHex(hash)).size > before;
    });
    if (fresh.length > 0) this.#options.onHashes?.(fresh);
  }

  /** An id that shares a random number of bits with `id`, up to as many as neighbours share in what is known. */
  #targetNear(id: NodeId): NodeId {
    const { random } = this.#parts;
    const depth = Math.min(8 * ID_BYTES - 1, random.integer(Math.ceil(Math.log2(this.#named.size + 1)) + 1));
    const target = random.bytes(id.length);
    for (let bit = 0; bit <= depth; bit++) {
      const at = bit >> 3;
      const mask = 0x80 >> (bit & 7);
      const isSet = (((id[at] as number) & mask) !== 0) !== (bit === depth);
      target[at] = isSet ? (target[at] as number) | mask : (target[at] as number) & ~mask;
    }
    return nodeIdFrom(target);
  }
}
