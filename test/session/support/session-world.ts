/** Whole sessions in virtual time: a DHT node that everybody starts from, and as many machines as a test needs. */
import type { Session } from "../../../src/session/index.ts";
import type { SessionSnapshot, TorrentPhase, TorrentSnapshot } from "../../../src/session/session-view.ts";
import { CLIENT_FOLDER, type ClientOptions, ClientWorld, type HostMemory } from "../../../src/sim/index.ts";
import { encodeTorrentFile, type Metainfo } from "../../../src/torrent/metainfo.ts";
import { WireEngine } from "../../../src/wire/index.ts";
import type { FilledTorrent } from "../../support/filled-torrent.ts";

export const FOLDER = CLIENT_FOLDER;
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

export type MachineOptions = ClientOptions;

export class SessionWorld extends ClientWorld {
  constructor(seed: number) {
    super({ seed, drain, minRttMs: 20, maxRttMs: 60 });
  }

  /** Opens a session on `host`; with the memory of a former one it is the same machine, started again. */
  async open(host: string, options: MachineOptions = {}): Promise<Machine> {
    const { memory = this.newMemory(), ...session } = options;
    const opened = await this.settled(this.openSession(host, { memory, ...session }));
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
    const platform = this.platformOf(host);
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

  /** Lets the world go on until `isTrue`; rejects when that takes too long. */
  async until(isTrue: () => boolean, what = "the awaited event"): Promise<void> {
    if (!(await this.runUntil(isTrue, PATIENCE_MS)))
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
