/**
 * A little internet: a DHT of about a hundred nodes in 60 networks of which nearly a third are dead, torrents whose
 * announced peers mostly do not answer, a name server that knows the public bootstrap names, and one visitor who
 * arrives without knowing anybody. Everybody runs with the defaults for the public internet.
 */
import { randomBytes } from "node:crypto";
import { linkSync } from "node:fs";
import { join } from "node:path";
import { type NpmDhtNode, NpmDhtNodes } from "../interop/support/bittorrent-dht.ts";
import { KIB, MIB, writeContent } from "../interop/support/content.ts";
import { eventually } from "../interop/support/eventually.ts";
import { JsonPeer } from "../interop/support/json-peer.ts";
import { type Lab, PEER_PORT } from "../interop/support/lab.ts";
import { Libtorrent } from "../interop/support/libtorrent.ts";
import { PEER_SCRIPTS } from "../interop/support/prerequisites.ts";
import { Starling } from "../interop/support/starling.ts";
import { AddressPlan, nodeIdFor } from "./addresses.ts";
import { Namespaces } from "./namespaces.ts";

/** DHT nodes of bittorrent-dht, beside the routers; 30 % of all nodes die when the network has formed. */
const NPM_NODES = 76;
/** DHT nodes of libtorrent: one session with so many addresses. */
const LIBTORRENT_NODES = 12;
const STARLING_NODES = 8;
const DEAD_SHARE = 0.3;
/** Peers that announce each torrent: 60 % of them never answer. */
const LIVE_SEEDERS = 6;
const SILENT_PEERS = 9;

/** The default bootstrap names and what has become of them here; ports as the programs have them built in. */
const ROUTERS: readonly {
  readonly name: string;
  readonly port: number;
  readonly fate: "live" | "silent" | "gone";
}[] = [
  { name: "dht.libtorrent.org", port: 25401, fate: "live" },
  { name: "router.bittorrent.com", port: 6881, fate: "live" },
  { name: "dht.transmissionbt.com", port: 6881, fate: "live" },
  { name: "router.utorrent.com", port: 6881, fate: "silent" },
  { name: "dht.aelitis.com", port: 6881, fate: "gone" },
  { name: "relay.pkarr.org", port: 6881, fate: "live" },
];

const CONTENT_BYTES = 8 * MIB;
const PIECE_BYTES = 256 * KIB;
const SETTLE_TIMEOUT_MS = 90_000;
/** No guard inside: the namespaces are the guard. */
const UNGUARDED = { STARLING_LOOPBACK_ONLY: undefined };

export interface WorldTorrent {
  readonly infoHash: string;
  readonly magnet: string;
  readonly contentPath: string;
}

export class LittleInternet {
  readonly torrents: WorldTorrent[] = [];
  readonly namespaces: Namespaces;
  /** Addresses that were nodes or peers once, and never answer again. */
  readonly deadHosts: string[] = [];
  readonly silentHosts: string[] = [];
  readonly seeders: Libtorrent[] = [];
  readonly #lab: Lab;
  readonly #plan: AddressPlan;
  readonly #content: string;
  #nodes: NpmDhtNodes | undefined;
  #npmNodes: NpmDhtNode[] = [];
  #visitorHosts: string[] = [];
  #deathCount = 0;
  #routerHosts: string[] = [];

  /** Builds the world with so many torrents; needs root. Takes some ten seconds, and more with many torrents. */
  static async open(lab: Lab, torrentCount: number, starlingNodes = STARLING_NODES): Promise<LittleInternet> {
    const plan = new AddressPlan();
    const nameServer = plan.inhabitant();
    const namespaces = await Namespaces.open(nameServer);
    lab.run({ stop: () => namespaces.close() });
    const internet = new LittleInternet(lab, plan, namespaces);
    await internet.#populate(nameServer, torrentCount, starlingNodes);
    return internet;
  }

  private constructor(lab: Lab, plan: AddressPlan, namespaces: Namespaces) {
    this.#lab = lab;
    this.#plan = plan;
    this.#content = lab.newFolder("content");
    this.namespaces = namespaces;
  }

  /** A torrent that nobody has asked for yet. */
  takeTorrent(): WorldTorrent {
    const torrent = this.torrents.shift();
    if (torrent === undefined) throw new Error("the little internet has no torrent left");
    return torrent;
  }

  /** Moves the visitor to an address that nobody has heard of, and lets everybody forget where it was before. */
  async newVisitor(): Promise<string> {
    await this.nodes.forget(this.#visitorHosts);
    const host = this.#plan.visitor();
    this.#visitorHosts = [host];
    await this.namespaces.moveVisitor(host);
    return host;
  }

  /** Options with which a Starling runs as the visitor: nothing but where it is. */
  get visitorOptions(): { readonly prefix: readonly string[]; readonly env: Record<string, undefined> } {
    return { prefix: this.namespaces.enter("visitor"), env: UNGUARDED };
  }

  /** Takes every router off the net: whoever comes now must know somebody from before. */
  closeRouters(): void {
    this.namespaces.removeFromWorld(this.#routerHosts);
    this.deadHosts.push(...this.#routerHosts.splice(0));
  }

  get nodes(): NpmDhtNodes {
    if (this.#nodes === undefined) throw new Error("the little internet is not populated");
    return this.#nodes;
  }

  /** Share of dead contacts in the tables of the living bittorrent-dht nodes, 0 to 1. */
  async deadContactShare(): Promise<number> {
    const tables = await Promise.all(this.#npmNodes.map((node) => this.nodes.contacts(node)));
    const hosts = tables.flat().map((contact) => contact.split(":")[0] as string);
    const gone = new Set([...this.deadHosts, ...this.#visitorHosts]);
    return hosts.filter((host) => gone.has(host)).length / hosts.length;
  }

  async #populate(nameServer: string, torrentCount: number, starlingNodes: number): Promise<void> {
    const prefix = this.namespaces.enter("world");
    const routers = ROUTERS.map((router) => ({ ...router, host: this.#plan.inhabitant() }));
    const npmHosts = this.#hosts(NPM_NODES);
    const libtorrentHosts = this.#hosts(LIBTORRENT_NODES);
    const starlingHosts = this.#hosts(starlingNodes);
    const seederHosts = this.#hosts(LIVE_SEEDERS);
    const liveRouters = routers.filter((router) => router.fate === "live");
    this.namespaces.addToWorld([
      nameServer,
      ...liveRouters.map((router) => router.host),
      ...npmHosts,
      ...libtorrentHosts,
      ...starlingHosts,
      ...seederHosts,
    ]);
    await this.#startNameServer(
      nameServer,
      Object.fromEntries(
        routers.flatMap(({ name, host, fate }) => (fate === "gone" ? [] : [[name, [host]]])),
      ),
    );

    const nodes = await NpmDhtNodes.start(this.#lab, prefix);
    this.#nodes = nodes;
    const bootstrap: string[] = [];
    for (const { host, port } of liveRouters) {
      await nodes.open(host, { ...this.#identity(host, bootstrap, port), storesPeers: false });
      bootstrap.push(`${host}:${port}`);
      this.#routerHosts.push(host);
    }
    for (const host of npmHosts) {
      this.#npmNodes.push(await nodes.open(host, this.#identity(host, bootstrap)));
    }
    await this.#startLibtorrentNodes(libtorrentHosts, prefix);
    for (const host of starlingHosts) {
      const options = { host, prefix, env: UNGUARDED, bootstrap: bootstrap.slice(0, 2) };
      await Starling.dhtServe(this.#lab, options);
    }

    const nodeCount = NPM_NODES + LIBTORRENT_NODES + starlingNodes + liveRouters.length;
    this.#deathCount = Math.round(DEAD_SHARE * nodeCount);
    await this.#makeTorrents(torrentCount);
    await this.#startSeeders(seederHosts, prefix);
    await this.#letDie();
  }

  #hosts(count: number): string[] {
    return Array.from({ length: count }, () => this.#plan.inhabitant());
  }

  #identity(host: string, bootstrap: readonly string[], port = PEER_PORT) {
    return { bootstrap, port, nodeId: nodeIdFor(host, randomBytes(20)), answerLikeOthers: true };
  }

  async #startNameServer(host: string, records: Record<string, readonly string[]>): Promise<void> {
    const script = join(PEER_SCRIPTS, "name_server.mjs");
    const server = this.#lab.run(
      new JsonPeer({
        name: "name server",
        command: [
          ...this.namespaces.enter("world"),
          process.execPath,
          script,
          JSON.stringify({ host, records }),
        ],
      }),
    );
    await server.waitForEvent("ready", SETTLE_TIMEOUT_MS);
  }

  async #startLibtorrentNodes(hosts: readonly string[], prefix: readonly string[]): Promise<void> {
    const settings = { listen_interfaces: hosts.map((host) => `${host}:${PEER_PORT}`).join(",") };
    const session = await Libtorrent.start(this.#lab, {
      host: hosts[0] as string,
      prefix,
      profile: "public",
      settings,
    });
    await session.waitForEvent("dht-ready", SETTLE_TIMEOUT_MS);
  }

  /** Torrents of the same bytes under different names, announced by peers that will be silent. */
  async #makeTorrents(count: number): Promise<void> {
    const data = writeContent(join(this.#content, "data"), CONTENT_BYTES, "little internet");
    const maker = await Libtorrent.start(this.#lab, { dht: false });
    for (let index = 0; index < count; index++) {
      const contentPath = join(this.#content, `film-${index}.bin`);
      linkSync(data, contentPath);
      const { infoHash } = await maker.create({
        path: contentPath,
        output: `${contentPath}.torrent`,
        format: "v1",
        pieceBytes: PIECE_BYTES,
      });
      this.torrents.push({ infoHash, magnet: `magnet:?xt=urn:btih:${infoHash}`, contentPath });
    }
    await maker.stop();
    const announcers = spread(spread(this.#npmNodes, this.#deathCount), SILENT_PEERS);
    this.silentHosts.push(...announcers.map((node) => node.host));
    for (const { infoHash } of this.torrents) {
      await Promise.all(announcers.map((node) => this.nodes.announce(node, infoHash, PEER_PORT)));
    }
  }

  /** Some nodes, the silent peers among them, go and leave their addresses in everybody's tables. */
  async #letDie(): Promise<void> {
    const dying = spread(this.#npmNodes, this.#deathCount);
    this.#npmNodes = this.#npmNodes.filter((node) => !dying.includes(node));
    for (const node of dying) await this.nodes.close(node);
    this.deadHosts.push(...dying.map((node) => node.host));
    this.namespaces.removeFromWorld(this.deadHosts);
  }

  /** Seeders announce all torrents; this resolves when each torrent is known to be at each of them. */
  async #startSeeders(hosts: readonly string[], prefix: readonly string[]): Promise<void> {
    for (const host of hosts) {
      // one session stands for a seeder of many torrents: its DHT may send as much as all their announces take
      const settings = { dht_upload_rate_limit: 10_000_000, dht_block_ratelimit: 1_000_000 };
      const seeder = await Libtorrent.start(this.#lab, { host, prefix, profile: "public", settings });
      this.seeders.push(seeder);
      for (const { contentPath } of this.torrents) {
        await seeder.add({ torrent: `${contentPath}.torrent`, save: this.#content, seed: true });
      }
    }
    for (const { infoHash } of this.torrents) {
      const isAnnounced = async (): Promise<true | undefined> => {
        const stored = await this.nodes.stored(infoHash);
        return hosts.every((host) => stored.includes(`${host}:${PEER_PORT}`)) || undefined;
      };
      await eventually(isAnnounced, SETTLE_TIMEOUT_MS, `an announce of ${infoHash} by every seeder`);
    }
  }
}

/** So many of a list, evenly spread over it: those who came first die no sooner than those who came last. */
function spread<T>(list: readonly T[], count: number): T[] {
  return list.filter(
    (_, index) => Math.floor(((index + 1) * count) / list.length) > Math.floor((index * count) / list.length),
  );
}
