/**
 * A sealed network of DHT nodes and whole clients in virtual time, all of which are started anew and get a new key while
 * torrents go from one to another: as a small test and as a soak.
 */
import { type Endpoint, endpoint, formatEndpoint } from "../../src/core/endpoint.ts";
import { infoHashFrom } from "../../src/core/ids.ts";
import { DhtNode } from "../../src/dht/index.ts";
import { nodeSealingCrypto } from "../../src/platform/sealing-crypto.ts";
import { DatagramSealer, NetworkKeys, SEALING_BYTES, SealedSocket } from "../../src/sealing/index.ts";
import type { PrivateKey, PrivateNetwork, SessionPlatform } from "../../src/session/index.ts";
import { type Machine, magnetOf, SessionWorld } from "../session/support/session-world.ts";
import { type FilledTorrent, filledFile } from "../support/filled-torrent.ts";

const ID = "5e".repeat(8);
const PORT = 6_881;
const OLD: PrivateKey = { hex: "0a".repeat(32), fromUnixMs: 0 };
/** So slow that downloads run from before the new key comes until it is spoken. */
const DOWN_BYTES_PER_SECOND = 4_096;
const PIECE_BYTES = 16_384;
/** The slowest file of 1 MiB takes less than half of it. */
const LONGEST_TRANSFER_S = 900;
/** Members take the new key within this, and it is spoken a little later. */
const SPREAD_MS = 15_000;
const SPOKEN_IN_MS = 20_000;
const HASH = infoHashFrom(new Uint8Array(20).fill(9));

export interface RotationScale {
  readonly nodes: number;
  readonly transfers: number;
  /** Of each file: 128 KiB take half a minute. All transfers together are begun in a few minutes. */
  readonly fileBytes: number;
}

interface Bare {
  readonly at: Endpoint;
  readonly keys: NetworkKeys;
  readonly socket: SealedSocket;
  readonly node: DhtNode;
}

export class RotationWorld {
  readonly net: SessionWorld;
  readonly #scale: RotationScale;
  bare: Bare[] = [];
  clients: Machine[] = [];
  #torrents: FilledTorrent[] = [];

  constructor(seed: number, scale: RotationScale) {
    this.net = new SessionWorld(seed);
    this.#scale = scale;
  }

  /** All at once; a dozen of them are those that others begin with. */
  startNodes(saved: readonly Uint8Array[] = []): void {
    this.bare = Array.from({ length: this.#scale.nodes }, (_, i) => this.#startNode(i, OLD, saved[i]));
  }

  /** The power of all comes back at the same moment. */
  restartNodes(): void {
    const saved = this.bare.map(({ node }) => node.exportState());
    for (const { node, socket } of this.bare) {
      node.close();
      socket.close();
    }
    this.startNodes(saved);
  }

  joined(): number {
    return this.bare.filter(({ node }) => node.view().state === "joined").length;
  }

  get nowUnixMs(): number {
    return this.net.platformOf("10.255.0.1").unixMs();
  }

  /** As many torrents as there are transfers, a tenth as many machines that have them. */
  async startTransfers(): Promise<void> {
    const { transfers, fileBytes } = this.#scale;
    this.#torrents = Array.from({ length: Math.ceil(transfers / 10) }, (_, i) =>
      filledFile(`file-${i}.bin`, fileBytes, PIECE_BYTES),
    );
    const options = {
      privateNetwork: networkWith(OLD),
      platform: withCrypto,
      bootstrap: this.#bootstrap,
      port: PORT,
    };
    for (const [i, torrent] of this.#torrents.entries())
      this.clients.push(await this.net.openSeeder(`10.200.${i}.1`, torrent, options));
    for (let i = 0; i < transfers; i++) {
      const torrent = this.#torrents[i % this.#torrents.length] as FilledTorrent;
      const host = `10.201.${Math.floor(i / 200)}.${1 + (i % 200)}`;
      const leecher = await this.net.open(host, { ...options, maxDownBytesPerSecond: DOWN_BYTES_PER_SECOND });
      await this.net.settled(leecher.session.commands.add(magnetOf(torrent), {}));
      this.clients.push(leecher);
    }
  }

  /** How many have not finished; those that failed count as well. */
  unfinished(): number {
    return this.clients.filter(({ session }) =>
      session.getSnapshot().torrents.some(({ phase }) => phase !== "seeding"),
    ).length;
  }

  /** Each member takes the new key when it comes to it. Answers the key. */
  rotate(): PrivateKey {
    const next = { hex: "0b".repeat(32), fromUnixMs: this.nowUnixMs + SPOKEN_IN_MS };
    this.#takeAtRandom([OLD, next]);
    return next;
  }

  /** The old key is given up. */
  drop(next: PrivateKey): void {
    this.#takeAtRandom([next]);
  }

  #takeAtRandom(keys: readonly PrivateKey[]): void {
    const { world } = this.net;
    const random = world.random.fork(`take ${world.nowMs}`);
    for (const bare of this.bare)
      world.after(random.integer(SPREAD_MS), () => {
        bare.keys.replace(secretsOf(keys));
        bare.node.takeIdKeys(bare.keys.idKeys);
      });
    for (const { session } of this.clients)
      world.after(random.integer(SPREAD_MS), () => session.takeNetworkKeys(keys));
  }

  /** Who has only the old key, or only the id. Answers what he hears from `at`, to whom he speaks. */
  outsider(key: PrivateKey, host: string): { readonly node: DhtNode; heard(): number } {
    const socket = this.net.datagrams.bind(endpoint(host, PORT));
    let heard = 0;
    const made = this.#nodeOn(socket, key);
    const receive = socket.onDatagram;
    socket.onDatagram = (payload, from) => {
      heard++;
      receive(payload, from);
    };
    return { node: made.node, heard: () => heard };
  }

  /** Which share of some nodes find what one of them announces. */
  async findRatio(tries: number): Promise<number> {
    this.bare[0]?.node.announce(HASH, { port: 4_242 });
    await this.net.runFor(30_000);
    let found = 0;
    const random = this.net.world.random.fork("find");
    for (let i = 0; i < tries; i++) {
      const { node } = this.bare[random.integer(this.bare.length)] as Bare;
      let isFound = false;
      node.lookupPeers(HASH, {
        onPeers: (peers) => {
          isFound ||= peers.length > 0;
        },
      });
      await this.net.runFor(10_000);
      if (isFound) found++;
    }
    return found / tries;
  }

  get #bootstrap(): readonly string[] {
    return [hostOf(0), hostOf(1)].map((host) => `${host}:${PORT}`);
  }

  #startNode(index: number, key: PrivateKey, saved: Uint8Array | undefined): Bare {
    return this.#nodeOn(this.net.datagrams.bind(endpoint(hostOf(index), PORT)), key, saved);
  }

  #nodeOn(socket: ReturnType<SessionWorld["datagrams"]["bind"]>, key: PrivateKey, saved?: Uint8Array): Bare {
    const { world } = this.net;
    const at = socket.local;
    const unixMs = (): number => this.net.platformOf(at.host).unixMs();
    const keys = new NetworkKeys(
      nodeSealingCrypto,
      { id: Buffer.from(ID, "hex"), keys: secretsOf([key]) },
      unixMs,
    );
    const random = world.random.fork(`node ${at.host} at ${world.nowMs}`);
    const isOwn = (to: Endpoint): boolean => formatEndpoint(to) === formatEndpoint(at);
    const sealed = new SealedSocket(socket, new DatagramSealer(keys, random, unixMs), world.clock, isOwn);
    const bootstrap = Array.from({ length: 12 }, (_, i) => endpoint(hostOf(i), PORT));
    const node = new DhtNode({
      clock: world.clock,
      random,
      config: { addressProfile: "lan", overheadBytes: SEALING_BYTES, idKeys: keys.idKeys },
      sockets: { v4: sealed },
      saved,
      onEvent: (event) => {
        if (event.kind === "bootstrap-needed") world.after(0, () => node.bootstrap(bootstrap));
      },
    });
    sealed.onDatagram = (payload, from) => node.handleDatagram(payload, from);
    node.start();
    return { at, keys, socket: sealed, node };
  }
}

export const ROTATION_MS: number = SPREAD_MS + SPOKEN_IN_MS;
export const OLD_KEY: PrivateKey = OLD;
export const STRANGE_KEY: PrivateKey = { hex: "0c".repeat(32), fromUnixMs: 0 };

const hostOf = (index: number): string => `10.${1 + (index >> 14)}.${(index >> 6) & 255}.${1 + (index & 63)}`;

const networkWith = (...keys: readonly PrivateKey[]): PrivateNetwork => ({
  name: "lab",
  idHex: ID,
  mode: "sealed",
  keys,
});

const withCrypto = (from: SessionPlatform): SessionPlatform => ({
  ...from,
  sealingCrypto: nodeSealingCrypto,
});

function secretsOf(keys: readonly PrivateKey[]) {
  return keys.map(({ hex, fromUnixMs }) => ({ secret: new Uint8Array(Buffer.from(hex, "hex")), fromUnixMs }));
}

/** Restart of all, rotation during transfers, the old key given up: what is left to be judged. */
export async function liveThroughRotation(seed: number, scale: RotationScale) {
  const lab = new RotationWorld(seed, scale);
  const { net } = lab;
  lab.startNodes();
  await net.runFor(60_000);
  const joinedFirst = lab.joined();
  const packetsOfStart = net.datagrams.packetsSent;
  lab.restartNodes();
  await net.runFor(60_000);
  const joinedAgain = lab.joined();
  const packetsOfRestart = net.datagrams.packetsSent - packetsOfStart;

  await lab.startTransfers();
  const running = lab.unfinished();
  const stranger = lab.outsider(STRANGE_KEY, "10.250.0.1");
  const next = lab.rotate();
  await net.runFor(ROTATION_MS);
  const runningAfter = lab.unfinished();
  // Looked at each second: after every event, hundreds of clients would be asked for their state millions of times.
  for (let seconds = 0; lab.unfinished() > 0 && seconds < LONGEST_TRANSFER_S; seconds++)
    await net.runFor(1_000);
  lab.drop(next);
  await net.runFor(ROTATION_MS);
  const behind = lab.outsider(OLD_KEY, "10.250.0.2");
  await net.runFor(60_000);
  return {
    joinedFirst,
    joinedAgain,
    restartPackets: packetsOfRestart / packetsOfStart,
    running,
    runningAfter,
    unfinished: lab.unfinished(),
    joinedAtEnd: lab.joined(),
    found: await lab.findRatio(10),
    heardOutside: stranger.heard() + behind.heard(),
  };
}
