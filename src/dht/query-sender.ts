/** Sends our queries: registers them, encodes them, counts them. Answers false when a bound on outstanding queries is reached. */
import type { Endpoint } from "../core/endpoint.ts";
import type { NodeId } from "../core/ids.ts";
import type { Clock } from "../core/ports.ts";
import type { DhtFamily } from "./dht-family.ts";
import type { AnnounceArguments, KrpcEncoder, Want } from "./krpc-encoder.ts";
import type { Query, QueryOwner, QueryTracker } from "./query-tracker.ts";
import type { StallTimes } from "./stall-times.ts";
import type { TrafficMeter } from "./traffic-meter.ts";

/** Whom to ask, and who wants to know. */
export interface Addressee {
  readonly to: Endpoint;
  /** The answer must carry this id; undefined where only an address is known. */
  readonly expectedId: NodeId | undefined;
  readonly owner: QueryOwner;
  readonly subject?: object | undefined;
}

export class QuerySender {
  readonly tracker: QueryTracker;
  readonly #encoder: KrpcEncoder;
  readonly #stallTimes: StallTimes;
  readonly #traffic: TrafficMeter;
  readonly #clock: Clock;

  constructor(
    clock: Clock,
    tracker: QueryTracker,
    encoder: KrpcEncoder,
    stallTimes: StallTimes,
    traffic: TrafficMeter,
  ) {
    this.#clock = clock;
    this.tracker = tracker;
    this.#encoder = encoder;
    this.#stallTimes = stallTimes;
    this.#traffic = traffic;
  }

  ping(family: DhtFamily, addressee: Addressee): boolean {
    const query = this.#begin(family, addressee);
    if (query === undefined) return false;
    this.#send(family, addressee.to, this.#encoder.ping(query.transaction, family.table.localNodeId));
    return true;
  }

  findNode(family: DhtFamily, addressee: Addressee, target: Uint8Array, want: Want): boolean {
    const query = this.#begin(family, addressee);
    if (query === undefined) return false;
    const id = family.table.localNodeId;
    this.#send(family, addressee.to, this.#encoder.findNode(query.transaction, id, target, want));
    return true;
  }

  getPeers(family: DhtFamily, addressee: Addressee, infoHash: Uint8Array, noSeeds: boolean): boolean {
    const query = this.#begin(family, addressee);
    if (query === undefined) return false;
    const id = family.table.localNodeId;
    this.#send(family, addressee.to, this.#encoder.getPeers(query.transaction, id, infoHash, "own", noSeeds));
    return true;
  }

  announcePeer(
    family: DhtFamily,
    addressee: Addressee,
    infoHash: Uint8Array,
    how: AnnounceArguments,
  ): boolean {
    const query = this.#begin(family, addressee);
    if (query === undefined) return false;
    const id = family.table.localNodeId;
    this.#send(family, addressee.to, this.#encoder.announcePeer(query.transaction, id, infoHash, how));
    return true;
  }

  #begin(family: DhtFamily, { to, expectedId, owner, subject }: Addressee): Query | undefined {
    if (!this.tracker.admits(to)) return undefined;
    if (expectedId !== undefined) family.table.find(expectedId, 0)?.noteAsked(this.#clock.nowMs());
    return this.tracker.begin(to, expectedId, owner, subject, this.#stallTimes.stallAfterMs);
  }

  #send(family: DhtFamily, to: Endpoint, payload: Uint8Array): void {
    this.#traffic.totals.queriesOut++;
    this.#traffic.totals.bytesOut += payload.length;
    family.socket.send(payload, to);
  }
}
