/**
 * How we look from outside: our address in each family, and the port that leads to us there. DHT nodes tell it (BEP 42), peers do
 * (BEP 10 `yourip`), the router does; strangers are believed when enough networks agree.
 */
import { type AddressProfile, mayContact } from "../../core/address-profile.ts";
import { type AddressFamily, type Endpoint, endpoint } from "../../core/endpoint.ts";
import { AddressVotes } from "../../dht/index.ts";
import type { MappingSnapshot } from "../session-view.ts";

type Hosts = { [Family in AddressFamily]?: string };

/** Any port: only the address is judged. */
const SOME_PORT = 1;

export class OutsideAddress {
  readonly #profile: AddressProfile;
  readonly #listenPort: number;
  readonly #onChange: () => void;
  readonly #votes: Readonly<Record<AddressFamily, AddressVotes>>;
  readonly #byDht: Hosts = {};
  #byRouter: string | undefined;
  #mappedPort: number | undefined;

  /** `onChange` is called from within the call that changed something. */
  constructor(profile: AddressProfile, listenPort: number, onChange: () => void) {
    this.#profile = profile;
    this.#listenPort = listenPort;
    this.#onChange = onChange;
    this.#votes = { 4: new AddressVotes(profile), 6: new AddressVotes(profile) };
  }

  /** What peers are to dial. */
  get port(): number {
    return this.#mappedPort ?? this.#listenPort;
  }

  /** Addresses that are agreed on, at most one of each family. */
  get hosts(): readonly string[] {
    return ([4, 6] as const).flatMap((family) => {
      const host =
        this.#byDht[family] ?? this.#votes[family].host ?? (family === 4 ? this.#byRouter : undefined);
      return host ?? [];
    });
  }

  saidByDht(family: AddressFamily, host: string): void {
    if (this.#byDht[family] === host || !this.#isPlausible(host)) return;
    this.#byDht[family] = host;
    this.#onChange();
  }

  saidByPeer(host: string, by: Endpoint): void {
    if (this.#isPlausible(host) && this.#votes[endpoint(host, SOME_PORT).family].add(by, host))
      this.#onChange();
  }

  saidByRouter({ outsideHost, tcpPort, udpPort }: MappingSnapshot): void {
    const host = outsideHost !== null && this.#isPlausible(outsideHost) ? outsideHost : undefined;
    const port = tcpPort ?? udpPort ?? undefined;
    if (host === this.#byRouter && port === this.#mappedPort) return;
    this.#byRouter = host;
    this.#mappedPort = port;
    this.#onChange();
  }

  /** The network is another one: what was seen there says nothing any more. */
  forget(): void {
    for (const family of [4, 6] as const) {
      this.#votes[family].clear();
      delete this.#byDht[family];
    }
    this.#byRouter = undefined;
    this.#mappedPort = undefined;
    this.#onChange();
  }

  #isPlausible(host: string): boolean {
    return mayContact(this.#profile, endpoint(host, SOME_PORT));
  }
}
