/** One sample_infohashes (BEP 51) that a caller waits for. */
import { type AddressProfile, mayContact } from "../core/address-profile.ts";
import { decodeNodes } from "../core/compact.ts";
import type { AddressFamily } from "../core/endpoint.ts";
import { ID_BYTES, type InfoHash, infoHashFrom } from "../core/ids.ts";
import type { NamedNode, SampleResult } from "./dht-lookups.ts";
import { MAX_INTERVAL_SECONDS } from "./infohash-sample.ts";
import type { KrpcMessage } from "./krpc-message.ts";
import type { Query, QueryFailure, QueryOwner, QueryTracker } from "./query-tracker.ts";

export class SampleCall implements QueryOwner {
  readonly #profile: AddressProfile;
  readonly #tracker: QueryTracker;
  readonly #onResult: (result: SampleResult) => void;

  constructor(profile: AddressProfile, tracker: QueryTracker, onResult: (result: SampleResult) => void) {
    this.#profile = profile;
    this.#tracker = tracker;
    this.#onResult = onResult;
  }

  queryAnswered(query: Query, message: KrpcMessage): void {
    const samples = samplesOf(message);
    const interval = message.intervalSeconds;
    this.#onResult({
      ok: true,
      id: message.id(),
      samples,
      total: Math.max(message.totalHashes, samples?.length ?? 0),
      intervalSeconds: interval < 0 ? MAX_INTERVAL_SECONDS : Math.min(interval, MAX_INTERVAL_SECONDS),
      nodes: this.#nodesOf(message, query.to.family),
    });
  }

  /** Two seconds without a word: a crawl has thousands of others to ask, and few queries that it may keep open. */
  queryStalled(query: Query): void {
    this.#tracker.forget(query);
    this.#onResult({ ok: false, reason: "timeout" });
  }

  queryFailed(_query: Query, failure: QueryFailure): void {
    this.#onResult({
      ok: false,
      reason: failure === "timeout" || failure === "unreachable" ? failure : "error",
    });
  }

  #nodesOf(
    { bytes, nodesAt, nodesLength, nodes6At, nodes6Length }: KrpcMessage,
    of: AddressFamily,
  ): NamedNode[] {
    const at = of === 4 ? nodesAt : nodes6At;
    const length = of === 4 ? nodesLength : nodes6Length;
    const nodes = at < 0 ? undefined : decodeNodes(bytes.slice(at, at + length), of);
    return (nodes ?? []).filter((node) => mayContact(this.#profile, node.endpoint));
  }
}

/** Undefined where the node does not know the query, or sent no whole hashes. */
function samplesOf({ bytes, samplesAt, samplesLength }: KrpcMessage): InfoHash[] | undefined {
  if (samplesAt < 0 || samplesLength % ID_BYTES !== 0) return undefined;
  return Array.from({ length: samplesLength / ID_BYTES }, (_, i) =>
    infoHashFrom(bytes.slice(samplesAt + i * ID_BYTES, samplesAt + (i + 1) * ID_BYTES)),
  );
}
