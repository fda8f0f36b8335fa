/** Sends our queries: registers them, encodes them, counts them. */
import type { Endpoint } from "../core/endpoint.ts";
import type { NodeId } from "../core/ids.ts";
import type { Clock } from "../core/ports.ts";
import type { AskedHosts } from "./asked-hosts.ts";
import type { DhtFamily } from "./dht-family.ts";
import type { AnnounceArguments, KrpcEncoder, PutArguments, Want } from "./krpc-encoder.ts";
import type { NewFlowBudget } from "./new-flow-budget.ts";
import type { QueryLimiter } from "./query-limiter.ts";
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
  /** A query that stalled and is sent again; it keeps its transaction. */
  readonly again?: Query | undefined;
  /** Worth a longer wait than usual: nobody else is left to ask. */
  readonly isPatient?: boolean | undefined;
}

/** What a patient query waits before it stalls: a busy machine's event loop, or a satellite, and then some. */
const PATIENT_STALL_MS = 2_000;

export interface QuerySenderParts {
  readonly clock: Clock;
  readonly tracker: QueryTracker;
  readonly encoder: KrpcEncoder;
  readonly stallTimes: StallTimes;
  readonly traffic: TrafficMeter;
  /** How much we may ask one party. */
  readonly limiter: QueryLimiter;
  /** How many we may begin to ask; absent where nobody's router is at stake. */
  readonly flows: NewFlowBudget | undefined;
  /** Is told whom we ask; absent where nobody wants to know who came unasked. */
  readonly asked: AskedHosts | undefined;
}

/** Whether a query left, or why not: a bound that passes with time, or an address that answers nothing as it is. */
export type SendOutcome = "sent" | "full" | "silent";

export class QuerySender {
  readonly tracker: QueryTracker;
  readonly #encoder: KrpcEncoder;
  readonly #stallTimes: StallTimes;
  readonly #traffic: TrafficMeter;
  readonly #clock: Clock;
  readonly #limiter: QueryLimiter;
  readonly #flows: NewFlowBudget | undefined;
  readonly #asked: AskedHosts | undefined;

  constructor(parts: QuerySenderParts) {
    this.#clock = parts.clock;
    this.tracker = parts.tracker;
    this.#encoder = parts.encoder;
    this.#stallTimes = parts.stallTimes;
    this.#traffic = parts.traffic;
    this.#limiter = parts.limiter;
    this.#flows = parts.flows;
    this.#asked = parts.asked;
  }

  ping(family: DhtFamily, addressee: Addressee): SendOutcome {
    const query = this.#begin(family, addressee);
    if (typeof query === "string") return query;
    this.#send(family, addressee.to, this.#encoder.ping(query.transaction, family.table.localNodeId));
    return "sent";
  }

  findNode(family: DhtFamily, addressee: Addressee, target: Uint8Array, want: Want): SendOutcome {
    const query = this.#begin(family, addressee);
    if (typeof query === "string") return query;
    const id = family.table.localNodeId;
    this.#send(family, addressee.to, this.#encoder.findNode(query.transaction, id, target, want));
    return "sent";
  }

  getPeers(family: DhtFamily, addressee: Addressee, infoHash: Uint8Array, noSeeds: boolean): SendOutcome {
    const query = this.#begin(family, addressee);
    if (typeof query === "string") return query;
    const id = family.table.localNodeId;
    this.#send(family, addressee.to, this.#encoder.getPeers(query.transaction, id, infoHash, "own", noSeeds));
    return "sent";
  }

  scrape(family: DhtFamily, addressee: Addressee, infoHash: Uint8Array): SendOutcome {
    const query = this.#begin(family, addressee);
    if (typeof query === "string") return query;
    const id = family.table.localNodeId;
    this.#send(family, addressee.to, this.#encoder.scrape(query.transaction, id, infoHash, family.family));
    return "sent";
  }

  sampleInfohashes(family: DhtFamily, addressee: Addressee, target: Uint8Array): SendOutcome {
    const query = this.#begin(family, addressee);
    if (typeof query === "string") return query;
    const id = family.table.localNodeId;
    const payload = this.#encoder.sampleInfohashes(query.transaction, id, target, family.family);
    this.#send(family, addressee.to, payload);
    return "sent";
  }

  getItem(family: DhtFamily, addressee: Addressee, target: Uint8Array): SendOutcome {
    const query = this.#begin(family, addressee);
    if (typeof query === "string") return query;
    const id = family.table.localNodeId;
    this.#send(family, addressee.to, this.#encoder.getItem(query.transaction, id, target, family.family));
    return "sent";
  }

  putItem(family: DhtFamily, addressee: Addressee, how: PutArguments): SendOutcome {
    const query = this.#begin(family, addressee);
    if (typeof query === "string") return query;
    this.#send(family, addressee.to, this.#encoder.putItem(query.transaction, family.table.localNodeId, how));
    return "sent";
  }

  announcePeer(
    family: DhtFamily,
    addressee: Addressee,
    infoHash: Uint8Array,
    how: AnnounceArguments,
  ): SendOutcome {
    const query = this.#begin(family, addressee);
    if (typeof query === "string") return query;
    const id = family.table.localNodeId;
    this.#send(family, addressee.to, this.#encoder.announcePeer(query.transaction, id, infoHash, how));
    return "sent";
  }

  #begin(family: DhtFamily, addressee: Addressee): Query | "full" | "silent" {
    const { to, expectedId, owner, subject, again, isPatient = false } = addressee;
    const obstacle = again === undefined ? this.tracker.obstacle(to) : undefined;
    if (obstacle !== undefined) return obstacle;
    const nowMs = this.#clock.nowMs();
    if (!this.#limiter.admits(to, nowMs) || this.#flows?.admits(to, nowMs) === false) return "full";
    if (expectedId !== undefined) family.table.find(expectedId, 0)?.noteAsked(nowMs);
    const stallAfterMs = isPatient ? PATIENT_STALL_MS : this.#stallTimes.stallAfterMs;
    if (again === undefined) return this.tracker.begin(to, expectedId, owner, subject, stallAfterMs);
    return this.tracker.renew(again, stallAfterMs) ? again : "silent";
  }

  #send(family: DhtFamily, to: Endpoint, payload: Uint8Array): void {
    this.#traffic.totals.queriesOut++;
    this.#traffic.totals.bytesOut += payload.length;
    this.#asked?.note(to.host, this.#clock.nowMs());
    family.socket.send(payload, to);
  }
}
