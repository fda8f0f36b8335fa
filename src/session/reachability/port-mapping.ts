/** Our port on the router: looks for a gateway, keeps the port mapped there, and begins anew where the network is another. */
import type { Clock, Random } from "../../core/ports.ts";
import { type MappedTransport, type MappingView, PortMapper } from "../../mapping/index.ts";
import type { OpenNetwork } from "../session-ports.ts";
import type { MappingSnapshot } from "../session-view.ts";

export interface PortMappingOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly network: Pick<OpenNetwork, "port" | "openGateway">;
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
};

export class PortMapping {
  readonly #options: PortMappingOptions;
  #mapper: PortMapper | undefined;
  #hasLooked = false;
  /** As it was told last. */
  #said = "";
  /** Counts openings: one that was overtaken by another is closed again. */
  #opening = 0;

  constructor(options: PortMappingOptions) {
    this.#options = options;
  }

  /** Looks for a gateway, also when one was found before: the network may be another one now. */
  start(): void {
    const opening = ++this.#opening;
    // What the former gateway gave is left to it: it may not be reachable any more.
    const former = this.#mapper;
    this.#mapper = undefined;
    former?.close(() => undefined);
    void this.#open(opening);
  }

  view(): MappingSnapshot {
    const view = this.#mapper?.view();
    if (view === undefined) return { ...NO_MAPPING, state: this.#hasLooked ? "no-gateway" : "searching" };
    return {
      state: view.state,
      protocol: view.protocol ?? null,
      gateway: view.gatewayHost,
      outsideHost: view.outsideHost ?? null,
      tcpPort: view.tcpPort ?? null,
      udpPort: view.udpPort ?? null,
      detail: view.detail ?? null,
    };
  }

  /** Gives the mappings back; waits a second for the router at most. */
  close(): Promise<void> {
    this.#opening++;
    const mapper = this.#mapper;
    return mapper === undefined ? Promise.resolve() : new Promise((resolve) => mapper.close(resolve));
  }

  async #open(opening: number): Promise<void> {
    const { network, clock, random, transports, onChange } = this.#options;
    const link = await network.openGateway();
    if (opening !== this.#opening) {
      link?.close();
      return;
    }
    this.#hasLooked = true;
    if (link !== undefined)
      this.#mapper = new PortMapper({
        clock,
        random,
        link,
        port: network.port,
        transports,
        onChange: () => this.#changed(),
      });
    onChange(this.view());
  }

  #changed(): void {
    const text = mappingText(this.#mapper?.view());
    if (text !== this.#said) this.#options.log(text);
    this.#said = text;
    this.#options.onChange(this.view());
  }
}

const PROTOCOL_NAMES = { pcp: "PCP", "nat-pmp": "NAT-PMP", upnp: "UPnP" } as const;

function mappingText(view: MappingView | undefined): string {
  if (view?.protocol !== undefined)
    return `the router maps port ${view.tcpPort ?? view.udpPort} (${PROTOCOL_NAMES[view.protocol]})`;
  return view?.detail === undefined
    ? "the router maps no port: it speaks neither PCP nor NAT-PMP nor UPnP, or has them off"
    : `the router maps no port: ${view.detail}`;
}
