/** One node that a lookup knows of, and what has become of asking it. `lookup.ts` has the table of states. */
import type { Endpoint } from "../core/endpoint.ts";
import type { NodeId } from "../core/ids.ts";

export type CandidateState = "fresh" | "asked" | "stalled" | "answered" | "failed" | "skipped";

export class LookupCandidate {
  /** Undefined for a bootstrap address until it answers. */
  id: NodeId | undefined;
  readonly endpoint: Endpoint;
  /** First 32 bits of the distance to the target, unsigned. */
  distanceHead: number;
  /** 1 for contacts we knew, one more for each node that named the next. */
  readonly hop: number;
  state: CandidateState = "fresh";
  /** Queries sent, and those whose fate is known. */
  tries = 0;
  settled = 0;
  token: Uint8Array | undefined = undefined;
  rttMs = 0;

  constructor(id: NodeId | undefined, address: Endpoint, distanceHead: number, hop: number) {
    this.id = id;
    this.endpoint = address;
    this.distanceHead = distanceHead;
    this.hop = hop;
  }
}
