/**
 * The network of a session on Node: one port for UDP and TCP, on one address or on both families. BEP 5 names one port
 * for both a node and its peers, and NAT mappings and users expect a single number.
 */
import { isIP } from "node:net";
import { networkInterfaces } from "node:os";
import { type Endpoint, endpoint, formatEndpoint } from "../core/endpoint.ts";
import { ClientError } from "../core/errors.ts";
import type { GroupSocket } from "../core/ports.ts";
import type { GatewayLink } from "../mapping/index.ts";
import type { OpenNetwork, SessionNetwork } from "../session/session-ports.ts";
import { findDefaultGateway, findIpv6Gateways } from "./default-gateway.ts";
import { type EgressGuard, isLoopbackHost } from "./egress-guard.ts";
import { openGatewayLink } from "./gateway-link.ts";
import { InterfaceGate } from "./interface-gate.ts";
import { type Knock, type KnockTransport, knock } from "./knock.ts";
import { LiveSockets } from "./live-sockets.ts";
import { joinGroup } from "./multicast.ts";
import { resolveHost } from "./name-resolution.ts";
import { canonicalHost } from "./node-address.ts";
import { OwnHosts } from "./own-hosts.ts";
import { MAX_PORT_TRIES, RECEIVE_BUFFER_BYTES } from "./platform-config.ts";
import { TcpDialer } from "./tcp-dialer.ts";
import { listenTcp, type TcpListener } from "./tcp-listener.ts";
import { bindUdp, type UdpSocket } from "./udp.ts";

/** The sockets of one address family, on one port. */
interface BoundFamily {
  readonly udp: UdpSocket;
  readonly tcp: TcpListener | undefined;
}

export interface BindOptions {
  /** Numeric address of this machine, or a name of it; without it both families are tried. */
  readonly host?: string;
  /** Name or address of the one interface that is used; closes when that is gone. Instead of `host`. */
  readonly interface?: string;
  /** 0: any free one. */
  readonly port: number;
}

/** Datagram sockets alone, for a DHT node without peers. */
export type OpenDatagrams = Pick<OpenNetwork, "port" | "udp4" | "udp6" | "isOwnHost" | "warnings" | "close">;

export class NodeNetwork implements SessionNetwork {
  readonly #guard: EgressGuard;
  readonly #receiveBuffer: Uint8Array;
  readonly #findGateway: typeof findDefaultGateway;
  #gate: InterfaceGate | undefined;

  /**
   * `receiveBuffer` is what all TCP connections read into; one is made where none is given. `findGateway` answers the
   * router of who is bound to these addresses; without it the routing table is asked.
   */
  constructor(
    guard: EgressGuard,
    receiveBuffer: Uint8Array = new Uint8Array(RECEIVE_BUFFER_BYTES),
    findGateway: typeof findDefaultGateway = findDefaultGateway,
  ) {
    this.#guard = guard;
    this.#receiveBuffer = receiveBuffer;
    this.#findGateway = findGateway;
  }

  async open(options: BindOptions): Promise<OpenNetwork> {
    const way = await this.#wayOf(options);
    const receiveBuffer = this.#receiveBuffer;
    const { bound, warnings } = await bindAll({ ...way, port: options.port, receiveBuffer }, way.guard);
    const network: OpenNetwork = {
      ...datagramsOf(bound, warnings, way.gate),
      dialer: new TcpDialer({ ...way, receiveBuffer }),
      listeners: bound.flatMap((one) => (one.tcp === undefined ? [] : [one.tcp])),
      openGateway: () => this.#openGateway(way),
      openIpv6Gateways: () => this.#openIpv6Gateways(way),
      endStrandedStreams: () => way.live.destroyBut(hostsOfInterfaces(true)),
    };
    way.gate?.watch((isOpen) => {
      if (!isOpen) way.live.destroyAll();
      network.onInterfaceChange?.(isOpen);
    });
    return network;
  }

  /** As `open`, for UDP only. */
  async openUdp(options: BindOptions): Promise<OpenDatagrams> {
    const way = await this.#wayOf(options);
    const { bound, warnings } = await bindAll({ hosts: way.hosts, port: options.port }, way.guard);
    return datagramsOf(bound, warnings, way.gate);
  }

  async #openGateway({ localHosts, guard }: Way): Promise<GatewayLink | undefined> {
    const gateway = await this.#findGateway(localHosts).catch(() => undefined);
    if (gateway === undefined || (guard.isLoopbackOnly && !isLoopbackHost(gateway.gatewayHost)))
      return undefined;
    return openGatewayLink(gateway, guard).catch(() => undefined);
  }

  /** Under the guard none: a gateway of IPv6 is never on loopback. */
  async #openIpv6Gateways({ localHosts, guard }: Way): Promise<readonly GatewayLink[]> {
    if (guard.isLoopbackOnly) return [];
    const gateways = await findIpv6Gateways(localHosts);
    const links = await Promise.all(
      gateways.map((gateway) => openGatewayLink(gateway, guard).catch(() => undefined)),
    );
    return links.filter((link) => link !== undefined);
  }

  /** What to bind, and what guards it. */
  async #wayOf(options: BindOptions): Promise<Way> {
    const live = new LiveSockets();
    if (options.interface !== undefined) {
      const gate = new InterfaceGate(options.interface);
      this.#gate = gate;
      return { hosts: gate.hosts, localHosts: gate.hosts, guard: this.#guard.behind(gate), gate, live };
    }
    const host = options.host === undefined ? undefined : await this.#localAddress(options.host);
    const isWildcard = host === undefined || host === "0.0.0.0" || host === "::";
    const localHosts = isWildcard ? [] : [host];
    return { hosts: this.#hostsFor(host), localHosts, guard: this.#guard, gate: undefined, live };
  }

  resolve(host: string, port: number): Promise<readonly Endpoint[]> {
    return resolveHost(host, port, this.#gate === undefined ? this.#guard : this.#guard.behind(this.#gate));
  }

  /** What is heard of a port at `to` without speaking any protocol. Never rejects. */
  knock(transport: KnockTransport, to: Endpoint, waitMs: number): Promise<Knock> {
    return knock(
      transport,
      to,
      waitMs,
      this.#gate === undefined ? this.#guard : this.#guard.behind(this.#gate),
    );
  }

  ownHosts(): readonly string[] {
    if (this.#gate !== undefined) return this.#gate.isOpen ? this.#gate.hosts : [];
    return hostsOfInterfaces(this.#guard.isLoopbackOnly);
  }

  joinGroup(group: Endpoint, host?: string): Promise<readonly GroupSocket[]> {
    const gate = this.#gate;
    if (gate === undefined) return joinGroup(group, host, this.#guard);
    const own = gate.hosts.find((one) => endpoint(one, 0).family === group.family);
    return own === undefined ? Promise.resolve([]) : joinGroup(group, own, this.#guard.behind(gate));
  }

  /** IPv4 first: it has to work, IPv6 may fail with a warning. */
  #hostsFor(host: string | undefined): readonly string[] {
    if (host !== undefined) return [host];
    return this.#guard.isLoopbackOnly ? ["127.0.0.1", "::1"] : ["0.0.0.0", "::"];
  }

  async #localAddress(host: string): Promise<string> {
    if (isIP(host) !== 0) return canonicalHost(host);
    const [address] = await this.resolve(host, 0);
    if (address !== undefined) return address.host;
    throw new ClientError("ADDRESS_UNAVAILABLE", `${host} is not an address of this machine.`, {
      hint: "Give one of its numeric addresses with --host, or leave it out.",
    });
  }
}

function hostsOfInterfaces(withLoopback: boolean): readonly string[] {
  const addresses = Object.values(networkInterfaces()).flatMap((some) => some ?? []);
  return addresses
    .filter((address) => withLoopback || !address.internal)
    .map(({ address }) => canonicalHost(address))
    .sort();
}

interface Way {
  readonly hosts: readonly string[];
  /** Addresses that connections come from; none = the system chooses. */
  readonly localHosts: readonly string[];
  readonly guard: EgressGuard;
  readonly gate: InterfaceGate | undefined;
  readonly live: LiveSockets;
}

interface BindPlan {
  /** The first has to work. */
  readonly hosts: readonly string[];
  readonly port: number;
  /** What TCP connections read into; without it there is no TCP. */
  readonly receiveBuffer?: Uint8Array;
  readonly live?: LiveSockets;
}

interface BindResult {
  readonly bound: readonly BoundFamily[];
  readonly warnings: readonly string[];
}

/** A port that the system chose for one socket may be taken for another: then the next is tried. */
async function bindAll(plan: BindPlan, guard: EgressGuard): Promise<BindResult> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await bindHosts(plan, guard);
    } catch (error) {
      const mayTryAgain = plan.port === 0 && attempt < MAX_PORT_TRIES && codeOf(error) === "EADDRINUSE";
      if (!mayTryAgain) throw bindFailure(error, plan.hosts[0] as string, plan.port);
    }
  }
}

async function bindHosts(plan: BindPlan, guard: EgressGuard): Promise<BindResult> {
  const bound: BoundFamily[] = [];
  const warnings: string[] = [];
  try {
    for (const host of plan.hosts) {
      const port = bound[0]?.udp.local.port ?? plan.port;
      const family = await bindFamily({ ...plan, hosts: [host], port }, guard).catch((error: unknown) => {
        const isClash = plan.port === 0 && codeOf(error) === "EADDRINUSE";
        if (bound.length === 0 || isClash) throw error;
        warnings.push(`IPv6 is off: ${bindFailure(error, host, port).message}`);
      });
      if (family !== undefined) bound.push(family);
    }
    return { bound, warnings };
  } catch (error) {
    await closeAll(bound);
    throw error;
  }
}

async function bindFamily(plan: BindPlan, guard: EgressGuard): Promise<BoundFamily> {
  const host = plan.hosts[0] as string;
  if (plan.receiveBuffer === undefined) return { udp: await bindUdp(host, plan.port, guard), tcp: undefined };
  const tcp = await listenTcp(host, plan.port, guard, plan.receiveBuffer, plan.live);
  try {
    return { tcp, udp: await bindUdp(host, tcp.local.port, guard) };
  } catch (error) {
    await tcp.closed();
    throw error;
  }
}

function datagramsOf(
  bound: readonly BoundFamily[],
  warnings: readonly string[],
  gate: InterfaceGate | undefined,
): OpenDatagrams & Pick<OpenNetwork, "interfaceName"> {
  const ownHosts = new OwnHosts(bound.map((one) => one.udp.local.host));
  const udp = (family: 4 | 6) => bound.find((one) => one.udp.local.family === family)?.udp;
  return {
    port: (bound[0] as BoundFamily).udp.local.port,
    udp4: udp(4),
    udp6: udp(6),
    isOwnHost: (host) => ownHosts.has(host),
    warnings,
    ...(gate === undefined ? {} : { interfaceName: gate.name }),
    close: () => {
      gate?.close();
      return closeAll(bound);
    },
  };
}

async function closeAll(bound: readonly BoundFamily[]): Promise<void> {
  await Promise.all(bound.flatMap((one) => [one.tcp?.closed(), one.udp.closed()]));
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined;
}

function bindFailure(error: unknown, host: string, port: number): ClientError {
  if (error instanceof ClientError) return error;
  const address = formatEndpoint(endpoint(host, port));
  switch (codeOf(error)) {
    case "EADDRINUSE":
      return new ClientError("PORT_IN_USE", `Port ${port} is taken by another program.`, {
        hint: "Choose another with --port, or --port 0 for any free one.",
        cause: error,
      });
    case "EACCES":
    case "EPERM":
      return new ClientError("ADDRESS_UNAVAILABLE", `This user may not listen on ${address}.`, {
        hint: "Ports below 1024 are reserved; choose another with --port.",
        cause: error,
      });
    default:
      return new ClientError("ADDRESS_UNAVAILABLE", `${address} is not an address of this machine.`, {
        hint: "Give one of its addresses with --host, or leave it out.",
        cause: error,
      });
  }
}
