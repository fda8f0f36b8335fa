/**
 * Our port on the router: looks for a gateway of either address family, keeps the port mapped there (IPv4) and open (IPv6), and
 * begins anew where the network is another.
 */
import { endpoint, formatEndpoint } from "../../core/endpoint.ts";
import type { Clock, Random } from "../../core/ports.ts";
import { type GatewayLink, type MappedTransport, type MappingView, PortMapper } from "../../mapping/index.ts";
import type { OpenNetwork } from "../session-ports.ts";
import type { MappingSnapshot } from "../session-view.ts";

export interface PortMappingOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly network: Pick<OpenNetwork, "port" | "openGateway" | "openIpv6Gateways">;
  readonly transports: readonly MappedTransport[];
  readonly log: (text: string) => void;
  readonly onChange: (mapping: MappingSnapshot) => void;
}

export const NO_MAPPING: MappingSnapshot = {
  state: "off",
  protocol: null,
  gateway: null,
  outsideHost: null,
  tcpPort: null,
  udpPort: null,
  detail: null,
  pinholes: [],
};

export class PortMapping {
  readonly #options: PortMappingOptions;
  /** Over IPv4. */
  #mapper: PortMapper | undefined;
  /** Over IPv6: one for each address of ours. */
  #openers: readonly PortMapper[] = [];
  #hasLooked = false;
  /** As it was told last, of either family. */
  #said = "";
  #saidOpen = "";
  /** Counts openings: one that was overtaken by another is closed again. */
  #opening = 0;

  constructor(options: PortMappingOptions) {
    this.#options = options;
  }

  /** Looks for a gateway, also when one was found before: the network may be another one now. */
  start(): void {
    const opening = ++this.#opening;
    // What the former gateway gave is left to it: it may not be reachable any more.
    for (const former of this.#takeMappers()) former.close(() => undefined);
    void this.#open(opening);
  }

  view(): MappingSnapshot {
    const { port } = this.#options.network;
    const pinholes = this.#openers.flatMap((opener) => pinholeOf(opener.view(), port) ?? []);
    const view = this.#mapper?.view();
    if (view === undefined)
      return { ...NO_MAPPING, state: this.#hasLooked ? "no-gateway" : "searching", pinholes };
    return {
      state: view.state,
      protocol: view.protocol ?? null,
      gateway: view.gatewayHost,
      outsideHost: view.outsideHost ?? null,
      tcpPort: view.tcpPort ?? null,
      udpPort: view.udpPort ?? null,
      detail: view.detail ?? null,
      pinholes,
    };
  }

  /** Whether a router of either family has not answered yet, and may. */
  get isSearching(): boolean {
    return !this.#hasLooked || this.#mappers.some((mapper) => mapper.view().state === "searching");
  }

  /** Gives the mappings back; waits a second for the router at most. Nothing is mapped any more for `view`, from the call on. */
  async close(): Promise<void> {
    this.#opening++;
    await Promise.all(this.#takeMappers().map((mapper) => new Promise<void>((done) => mapper.close(done))));
  }

  get #mappers(): readonly PortMapper[] {
    return this.#mapper === undefined ? this.#openers : [this.#mapper, ...this.#openers];
  }

  #takeMappers(): readonly PortMapper[] {
    const mappers = this.#mappers;
    this.#mapper = undefined;
    this.#openers = [];
    return mappers;
  }

  async #open(opening: number): Promise<void> {
    const { network, onChange } = this.#options;
    const [link, links6] = await Promise.all([network.openGateway(), network.openIpv6Gateways()]);
    if (opening !== this.#opening) {
      link?.close();
      for (const link6 of links6) link6.close();
      return;
    }
    this.#hasLooked = true;
    if (link !== undefined) this.#mapper = this.#newMapper(link, () => this.#mapped());
    this.#openers = links6.map((link6) => this.#newMapper(link6, () => this.#opened()));
    onChange(this.view());
  }

  #newMapper(link: GatewayLink, onChange: () => void): PortMapper {
    const { clock, random, network, transports } = this.#options;
    return new PortMapper({ clock, random, link, port: network.port, transports, onChange });
  }

  #mapped(): void {
    const text = mappingText(this.#mapper?.view());
    if (text !== this.#said) this.#options.log(text);
    this.#said = text;
    this.#options.onChange(this.view());
  }

  /** A router that opens nothing is not spoken of: most let everybody in, or are asked in vain. */
  #opened(): void {
    const view = this.view();
    const text = view.pinholes.join(", ");
    if (text !== this.#saidOpen && text !== "")
      this.#options.log(`the router lets others in over IPv6: ${text} (PCP)`);
    this.#saidOpen = text;
    this.#options.onChange(view);
  }
}

/** Undefined where nothing stands, or where another port than the one that others are told of would lead to us. */
function pinholeOf({ state, ownHost, tcpPort, udpPort }: MappingView, port: number): string | undefined {
  const isOpen = state === "mapped" && (tcpPort ?? udpPort) === port;
  return isOpen ? formatEndpoint(endpoint(ownHost, port)) : undefined;
}

const PROTOCOL_NAMES = { pcp: "PCP", "nat-pmp": "NAT-PMP", upnp: "UPnP" } as const;

function mappingText(view: MappingView | undefined): string {
  if (view?.protocol !== undefined)
    return `the router maps port ${view.tcpPort ?? view.udpPort} (${PROTOCOL_NAMES[view.protocol]})`;
  return view?.detail === undefined
    ? "the router maps no port: it speaks neither PCP nor NAT-PMP nor UPnP, or has them off"
    : `the router maps no port: ${view.detail}`;
}
