/**
 * Keeps the traffic of a session on one network interface, as who uses a VPN wants it: sockets are bound to its
 * addresses, and as soon as it is gone nothing is sent, dialled or asked of name servers until it is back with them.
 *
 * What this can promise: an interface that is removed takes its addresses along, and the kernel itself sends nothing
 * from an address that does not exist. One that is merely switched off keeps them, and the kernel may choose another
 * way for them; the gate then closes within `LOOK_INTERVAL_MS`, and what the kernel sends by itself for connections
 * that stand (retransmissions, resets) is beyond a program. Where even that must not happen, run in a network
 * namespace of its own.
 */
import { type NetworkInterfaceInfo, networkInterfaces } from "node:os";
import { ClientError } from "../core/errors.ts";
import { canonicalHost } from "./node-address.ts";

type InterfaceList = () => NodeJS.Dict<NetworkInterfaceInfo[]>;

/** A look costs some 30 µs; twenty a second at most are nothing, and this is how long a closed gate may be overlooked. */
const LOOK_INTERVAL_MS = 50;
/** While nothing is sent somebody has to notice that the interface is back. */
const WATCH_INTERVAL_MS = 1_000;

export class InterfaceGate {
  readonly name: string;
  /** Addresses to bind: one of each family, or the one that was named. */
  readonly hosts: readonly string[];
  readonly #list: InterfaceList;
  #isOpen = true;
  #lookedAtMs = Number.NEGATIVE_INFINITY;
  #timer: NodeJS.Timeout | undefined;
  #onChange: (isOpen: boolean) => void = () => {};

  /** `nameOrAddress` as the user wrote it. Throws `ADDRESS_UNAVAILABLE` when there is no such interface now. */
  constructor(nameOrAddress: string, list: InterfaceList = networkInterfaces) {
    const found = findInterface(nameOrAddress, list());
    if (found === undefined) {
      throw new ClientError(
        "ADDRESS_UNAVAILABLE",
        `There is no interface or address ${nameOrAddress} that is up.`,
        {
          hint: `Choose one of ${Object.keys(list()).join(", ")}, or bring it up first.`,
        },
      );
    }
    this.name = found.name;
    this.hosts = found.hosts;
    this.#list = list;
  }

  /** The interface is up, and has an address that is bound. */
  get isOpen(): boolean {
    const nowMs = performance.now();
    if (nowMs - this.#lookedAtMs >= LOOK_INTERVAL_MS) {
      this.#lookedAtMs = nowMs;
      this.#look();
    }
    return this.#isOpen;
  }

  /** Looks by itself from now on, until `close`. Tells of each going and coming, never from within a call. */
  watch(onChange: (isOpen: boolean) => void): void {
    this.#onChange = onChange;
    this.#timer ??= setInterval(() => this.#look(), WATCH_INTERVAL_MS).unref();
  }

  close(): void {
    clearInterval(this.#timer);
    this.#onChange = () => {};
  }

  #look(): void {
    const addresses = new Set((this.#list()[this.name] ?? []).map(({ address }) => canonicalHost(address)));
    const isOpen = this.hosts.some((host) => addresses.has(host));
    if (isOpen === this.#isOpen) return;
    this.#isOpen = isOpen;
    setImmediate(() => this.#onChange(isOpen));
  }
}

function findInterface(
  nameOrAddress: string,
  interfaces: NodeJS.Dict<NetworkInterfaceInfo[]>,
): { readonly name: string; readonly hosts: readonly string[] } | undefined {
  const named = interfaces[nameOrAddress];
  if (named !== undefined) {
    const usable = named.filter(({ scopeid }) => scopeid === undefined || scopeid === 0);
    const hosts = (["IPv4", "IPv6"] as const).flatMap(
      (family) => usable.find((one) => one.family === family) ?? [],
    );
    return hosts.length === 0
      ? undefined
      : { name: nameOrAddress, hosts: hosts.map(({ address }) => canonicalHost(address)) };
  }
  for (const [name, addresses] of Object.entries(interfaces)) {
    const found = addresses?.find(({ address }) => canonicalHost(address) === nameOrAddress);
    if (found !== undefined) return { name, hosts: [nameOrAddress] };
  }
  return undefined;
}
