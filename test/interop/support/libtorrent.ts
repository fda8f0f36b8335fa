/** Drives libtorrent (arvidn/libtorrent through Debian's python3-libtorrent), the reference peer of this suite. */
import { join } from "node:path";
import { JsonPeer, type PeerEvent } from "./json-peer.ts";
import { addressText, type Lab, PEER_PORT } from "./lab.ts";
import { PEER_SCRIPTS, PYTHON } from "./prerequisites.ts";

export interface LibtorrentOptions {
  readonly host?: string;
  readonly port?: number;
  readonly bootstrap?: readonly string[];
  readonly dht?: boolean;
  readonly profile?: "loopback" | "public";
  /** libtorrent's high-performance preset, for a seeder that must not be what limits a measurement. */
  readonly fastSeed?: boolean;
  /** File that the DHT's table is read from, and written to on request. */
  readonly stateFile?: string;
  /** Ask the DHT as soon as it runs, not when the bootstrap has ended or libtorrent's timer is due. */
  readonly impatient?: boolean;
  /** Settings of libtorrent by their own names, over the profile's. */
  readonly settings?: Readonly<Record<string, string | number | boolean>>;
  /** A command line in front of the interpreter, e.g. to enter a network namespace. */
  readonly prefix?: readonly string[];
}

export interface TorrentSource {
  readonly magnet?: string;
  /** Path of a .torrent file. */
  readonly torrent?: string;
  /** Folder that holds, or will hold, the content's own folder or file. */
  readonly save: string;
  /** The data is there and whole: seed without checking it. */
  readonly seed?: boolean;
  /** BEP 16; libtorrent only. */
  readonly superSeed?: boolean;
  readonly peers?: readonly (readonly [host: string, port: number])[];
  readonly announce?: boolean;
}

export interface PeerStatus {
  readonly progress: number;
  readonly isSeeding: boolean;
  readonly peers: number;
  readonly uploadedBytes: number;
  readonly downloadedBytes: number;
  readonly failedBytes: number;
}

export interface ConnectedPeer {
  readonly host: string;
  readonly port: number;
  readonly client: string;
  /** 0 to 1, as its pieces say. */
  readonly progress: number;
  /** BEP 21. */
  readonly isUploadOnly: boolean;
  /** How libtorrent heard of it: "dht", "pex", "lsd"; none where it was told or came by itself. */
  readonly sources: readonly string[];
}

export interface CreatedTorrent {
  readonly infoHash: string;
  readonly magnet: string;
  readonly pieces: number;
}

const START_TIMEOUT_MS = 15_000;

export class Libtorrent extends JsonPeer {
  readonly host: string;
  readonly port: number;

  static async start(lab: Lab, options: LibtorrentOptions = {}): Promise<Libtorrent> {
    const peer = lab.run(new Libtorrent(options.host ?? lab.newHost(), options));
    await peer.waitForEvent("ready", START_TIMEOUT_MS);
    return peer;
  }

  private constructor(host: string, { prefix = [], ...options }: LibtorrentOptions) {
    const port = options.port ?? PEER_PORT;
    const config = { ...options, listen: addressText(host, port) };
    super({
      name: `libtorrent at ${host}`,
      command: [...prefix, PYTHON, join(PEER_SCRIPTS, "libtorrent_peer.py"), JSON.stringify(config)],
    });
    this.host = host;
    this.port = port;
  }

  get address(): string {
    return addressText(this.host, this.port);
  }

  /** Adds a torrent and resolves to its info-hash. */
  async add(source: TorrentSource): Promise<string> {
    return (await this.request<{ infoHash: string }>("add", source)).infoHash;
  }

  async create(options: {
    readonly path: string;
    readonly output: string;
    readonly format: "v1" | "hybrid" | "v2";
    readonly pieceBytes?: number;
    readonly private?: boolean;
  }): Promise<CreatedTorrent> {
    return this.request<CreatedTorrent>("create", options);
  }

  async connect(infoHash: string, host: string, port: number): Promise<void> {
    await this.request("connect", { infoHash, host, port });
  }

  async status(infoHash: string): Promise<PeerStatus> {
    return this.request<PeerStatus>("status", { infoHash });
  }

  /** Peers that libtorrent is connected to, or connects to. */
  async peers(infoHash: string): Promise<readonly ConnectedPeer[]> {
    return this.request<readonly ConnectedPeer[]>("peers", { infoHash });
  }

  /** Puts a contact into the routing table once it has answered a ping. */
  async addDhtNode(host: string, port: number): Promise<void> {
    await this.request("dht_add_node", { host, port });
  }

  /** Stores a text in the DHT (BEP 44), signed if there is a seed; resolves to its target when that is done. */
  async dhtPut(
    value: string,
    signed: { readonly seed?: string; readonly salt?: string; readonly publicKey: string },
    timeoutMs: number,
  ): Promise<string> {
    const next = this.#nextEvent("dht-put", timeoutMs);
    const { target } = await this.request<{ target: string }>("dht_put", { value, ...signed });
    await next();
    return target;
  }

  /** The text of an item (BEP 44) under its hash or of a key; null when nobody has it. */
  async dhtGet(
    item: { readonly target: string } | { readonly publicKey: string; readonly salt: string },
    timeoutMs: number,
  ): Promise<string | null> {
    const next = this.#nextEvent("dht-item", timeoutMs);
    await this.request("dht_get", item);
    return (await next())["value"] as string | null;
  }

  /** Asks the DHT for peers; resolves to those found so far, HOST:PORT each. */
  async dhtPeers(infoHash: string): Promise<readonly string[]> {
    await this.request("dht_get_peers", { infoHash });
    return this.eventsNamed("dht-peers")
      .filter((event) => event.infoHash === infoHash)
      .flatMap((event) => event["peers"] as string[]);
  }

  /** Waits for the first event of that name after this call. */
  #nextEvent(name: string, timeoutMs: number): () => Promise<PeerEvent> {
    const before = this.eventsNamed(name).length;
    const isNew = (event: PeerEvent): boolean => this.eventsNamed(name).indexOf(event) >= before;
    return () => this.waitForEvent(name, timeoutMs, isNew);
  }

  async waitForTorrentEvent(event: string, infoHash: string, timeoutMs: number): Promise<PeerEvent> {
    return this.waitForEvent(event, timeoutMs, (candidate) => candidate.infoHash === infoHash);
  }
}
