/** Whole sessions in virtual time: a DHT node that everybody starts from, and as many machines as a test needs. */
import { endpoint } from "../../../src/core/endpoint.ts";
import { DhtNode } from "../../../src/dht/index.ts";
import { openSession, type Session, type SessionOptions } from "../../../src/session/index.ts";
import type { SessionPlatform } from "../../../src/session/session-ports.ts";
import type { SessionSnapshot, TorrentPhase, TorrentSnapshot } from "../../../src/session/session-view.ts";
import {
  DatagramNetwork,
  GroupNetwork,
  type HostMemory,
  newHostMemory,
  StreamNetwork,
  UniformLinks,
  type VirtualInternet,
  virtualPlatform,
  World,
} from "../../../src/sim/index.ts";
import { encodeTorrentFile, type Metainfo } from "../../../src/torrent/metainfo.ts";
import { WireEngine } from "../../../src/wire/index.ts";
import type { FilledTorrent } from "../../support/filled-torrent.ts";

const ROUTER = endpoint("10.0.0.1", 6881);
export const FOLDER = "/data";
/** Virtual time after which a test gives up: the wire lets two peers that had nothing for each other rest for 10 min. */
const PATIENCE_MS = 900_000;

/** One turn of the event loop: promises that can go on have gone on. */
const drain = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** A session with the machine it runs on. */
export interface Machine {
  readonly session: Session;
  readonly memory: HostMemory;
  /** The state of a torrent in the newest snapshot. */
  torrent(id: string): TorrentSnapshot;
}

export interface MachineOptions extends Partial<SessionOptions> {
  readonly memory?: HostMemory;
  /** Changes what the session sees of its machine. */
  readonly platform?: (platform: SessionPlatform) => SessionPlatform;
}

export class SessionWorld {
  readonly world: World;
  readonly datagrams: DatagramNetwork;
  readonly streams: StreamNetwork;
  readonly router: DhtNode;
  readonly #internet: VirtualInternet;

  constructor(seed: number) {
    this.world = new World(seed);
    const links = new UniformLinks(this.world.random.fork("links"), { minRttMs: 20, maxRttMs: 60 });
    this.datagrams = new DatagramNetwork(this.world, links);
    this.streams = new StreamNetwork(this.world, links);
    this.#internet = {
      world: this.world,
      datagrams: this.datagrams,
      streams: this.streams,
      names: new Map(),
      groups: new GroupNetwork(this.world),
    };
    const socket = this.datagrams.bind(ROUTER);
    const router = new DhtNode({
      clock: this.world.clock,
      random: this.world.random.fork("router"),
      sockets: { v4: socket },
      config: { addressProfile: "lan", limits: "off" },
      onEvent: (event) => {
        if (event.kind === "bootstrap-needed") this.world.after(0, () => router.bootstrap([]));
      },
    });
    socket.onDatagram = (payload, from) => router.handleDatagram(payload, from);
    router.start();
    this.router = router;
  }

  newMemory(): HostMemory {
    return newHostMemory(this.world);
  }

  /** Opens a session on `host`; with the memory of a former one it is the same machine, started again. */
  async open(host: string, options: MachineOptions = {}): Promise<Machine> {
    const { memory = this.newMemory(), platform: change = (same) => same, ...session } = options;
    const platform = change(virtualPlatform(this.#internet, host, memory));
    const opened = await this.settled(
      openSession(platform, {
        folder: FOLDER,
        host,
        bootstrap: ["10.0.0.1:6881"],
        dhtLimits: "off",
        ...session,
      }),
    );
    return {
      session: opened,
      memory,
      torrent: (id) => {
        const found = opened.getSnapshot().torrents.find((torrent) => torrent.id === id);
        if (found === undefined) throw new Error(`the session has no torrent ${id}`);
        return found;
      },
    };
  }

  /** A machine that has `torrent` on its disk and shares it. */
  async openSeeder(host: string, torrent: FilledTorrent, options: MachineOptions = {}): Promise<Machine> {
    const memory = options.memory ?? this.newMemory();
    placeContent(memory, torrent);
    const machine = await this.open(host, { ...options, memory });
    await this.settled(machine.session.commands.add(torrentFile(torrent), { seedOnly: true }));
    await this.untilPhase(machine, torrent.metainfo.id, "seeding");
    return machine;
  }

  /** A peer at `host` that knows the metadata of a torrent and nothing else, and asks no questions. */
  async openMetadataServer(host: string, port: number, metainfo: Metainfo): Promise<void> {
    const platform = virtualPlatform(this.#internet, host);
    const network = await platform.network.open({ port });
    const engine = new WireEngine({
      clock: platform.clock,
      random: platform.random,
      dialer: network.dialer,
      slabs: platform.slabs,
      addressProfile: "lan",
    });
    for (const listener of network.listeners) listener.onConnection = (stream) => engine.accept(stream);
    const { infoHash, rawInfo } = metainfo;
    engine.addSwarm({ infoHash, rawInfo, listenPort: port, onEvent: () => {} }).start();
  }

  /** Lets the world go on until `promise` is settled; answers or rejects as it does. */
  async settled<Result>(promise: Promise<Result>): Promise<Result> {
    let isSettled = false;
    const note = (): void => {
      isSettled = true;
    };
    promise.then(note, note);
    await this.until(() => isSettled, "a promise");
    return await promise;
  }

  async until(isTrue: () => boolean, what = "the awaited event"): Promise<void> {
    if (!(await this.world.runAsyncUntilTrue(isTrue, PATIENCE_MS, drain)))
      throw new Error(`${what} did not happen within ${PATIENCE_MS} virtual ms`);
  }

  async untilPhase(machine: Machine, id: string, phase: TorrentPhase): Promise<TorrentSnapshot> {
    try {
      await this.until(() => machine.torrent(id).phase === phase);
    } catch {
      const { phase: is, failure, diagnosis } = machine.torrent(id);
      throw new Error(`not ${phase} but ${is}: ${failure?.message ?? diagnosis.sentence}`);
    }
    return machine.torrent(id);
  }

  async runFor(durationMs: number): Promise<void> {
    const endMs = this.world.nowMs + durationMs;
    await this.world.runAsyncUntilTrue(() => this.world.nowMs >= endMs, durationMs, drain);
  }

  /** Ends a session as an orderly user does. */
  close(machine: Machine): Promise<void> {
    return this.settled(machine.session.commands.shutdown());
  }

  /** What a machine finds when it lost its power at this moment; the session that runs notices nothing. */
  memoryAfterCrash(machine: Machine): HostMemory {
    return {
      disk: machine.memory.disk.copy(),
      records: new Map(machine.memory.records),
      formerRecords: new Map(machine.memory.formerRecords),
    };
  }
}

export function torrentFile(torrent: FilledTorrent): {
  readonly kind: "metainfo";
  readonly bytes: Uint8Array;
} {
  return { kind: "metainfo", bytes: encodeTorrentFile(torrent.metainfo) };
}

export function magnetOf(
  torrent: FilledTorrent,
  rest = "",
): { readonly kind: "magnet"; readonly text: string } {
  return { kind: "magnet", text: `magnet:?xt=urn:btih:${torrent.metainfo.id}${rest}` };
}

/** Puts every file of the torrent on the disk, as a user would. */
export function placeContent(memory: HostMemory, torrent: FilledTorrent): void {
  torrent.metainfo.files.forEach((file, i) => {
    if (!file.isPadding) memory.disk.place(`${FOLDER}/${file.path}`, torrent.fileContent(i));
  });
}

/** Copies of every snapshot that is published from now on. */
export function publishedBy(session: Session): SessionSnapshot[] {
  const published: SessionSnapshot[] = [];
  session.subscribe(() => published.push(session.getSnapshot()));
  return published;
}
