/** What the newest search of a torrent in the DHT did: whom it asked, what it found, on how many nodes it stored us. */
import { formatEndpoint } from "../../core/endpoint.ts";
import type { AnnounceResult, LookupResult, LookupStep } from "../../dht/index.ts";
import type { DhtTrailSnapshot, DhtTrailStep } from "../session-view.ts";
import { roundedSeconds } from "../snapshot/rounding.ts";

/** A lookup asks some thirty nodes; of one that wanders the newest are shown. */
const MAX_STEPS = 64;

export class DhtTrail {
  #steps: DhtTrailStep[] = [];
  #answered = 0;
  #timedOut = 0;
  #peersFound = 0;
  #asked = 0;
  #storedOn: number | null = null;
  /** The next step begins another search. */
  #isOver = true;

  begin(): void {
    this.#steps = [];
    this.#asked = 0;
    this.#answered = 0;
    this.#timedOut = 0;
    this.#peersFound = 0;
    this.#isOver = false;
  }

  step(step: LookupStep): void {
    if (step.outcome === "stalled") return;
    // A search that the announcer began by itself, a quarter of an hour after the former one.
    if (this.#isOver) this.begin();
    this.#asked++;
    if (step.outcome === "answered") this.#answered++;
    else this.#timedOut++;
    this.#peersFound += step.peers;
    if (this.#steps.length >= MAX_STEPS) this.#steps.shift();
    this.#steps.push({
      address: formatEndpoint(step.endpoint),
      sharedBits: step.sharedBits ?? null,
      outcome: step.outcome,
      rttMs: step.rttMs === undefined ? null : Math.round(step.rttMs),
      peers: step.peers,
    });
  }

  /** The search is over; its own figures are exact, ours were the sums so far. */
  end(result: LookupResult): void {
    this.#isOver = true;
    this.#asked = result.asked;
    this.#answered = result.answered;
    this.#timedOut = result.timedOut;
    this.#peersFound = result.peersFound;
  }

  announced({ storedOn }: AnnounceResult): void {
    this.#storedOn = storedOn;
  }

  view(isRunning: boolean, nextInMs: number | undefined): DhtTrailSnapshot {
    return {
      isRunning,
      asked: this.#asked,
      answered: this.#answered,
      timedOut: this.#timedOut,
      peersFound: this.#peersFound,
      storedOn: this.#storedOn,
      nextInSeconds: nextInMs === undefined ? null : roundedSeconds(nextInMs / 1000),
      steps: [...this.#steps],
    };
  }
}
