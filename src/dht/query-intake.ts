/** Queries of others: held against the limits, answered, and their senders remembered as candidates for the table. */
import type { Endpoint } from "../core/endpoint.ts";
import type { Random } from "../core/ports.ts";
import type { AskedHosts } from "./asked-hosts.ts";
import type { DhtSettings } from "./dht-config.ts";
import type { DhtFamily } from "./dht-family.ts";
import type { KrpcMessage } from "./krpc-message.ts";
import { limitsOfAskers, QueryLimiter } from "./query-limiter.ts";
import type { QueryResponder } from "./query-responder.ts";
import { ReplyBudget } from "./reply-budget.ts";
import type { TrafficMeter } from "./traffic-meter.ts";

export interface QueryIntakeParts {
  readonly settings: DhtSettings;
  readonly random: Random;
  readonly responder: QueryResponder;
  readonly traffic: TrafficMeter;
  /** Whom we asked lately; absent where nobody wants to know who came unasked. */
  readonly asked: AskedHosts | undefined;
  /** A node that asked us waits in reserve. */
  readonly onCandidate: (family: DhtFamily) => void;
}

export class QueryIntake {
  readonly #parts: QueryIntakeParts;
  /** Made at the first query, and only where limits are on: 115 kB that a thousand simulated nodes need not have. */
  #limiter: QueryLimiter | undefined;
  #budget: ReplyBudget | undefined;

  constructor(parts: QueryIntakeParts) {
    this.#parts = parts;
  }

  take(family: DhtFamily, message: KrpcMessage, from: Endpoint, nowMs: number): void {
    const { settings, traffic, responder, asked } = this.#parts;
    traffic.totals.queriesIn++;
    if (asked?.isStranger(from.host, nowMs) === true) traffic.totals.strangersIn++;
    if (settings.readOnly || from.port === 0) return;
    if (settings.hasLimits && !this.#admits(from, nowMs)) {
      traffic.totals.limitedIn++;
      return;
    }
    const known = family.table.find(message.bytes, message.idAt);
    const asker = known?.isAt(from) === true ? known : undefined;
    const payload = responder.respond(family, { message, from, asker, nowMs });
    if (payload !== undefined) this.#send(family, payload, from);
    if (asker !== undefined) asker.noteQuery(nowMs);
    else if (known === undefined) this.#remember(family, message, from, nowMs);
  }

  #admits(from: Endpoint, nowMs: number): boolean {
    const { settings, random } = this.#parts;
    this.#limiter ??= new QueryLimiter(
      limitsOfAskers(settings.addressProfile),
      settings.addressProfile,
      random,
    );
    this.#budget ??= new ReplyBudget(settings.replyBytesPerSecond, nowMs);
    return this.#limiter.admits(from, nowMs) && this.#budget.mayAnswer(nowMs);
  }

  #send(family: DhtFamily, payload: Uint8Array, to: Endpoint): void {
    const { totals } = this.#parts.traffic;
    if (payload[ERROR_MARK_AT] === ERROR_MARK) totals.errorsOut++;
    else totals.repliesOut++;
    totals.bytesOut += payload.length;
    this.#budget?.spend(payload.length);
    family.socket.send(payload, to);
  }

  /** BEP 43: who says that it is read-only is not kept. Others are asked themselves before they are. */
  #remember(family: DhtFamily, message: KrpcMessage, from: Endpoint, nowMs: number): void {
    if (message.isReadOnly || !family.table.needs(message.bytes, message.idAt)) return;
    if (family.table.heard(message.id(), from, nowMs, "asked-us")) this.#parts.onCandidate(family);
  }
}

/** Our errors begin with "d1:e", our replies with "d2:ip". */
const ERROR_MARK_AT = 3;
const ERROR_MARK = 0x65;
