/** Drives nodes of the npm package bittorrent-dht (webtorrent's DHT), many in one process. */
import { join } from "node:path";
import { eventually } from "./eventually.ts";
import { JsonPeer } from "./json-peer.ts";
import { type Lab, PEER_PORT } from "./lab.ts";
import { PEER_MODULES, PEER_SCRIPTS } from "./prerequisites.ts";

export interface NpmDhtNode {
  readonly host: string;
  readonly port: number;
}

/** Who signs an item, and which of his items it is. */
export interface SignedBy {
  /** 64 hex digits. */
  readonly seed: string;
  readonly salt: string;
}

export interface PutItem {
  readonly target: string;
  /** Nodes that took it. */
  readonly taken: number;
  /** Null for an item under its hash. */
  readonly publicKey: string | null;
}

export interface OpenNodeOptions {
  readonly bootstrap: readonly string[];
  readonly port?: number;
  /** 40 hex digits; else the package picks one. */
  readonly nodeId?: string;
  /** Answer with the 8 closest contacts as others do, not with the whole table. */
  readonly answerLikeOthers?: boolean;
  /** False: forget every announce, as the public routers do, which only introduce nodes to each other. */
  readonly storesPeers?: boolean;
}

const START_TIMEOUT_MS = 15_000;

export class NpmDhtNodes extends JsonPeer {
  static async start(lab: Lab, prefix: readonly string[] = []): Promise<NpmDhtNodes> {
    const nodes = lab.run(new NpmDhtNodes(prefix));
    await nodes.waitForEvent("ready", START_TIMEOUT_MS);
    return nodes;
  }

  private constructor(prefix: readonly string[]) {
    super({
      name: "bittorrent-dht nodes",
      command: [
        ...prefix,
        process.execPath,
        join(PEER_SCRIPTS, "bittorrent_dht_nodes.mjs"),
        JSON.stringify({ modules: PEER_MODULES }),
      ],
    });
  }

  /** Starts a node at an address; resolves when it has looked itself up. */
  async open(host: string, options: OpenNodeOptions): Promise<NpmDhtNode> {
    const port = options.port ?? PEER_PORT;
    await this.request("open", { host, ...options, port });
    return { host, port };
  }

  /** Announces a peer at the node's address; resolves to how many nodes took it. */
  async announce(node: NpmDhtNode, infoHash: string, peerPort: number): Promise<number> {
    return this.request<number>("announce", { ...node, infoHash, peerPort });
  }

  /** The distinct HOST:PORT that a full lookup finds. */
  async lookup(node: NpmDhtNode, infoHash: string): Promise<readonly string[]> {
    return this.request<string[]>("lookup", { ...node, infoHash });
  }

  /** Stores a text under its hash or, with the seed of an Ed25519 key, signed; resolves to where it is now. */
  async put(node: NpmDhtNode, value: string, signed: SignedBy | undefined): Promise<PutItem> {
    return this.request<PutItem>("put", { ...node, value, ...signed });
  }

  /** The text at a target; null when nobody has it. */
  async get(node: NpmDhtNode, target: string, salt: string | undefined): Promise<string | null> {
    return this.request<string | null>("get", { ...node, target, salt });
  }

  /** Resolves when a lookup by a node finds the peer HOST:PORT: its announce, which has no event, has arrived. */
  async waitForAnnounce(node: NpmDhtNode, infoHash: string, peer: string, timeoutMs: number): Promise<void> {
    const seesPeer = async (): Promise<true | undefined> =>
      (await this.lookup(node, infoHash)).includes(peer) || undefined;
    await eventually(seesPeer, timeoutMs, `an announce of ${infoHash} by ${peer}`);
  }

  /** The contacts in a node's table, HOST:PORT each. */
  async contacts(node: NpmDhtNode): Promise<readonly string[]> {
    return this.request<string[]>("contacts", node);
  }

  /** The peers, HOST:PORT each, that the nodes of this process store for a torrent. */
  async stored(infoHash: string): Promise<readonly string[]> {
    return this.request<string[]>("stored", { infoHash });
  }

  /** Takes all contacts at these addresses out of every table. */
  async forget(hosts: readonly string[]): Promise<void> {
    await this.request("forget", { hosts });
  }

  /** Keeps nodes at these addresses out of every table, as read-only ones should be (BEP 43). */
  async ignore(hosts: readonly string[]): Promise<void> {
    await this.request("ignore", { hosts });
  }

  async close(node: NpmDhtNode): Promise<void> {
    await this.request("close", node);
  }
}
