/** One node that a lookup knows of, and what has become of asking it. `lookup.ts` has the table of states. */
import type { Endpoint } from "../core/endpoint.ts";
import type { NodeId } from "../core/ids.ts";
import type { Query } from "./query-tracker.ts";

export type CandidateState =
  | "fresh"
  | "asked"
  | "stalled"
  | "answered"
  | "failed"
  | "passed-over"
  | "skipped";

/** Namers of a candidate that are remembered; more would not make it more likely. */
const MAX_NAMERS = 8;

export class LookupCandidate {
  /** Undefined for a bootstrap address until it answers. */
  id: NodeId | undefined;
  readonly endpoint: Endpoint;
  /** First 32 bits of the distance to the target, unsigned. */
  distanceHead: number;
  /** 1 for contacts we knew, one more for each node that named the next. */
  readonly hop: number;
  state: CandidateState = "fresh";
  /** How often it was asked. */
  tries = 0;
  /** The query that stalled, to be sent again. */
  query: Query | undefined = undefined;
  /** Lately it did not answer: asked only when nobody else is left. */
  isDoubted = false;
  token: Uint8Array | undefined = undefined;
  rttMs = 0;
  /** Candidates that named this one. Empty for those that we knew ourselves: nobody answers for them. */
  readonly namers: LookupCandidate[] = [];
  /** How many of the namers were charged when it was asked. */
  #charged = 0;
  /** Of those that it named itself: asked and not answered yet, and answered. */
  unproven = 0;
  proven = 0;

  constructor(id: NodeId | undefined, address: Endpoint, distanceHead: number, hop: number) {
    this.id = id;
    this.endpoint = address;
    this.distanceHead = distanceHead;
    this.hop = hop;
  }

  /** `namer` says that this node exists. */
  isNamedBy(namer: LookupCandidate | undefined): void {
    if (namer === undefined || this.namers.length >= MAX_NAMERS || this.namers.includes(namer)) return;
    this.namers.push(namer);
  }

  /** It is asked for the first time: its namers stand surety. */
  chargeNamers(): void {
    this.#charged = this.namers.length;
    for (const namer of this.namers) namer.unproven++;
  }

  /** It answered: its namers told the truth. */
  creditNamers(): void {
    for (let i = 0; i < this.#charged; i++) (this.namers[i] as LookupCandidate).unproven--;
    this.#charged = 0;
    for (const namer of this.namers) namer.proven++;
  }
}
