/**
 * Who can reach us, by what was seen to happen: connections that others opened, DHT nodes that asked us without ever having
 * been asked, and what the router says. Nobody on the outside is asked to try: there is no server to ask.
 */
import { addressScope } from "../../core/address-profile.ts";
import type { MappingSnapshot, ReachabilitySnapshot } from "../session-view.ts";
import { NO_MAPPING, type PortMapping } from "./port-mapping.ts";
import { RecentCount } from "./recent-count.ts";

/** Totals since the start. */
export interface ReachFacts {
  /** Connections that others opened and that became peers. */
  readonly incoming: number;
  /** Queries from DHT nodes that we had not asked. */
  readonly strangers: number;
  /** Something of ours reached somebody: a connection stands, or a query was answered. */
  readonly hasReached: boolean;
}

export class Reachability {
  /** Undefined where ports are not mapped. */
  readonly mapping: PortMapping | undefined;
  readonly #isOfInternet: boolean;
  readonly #incoming = new RecentCount();
  readonly #strangers = new RecentCount();
  #hasReached = false;
  #nowMs = 0;

  /** `isOfInternet`: those who are to reach us are out there, beyond every router. */
  constructor(mapping: PortMapping | undefined, isOfInternet: boolean) {
    this.mapping = mapping;
    this.#isOfInternet = isOfInternet;
  }

  /** Call it about once a second. */
  update({ incoming, strangers, hasReached }: ReachFacts, nowMs: number): void {
    this.#incoming.update(incoming, nowMs);
    this.#strangers.update(strangers, nowMs);
    this.#hasReached ||= hasReached;
    this.#nowMs = nowMs;
  }

  snapshot(): ReachabilitySnapshot {
    const mapping = this.mapping?.view() ?? NO_MAPPING;
    const incomingLastHour = this.#incoming.inLastHour(this.#nowMs);
    const strangersLastHour = this.#strangers.inLastHour(this.#nowMs);
    const isMapped =
      mapping.pinholes.length > 0 ||
      (mapping.state === "mapped" && !(this.#isOfInternet && isBehindAnother(mapping)));
    const hasReached = this.#hasReached;
    const verdict = verdictOf({ incomingLastHour, strangersLastHour, isMapped, hasReached });
    return {
      verdict,
      sentence: sentenceOf(verdict, incomingLastHour, mapping),
      incomingLastHour,
      hasDhtStrangers: strangersLastHour > 0,
      mapping,
    };
  }
}

interface Evidence {
  readonly incomingLastHour: number;
  readonly strangersLastHour: number;
  readonly isMapped: boolean;
  readonly hasReached: boolean;
}

function verdictOf(evidence: Evidence): ReachabilitySnapshot["verdict"] {
  if (evidence.incomingLastHour > 0) return "connected";
  if (evidence.strangersLastHour > 0) return "dht";
  if (evidence.isMapped) return "mapped";
  return evidence.hasReached ? "outgoing" : "unknown";
}

function sentenceOf(
  verdict: ReachabilitySnapshot["verdict"],
  incoming: number,
  mapping: MappingSnapshot,
): string {
  switch (verdict) {
    case "connected":
      return `Others have connected ${incoming === 1 ? "once" : `${incoming} times`} in the last hour.`;
    case "dht":
      return "DHT nodes that we never asked reach us; no peer has connected in the last hour.";
    case "mapped":
      return `The router ${whatItOpens(mapping)}; nobody has connected in the last hour.`;
    case "outgoing":
      return `Only outgoing connections so far${mappingReason(mapping)}.`;
    case "unknown":
      return "Nothing has been sent or received yet.";
  }
}

function whatItOpens({ state, tcpPort, udpPort, pinholes }: MappingSnapshot): string {
  const maps = state === "mapped" ? [`maps ${tcpPort ?? udpPort}`] : [];
  const lets = pinholes.length > 0 ? ["lets others in over IPv6"] : [];
  return [...maps, ...lets].join(" and ");
}

/** The router has no address of the Internet itself: what it maps leads nowhere (carrier-grade translation). */
function isBehindAnother({ outsideHost }: MappingSnapshot): boolean {
  return outsideHost !== null && addressScope(outsideHost) === "private";
}

function mappingReason(mapping: MappingSnapshot): string {
  switch (mapping.state) {
    case "mapped":
      return `: the router maps ${mapping.tcpPort ?? mapping.udpPort}, but is behind another one itself (${mapping.outsideHost})`;
    case "refused":
      return `: the router maps no port (${mapping.detail})`;
    case "silent":
      return ": the router maps no port when asked";
    default:
      return "";
  }
}
