/**
 * Keeps our port mapped on the router: over PCP, NAT-PMP or UPnP, whichever it speaks, for TCP and UDP; renewed at half of
 * the time that was granted, given back at the end. One mapper for one address of ours at one gateway; where that changes, a
 * new one is made.
 */
import type { Clock, Random } from "../core/ports.ts";
import type { GatewayLink } from "./gateway-link.ts";
import {
  FIRST_RETRY_MS,
  LONGEST_RENEWAL_MS,
  LONGEST_RETRY_MS,
  REMOVAL_TIMEOUT_MS,
  RENEW_AT,
  SHORTEST_RENEWAL_MS,
} from "./mapping-config.ts";
import type {
  MappedTransport,
  MappingGrant,
  MappingOutcome,
  MappingProtocol,
  MappingProtocolName,
  MappingWish,
} from "./mapping-protocol.ts";
import { NatPmp } from "./nat-pmp.ts";
import { Pcp } from "./pcp.ts";
import { Upnp } from "./upnp.ts";

export interface PortMapperOptions {
  readonly clock: Clock;
  readonly random: Random;
  /** Closed with the mapper. */
  readonly link: GatewayLink;
  readonly port: number;
  readonly transports: readonly MappedTransport[];
  /** What `view` answers has changed; never called from within a call. */
  readonly onChange: () => void;
}

export interface MappingView {
  /** `silent`: the router speaks none of the protocols, or has them switched off. */
  readonly state: "searching" | "mapped" | "refused" | "silent";
  readonly gatewayHost: string;
  /** The address that is mapped. */
  readonly ownHost: string;
  /** Of the mappings that stand. */
  readonly protocol: MappingProtocolName | undefined;
  readonly outsideHost: string | undefined;
  readonly tcpPort: number | undefined;
  readonly udpPort: number | undefined;
  /** Why the router did not want to; undefined unless `refused`. */
  readonly detail: string | undefined;
}

const MS = 1_000;

export class PortMapper {
  readonly #options: PortMapperOptions;
  /** The one that worked last is first. */
  #protocols: readonly MappingProtocol[];
  #grants = new Map<MappedTransport, MappingGrant>();
  #grantedBy: MappingProtocol | undefined;
  #expiresAtMs = Number.NEGATIVE_INFINITY;
  #state: "searching" | "refused" | "silent" = "searching";
  #detail: string | undefined;
  #timer: Disposable | undefined;
  #failedRounds = 0;
  #isClosed = false;

  /** Begins at once. */
  constructor(options: PortMapperOptions) {
    const { link } = options;
    this.#options = options;
    this.#protocols = protocolsFor(options);
    link.onDatagram = (payload, port) => {
      for (const protocol of this.#protocols) protocol.handleDatagram(payload, port);
    };
    this.#round();
  }

  view(): MappingView {
    const isMapped = this.#grants.size > 0 && this.#options.clock.nowMs() < this.#expiresAtMs;
    const grants = isMapped ? this.#grants : new Map<MappedTransport, MappingGrant>();
    return {
      state: isMapped ? "mapped" : this.#state,
      gatewayHost: this.#options.link.gatewayHost,
      ownHost: this.#options.link.ownHost,
      protocol: isMapped ? this.#grantedBy?.name : undefined,
      outsideHost: [...grants.values()].find(({ outsideHost }) => outsideHost !== undefined)?.outsideHost,
      tcpPort: grants.get("tcp")?.outsidePort,
      udpPort: grants.get("udp")?.outsidePort,
      detail: isMapped ? undefined : this.#detail,
    };
  }

  /** Gives the mappings back; `onEnd` when the router has confirmed it, or has had a second. */
  close(onEnd: () => void): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#timer?.[Symbol.dispose]();
    const { clock } = this.#options;
    const leaving = [...this.#grants.keys()];
    let isOver = false;
    const end = (): void => {
      if (isOver) return;
      isOver = true;
      timeout[Symbol.dispose]();
      for (const protocol of this.#protocols) protocol.close();
      this.#options.link.close();
      onEnd();
    };
    const timeout = clock.setTimer(leaving.length === 0 ? 0 : REMOVAL_TIMEOUT_MS, end);
    if (leaving.length > 0) this.#unmapAll(leaving, end);
  }

  #unmapAll([transport, ...rest]: readonly MappedTransport[], onEnd: () => void): void {
    if (transport === undefined) onEnd();
    else this.#grantedBy?.unmap(this.#wishFor(transport), () => this.#unmapAll(rest, onEnd));
  }

  /** Asks with one protocol after the other until one of them maps something. */
  #round(): void {
    this.#tryWith(this.#protocols, undefined);
  }

  #tryWith([protocol, ...rest]: readonly MappingProtocol[], refusal: string | undefined): void {
    if (protocol === undefined) {
      this.#roundFailed(refusal);
      return;
    }
    this.#mapAll(protocol, this.#options.transports, new Map(), (grants, why) => {
      if (grants.size > 0) this.#granted(protocol, grants);
      else this.#tryWith(rest, why ?? refusal);
    });
  }

  #mapAll(
    protocol: MappingProtocol,
    [transport, ...rest]: readonly MappedTransport[],
    grants: Map<MappedTransport, MappingGrant>,
    onEnd: (grants: Map<MappedTransport, MappingGrant>, refusal: string | undefined) => void,
    refusal?: string,
  ): void {
    if (transport === undefined) {
      onEnd(grants, refusal);
      return;
    }
    protocol.map(this.#wishFor(transport), (outcome: MappingOutcome) => {
      if (this.#isClosed) return;
      if (outcome.kind === "granted") grants.set(transport, outcome.grant);
      const why = outcome.kind === "refused" ? outcome.detail : refusal;
      // Who did not answer once is not asked for the other transport.
      const next = outcome.kind === "silent" && grants.size === 0 ? [] : rest;
      this.#mapAll(protocol, next, grants, onEnd, why);
    });
  }

  /** The outside port that we had is asked for again. */
  #wishFor(transport: MappedTransport): MappingWish {
    const { port } = this.#options;
    return { transport, port, outsidePort: this.#grants.get(transport)?.outsidePort ?? port };
  }

  #granted(protocol: MappingProtocol, grants: Map<MappedTransport, MappingGrant>): void {
    const { clock, onChange } = this.#options;
    const lifetimeMs = MS * Math.min(...[...grants.values()].map(({ lifetimeSeconds }) => lifetimeSeconds));
    const renewalMs = Math.max(SHORTEST_RENEWAL_MS, Math.min(LONGEST_RENEWAL_MS, RENEW_AT * lifetimeMs));
    this.#grants = grants;
    this.#grantedBy = protocol;
    this.#protocols = [protocol, ...this.#protocols.filter((other) => other !== protocol)];
    this.#expiresAtMs = clock.nowMs() + lifetimeMs;
    this.#failedRounds = 0;
    this.#timer = clock.setTimer(renewalMs, () => this.#round());
    onChange();
  }

  /** What was granted before stands until its time is over. */
  #roundFailed(refusal: string | undefined): void {
    const { clock, onChange } = this.#options;
    this.#state = refusal === undefined ? "silent" : "refused";
    this.#detail = refusal;
    const pauseMs = Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** this.#failedRounds++);
    this.#timer = clock.setTimer(pauseMs, () => this.#round());
    onChange();
  }
}

/** In the order in which they are tried. NAT-PMP knows no IPv6, and what routers make of it over UPnP is seldom switched on. */
function protocolsFor({ clock, random, link }: PortMapperOptions): readonly MappingProtocol[] {
  const pcp = new Pcp(clock, random, link);
  if (link.ownHost.includes(":")) return [pcp];
  return [pcp, new NatPmp(clock, link), new Upnp(clock, random, link)];
}
