/**
 * How many peers a swarm has besides us, by what the DHT stores (BEP 33): says how much of the swarm the figures of
 * connected peers rest on. Asked a little after the start, when the announces are out, and then now and then; an
 * estimate of the last hour is still better than none.
 */
import type { InfoHash } from "../../core/ids.ts";
import type { Clock } from "../../core/ports.ts";
import type { DhtNode, LookupHandle, ScrapeResult } from "../../dht/index.ts";
import type { SwarmSizeFacts } from "../diagnosis/diagnosis-facts.ts";

/** First look: the lookups that find peers come first. */
const FIRST_SCRAPE_MS = 20_000;
/** As often as announces are renewed, which is what the counts are made of. */
const SCRAPE_INTERVAL_MS = 900_000;
/** After a scrape that nobody answered. */
const RETRY_MS = 120_000;

export interface SwarmSizeOptions {
  readonly clock: Clock;
  readonly infoHash: InfoHash;
  /** Undefined where no DHT runs. */
  readonly dht: Pick<DhtNode, "scrape"> | undefined;
}

export class SwarmSize {
  readonly #options: SwarmSizeOptions;
  #timer: Disposable | undefined;
  #scrape: LookupHandle | undefined;
  #counted: Pick<ScrapeResult, "seeds" | "peers"> | undefined;
  /** How we are counted ourselves. */
  #presence: "seed" | "peer" | "absent" = "absent";

  constructor(options: SwarmSizeOptions) {
    this.#options = options;
  }

  /** Scrapes from time to time until `stop`. */
  start(presence: "seed" | "peer" | "absent"): void {
    this.#presence = presence;
    if (this.#timer === undefined && this.#scrape === undefined) this.#scheduleIn(FIRST_SCRAPE_MS);
  }

  stop(): void {
    this.#timer?.[Symbol.dispose]();
    this.#timer = undefined;
    const scrape = this.#scrape;
    this.#scrape = undefined;
    scrape?.cancel();
  }

  facts(): SwarmSizeFacts {
    if (this.#counted === undefined) return { estimatedPeers: undefined, estimatedSeeds: undefined };
    const { seeds, peers } = this.#counted;
    const isCounted = this.#presence !== "absent";
    return {
      estimatedPeers: Math.max(0, seeds + peers - (isCounted ? 1 : 0)),
      estimatedSeeds: Math.max(0, seeds - (this.#presence === "seed" ? 1 : 0)),
    };
  }

  #scheduleIn(delayMs: number): void {
    this.#timer = this.#options.clock.setTimer(delayMs, () => {
      this.#timer = undefined;
      this.#ask();
    });
  }

  #ask(): void {
    const { dht, infoHash } = this.#options;
    if (dht === undefined) return;
    const scrape = dht.scrape(infoHash, {
      onEnd: ({ answered, seeds, peers }) => {
        if (this.#scrape !== scrape) return;
        this.#scrape = undefined;
        if (answered > 0) this.#counted = { seeds, peers };
        this.#scheduleIn(answered > 0 ? SCRAPE_INTERVAL_MS : RETRY_MS);
      },
    });
    this.#scrape = scrape;
  }
}
