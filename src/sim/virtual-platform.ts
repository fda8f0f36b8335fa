/** One host of a simulated world as the session sees it: the same ports as Node's, in virtual time. */
import { type Endpoint, endpoint } from "../core/endpoint.ts";
import { ClientError } from "../core/errors.ts";
import type { GroupSocket } from "../core/ports.ts";
import type { Slab, SlabPool } from "../core/slab.ts";
import type { OpenNetwork, SessionNetwork, SessionPlatform, StateStore } from "../session/session-ports.ts";
import { MemoryDisk } from "./memory-disk.ts";
import { MemoryUserFolders } from "./memory-user-folders.ts";
import type { NatKind } from "./nat.ts";
import { VirtualGateway } from "./virtual-gateway.ts";
import type { GroupNetwork } from "./virtual-groups.ts";
import type { StreamNetwork } from "./virtual-streams.ts";
import type { DatagramNetwork } from "./virtual-udp.ts";
import type { World } from "./world.ts";

/** Wall-clock time at virtual time 0: any fixed instant, so that reports are the same for the same seed. */
const EPOCH_UNIX_MS = Date.UTC(2026, 0, 1);
/** Ports handed out where port 0 is asked for. */
const FIRST_FREE_PORT = 20_000;

/** The parts of a world that hosts share. */
export interface VirtualInternet {
  readonly world: World;
  readonly datagrams: DatagramNetwork;
  readonly streams: StreamNetwork;
  /** Names that resolve, to numeric hosts. */
  readonly names: ReadonlyMap<string, readonly string[]>;
  /** Hosts behind a translator: datagrams pass it by its rules, and nobody can connect to them over TCP. */
  readonly nats?: ReadonlyMap<string, NatKind>;
  /** Those of them whose translator opens their port when it is asked (NAT-PMP). */
  readonly mappingHosts?: ReadonlySet<string>;
  /** Absent where multicast reaches nobody. */
  readonly groups?: GroupNetwork;
}

/** What survives a restart of a host: its files and its state records. */
export interface HostMemory {
  readonly disk: MemoryDisk;
  readonly records: Map<string, Uint8Array>;
  /** The generation before, of records that were saved more than once. */
  readonly formerRecords: Map<string, Uint8Array>;
}

export function newHostMemory(world: World): HostMemory {
  return { disk: new MemoryDisk(world, new HeapSlabPool()), records: new Map(), formerRecords: new Map() };
}

/** The platform of `host` in `internet`. Pass the memory of a former platform to restart the same machine. */
export function virtualPlatform(
  internet: VirtualInternet,
  host: string,
  memory: HostMemory = newHostMemory(internet.world),
): SessionPlatform {
  const { world } = internet;
  return {
    clock: world.clock,
    random: world.random.fork(`host ${host} at ${world.nowMs}`),
    // Whole milliseconds, as `Date.now()` answers.
    unixMs: () => EPOCH_UNIX_MS + Math.floor(world.nowMs),
    network: new VirtualNetwork(internet, host),
    disk: memory.disk,
    slabs: memory.disk.slabs,
    state: recordStore(memory),
    userFolders: new MemoryUserFolders(memory.disk),
    // A simulated machine has no programs.
    programs: { run: () => Promise.reject(new ClientError("PATH_NOT_FOUND", "There is no such program.")) },
  };
}

class VirtualNetwork implements SessionNetwork {
  readonly #internet: VirtualInternet;
  readonly #host: string;

  constructor(internet: VirtualInternet, host: string) {
    this.#internet = internet;
    this.#host = host;
  }

  open(options: { readonly port: number }): Promise<OpenNetwork> {
    const { datagrams, streams, nats } = this.#internet;
    const local = this.#free(options.port);
    const nat = nats?.get(this.#host) ?? "none";
    const udp = datagrams.bind(local, nat);
    const listener = streams.listen(local);
    if (nat !== "none") streams.closedHosts.add(this.#host);
    return Promise.resolve({
      port: local.port,
      udp4: local.family === 4 ? udp : undefined,
      udp6: local.family === 6 ? udp : undefined,
      isOwnHost: (host) => host === this.#host,
      dialer: streams.dialerFor(this.#host),
      listeners: [listener],
      warnings: [],
      openGateway: () => Promise.resolve(this.#gateway()),
      openIpv6Gateways: () => Promise.resolve([]),
      // A simulated host keeps its address.
      endStrandedStreams: () => {},
      close: () => {
        udp.close();
        listener.close();
        return Promise.resolve();
      },
    });
  }

  #gateway(): VirtualGateway | undefined {
    const { world, datagrams, streams, mappingHosts } = this.#internet;
    if (mappingHosts?.has(this.#host) !== true) return undefined;
    return new VirtualGateway(world, this.#host, (transport, isMapped) => {
      if (transport === "udp") datagrams.setPortMapped(this.#host, isMapped);
      else if (isMapped) streams.closedHosts.delete(this.#host);
      else streams.closedHosts.add(this.#host);
    });
  }

  resolve(host: string, port: number): Promise<readonly Endpoint[]> {
    const addresses = /^[0-9.]+$|:/.test(host) ? [host] : (this.#internet.names.get(host) ?? []);
    return Promise.resolve(addresses.map((address) => endpoint(address, port)));
  }

  /** A host that is switched off for others has no network itself. */
  joinGroup(group: Endpoint): Promise<readonly GroupSocket[]> {
    const { groups } = this.#internet;
    const isOurs = endpoint(this.#host, 0).family === group.family;
    return Promise.resolve(groups === undefined || !isOurs ? [] : [groups.join(group, this.#host)]);
  }

  ownHosts(): readonly string[] {
    return this.#internet.datagrams.silentHosts.has(this.#host) ? [] : [this.#host];
  }

  #free(port: number): Endpoint {
    let candidate = endpoint(this.#host, port === 0 ? FIRST_FREE_PORT : port);
    while (port === 0 && this.#internet.datagrams.isBound(candidate))
      candidate = endpoint(this.#host, candidate.port + 1);
    return candidate;
  }
}

function recordStore({ records, formerRecords }: HostMemory): StateStore {
  return {
    load: (name, isIntact = () => true) => {
      const generations = [records.get(name), formerRecords.get(name)];
      return Promise.resolve(generations.find((bytes) => bytes !== undefined && isIntact(bytes)));
    },
    save: (name, bytes) => {
      const former = records.get(name);
      if (former !== undefined) formerRecords.set(name, former);
      records.set(name, bytes.slice());
      return Promise.resolve();
    },
    remove: (name) => {
      formerRecords.delete(name);
      records.delete(name);
      return Promise.resolve();
    },
    list: (prefix) => Promise.resolve([...records.keys()].filter((name) => name.startsWith(prefix)).sort()),
  };
}

/** Slabs on the plain heap: nothing is shared with another thread here. Bounded by the swarm's own open pieces. */
class HeapSlabPool implements SlabPool {
  acquire(minimumBytes: number): Slab {
    return { bytes: new Uint8Array(minimumBytes), offset: 0 };
  }

  release(): void {}
}
