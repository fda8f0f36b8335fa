/** Maps over UPnP: finds the gateway's description (SSDP), in it a service that maps ports, and asks that one (SOAP). */
import type { Clock, Random } from "../core/ports.ts";
import type { GatewayLink, GatewayResponse } from "./gateway-link.ts";
import {
  actionError,
  actionErrorText,
  decodeDescription,
  decodeOutsideHost,
  encodeAction,
  encodeDescriptionRequest,
  type IgdService,
  ONLY_PERMANENT,
  PORT_IS_TAKEN,
} from "./igd-messages.ts";
import {
  FIRST_OTHER_PORT,
  LIFETIME_SECONDS,
  MAX_LOCATIONS,
  MAX_OTHER_PORTS,
  MAX_SEARCHES,
  OTHER_PORTS,
  PERMANENT_SECONDS,
  SEARCH_REPEAT_MS,
  SEARCH_TIMEOUT_MS,
} from "./mapping-config.ts";
import type { MappedTransport, MappingOutcome, MappingProtocol, MappingWish } from "./mapping-protocol.ts";
import { decodeSearchAnswer, encodeSearches, SSDP_PORT } from "./ssdp.ts";

/** What people see in the list of their router. */
const DESCRIPTION = "Starling";

/** One try to map. */
interface Attempt {
  readonly outsidePort: number;
  /** 0 = for ever. */
  readonly leaseSeconds: number;
  readonly otherPortsTried: number;
}

export class Upnp implements MappingProtocol {
  readonly name = "upnp";
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #link: GatewayLink;
  /** Best first; the first is the one that worked the last time. */
  #services: readonly IgdService[] = [];
  readonly #outsidePorts = new Map<MappedTransport, number>();
  #search: Search | undefined;
  #isClosed = false;

  constructor(clock: Clock, random: Random, link: GatewayLink) {
    this.#clock = clock;
    this.#random = random;
    this.#link = link;
  }

  map(wish: MappingWish, onEnd: (outcome: MappingOutcome) => void): void {
    if (this.#services.length > 0) this.#mapBy(wish, this.#services, onEnd);
    else
      this.#find((services) => {
        this.#services = services;
        if (services.length === 0) onEnd({ kind: "silent" });
        else this.#mapBy(wish, services, onEnd);
      });
  }

  unmap({ transport, outsidePort }: MappingWish, onEnd: () => void): void {
    const [service] = this.#services;
    if (service === undefined) {
      this.#clock.setTimer(0, onEnd);
      return;
    }
    this.#act(
      service,
      "DeletePortMapping",
      [
        ["NewRemoteHost", ""],
        ["NewExternalPort", this.#outsidePorts.get(transport) ?? outsidePort],
        ["NewProtocol", transport.toUpperCase()],
      ],
      () => onEnd(),
    );
  }

  handleDatagram(payload: Uint8Array, port: number): void {
    if (port === SSDP_PORT) this.#search?.handleAnswer(payload);
  }

  close(): void {
    this.#isClosed = true;
    this.#search?.close();
  }

  #find(onEnd: (services: readonly IgdService[]) => void): void {
    this.#search?.close();
    this.#search = new Search(this.#clock, this.#link, (services) => {
      this.#search = undefined;
      if (!this.#isClosed) onEnd(services);
    });
  }

  /** One service after the other; a router may have one that is not connected. */
  #mapBy(
    wish: MappingWish,
    [service, ...rest]: readonly IgdService[],
    onEnd: (outcome: MappingOutcome) => void,
  ): void {
    if (service === undefined) return;
    const first = { outsidePort: wish.outsidePort, leaseSeconds: LIFETIME_SECONDS, otherPortsTried: 0 };
    this.#add(service, wish, first, (outcome) => {
      if (outcome.kind === "granted") this.#services = [service, ...rest];
      else if (rest.length > 0) {
        this.#mapBy(wish, rest, onEnd);
        return;
      }
      // Where nobody answers any more the description is asked for anew the next time.
      if (outcome.kind === "silent") this.#services = [];
      onEnd(outcome);
    });
  }

  #add(
    service: IgdService,
    wish: MappingWish,
    attempt: Attempt,
    onEnd: (outcome: MappingOutcome) => void,
  ): void {
    const { outsidePort, leaseSeconds, otherPortsTried } = attempt;
    const given = [
      ["NewRemoteHost", ""],
      ["NewExternalPort", outsidePort],
      ["NewProtocol", wish.transport.toUpperCase()],
      ["NewInternalPort", wish.port],
      ["NewInternalClient", this.#link.ownHost],
      ["NewEnabled", 1],
      ["NewPortMappingDescription", DESCRIPTION],
      ["NewLeaseDuration", leaseSeconds],
    ] as const;
    this.#act(service, "AddPortMapping", given, (response) => {
      const error = response === undefined ? undefined : actionError(response);
      if (response === undefined) onEnd({ kind: "silent" });
      else if (error === undefined) this.#added(service, wish, attempt, onEnd);
      else if (error === ONLY_PERMANENT && leaseSeconds !== 0)
        this.#add(service, wish, { ...attempt, leaseSeconds: 0 }, onEnd);
      else if (error === PORT_IS_TAKEN && otherPortsTried < MAX_OTHER_PORTS) {
        const other = FIRST_OTHER_PORT + this.#random.integer(OTHER_PORTS);
        const next = { outsidePort: other, leaseSeconds, otherPortsTried: otherPortsTried + 1 };
        this.#add(service, wish, next, onEnd);
      } else onEnd({ kind: "refused", detail: actionErrorText(error) });
    });
  }

  #added(
    service: IgdService,
    wish: MappingWish,
    { outsidePort, leaseSeconds }: Attempt,
    onEnd: (outcome: MappingOutcome) => void,
  ): void {
    this.#outsidePorts.set(wish.transport, outsidePort);
    const lifetimeSeconds = leaseSeconds === 0 ? PERMANENT_SECONDS : leaseSeconds;
    this.#act(service, "GetExternalIPAddress", [], (response) => {
      const outsideHost = response === undefined ? undefined : decodeOutsideHost(response);
      onEnd({ kind: "granted", grant: { outsidePort, outsideHost, lifetimeSeconds } });
    });
  }

  #act(
    service: IgdService,
    action: string,
    given: Parameters<typeof encodeAction>[2],
    onEnd: (response: GatewayResponse | undefined) => void,
  ): void {
    this.#link.request(encodeAction(service, action, given), (response) => {
      if (!this.#isClosed) onEnd(response);
    });
  }
}

/** One search: asks for the descriptions of gateways, reads those that lie on ours, until one has services. */
class Search {
  readonly #clock: Clock;
  readonly #link: GatewayLink;
  readonly #onEnd: (services: readonly IgdService[]) => void;
  readonly #read = new Set<string>();
  readonly #timeout: Disposable;
  #repeat: Disposable | undefined;
  #searches = 0;
  #isOver = false;

  constructor(clock: Clock, link: GatewayLink, onEnd: (services: readonly IgdService[]) => void) {
    this.#clock = clock;
    this.#link = link;
    this.#onEnd = onEnd;
    this.#timeout = clock.setTimer(SEARCH_TIMEOUT_MS, () => this.#end([]));
    this.#ask();
  }

  handleAnswer(payload: Uint8Array): void {
    const location = decodeSearchAnswer(payload, this.#link.gatewayHost);
    if (location === undefined || this.#isOver) return;
    const key = `${location.port}${location.path}`;
    if (this.#read.has(key) || this.#read.size >= MAX_LOCATIONS) return;
    this.#read.add(key);
    this.#link.request(encodeDescriptionRequest(location), (response) => {
      const services =
        response === undefined ? [] : decodeDescription(response, location, this.#link.gatewayHost);
      if (services.length > 0) this.#end(services);
    });
  }

  close(): void {
    this.#isOver = true;
    this.#timeout[Symbol.dispose]();
    this.#repeat?.[Symbol.dispose]();
  }

  #ask(): void {
    for (const search of encodeSearches()) this.#link.search(search);
    if (++this.#searches < MAX_SEARCHES)
      this.#repeat = this.#clock.setTimer(SEARCH_REPEAT_MS, () => this.#ask());
  }

  #end(services: readonly IgdService[]): void {
    if (this.#isOver) return;
    this.close();
    this.#onEnd(services);
  }
}
