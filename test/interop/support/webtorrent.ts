/** Drives webtorrent 2 (npm), held to one loopback address. */
import { join } from "node:path";
import { JsonPeer, type PeerEvent } from "./json-peer.ts";
import { type Lab, PEER_PORT } from "./lab.ts";
import type { PeerStatus, TorrentSource } from "./libtorrent.ts";
import { PEER_MODULES, PEER_SCRIPTS } from "./prerequisites.ts";

export interface WebtorrentOptions {
  readonly host?: string;
  readonly bootstrap?: readonly string[];
  /** Local discovery (BEP 14): only in a network namespace without a way out. */
  readonly lsd?: boolean;
  /** A command line in front of the interpreter, e.g. to enter a network namespace. */
  readonly prefix?: readonly string[];
}

const START_TIMEOUT_MS = 15_000;

export class Webtorrent extends JsonPeer {
  readonly host: string;
  readonly port = PEER_PORT;

  static async start(lab: Lab, options: WebtorrentOptions = {}): Promise<Webtorrent> {
    const peer = lab.run(new Webtorrent(options.host ?? lab.newHost(), options));
    await peer.waitForEvent("ready", START_TIMEOUT_MS);
    return peer;
  }

  private constructor(host: string, { bootstrap = [], lsd = false, prefix = [] }: WebtorrentOptions) {
    const config = { host, port: PEER_PORT, bootstrap, lsd, modules: PEER_MODULES };
    super({
      name: `webtorrent at ${host}`,
      command: [
        ...prefix,
        process.execPath,
        join(PEER_SCRIPTS, "webtorrent_peer.mjs"),
        JSON.stringify(config),
      ],
    });
    this.host = host;
  }

  get address(): string {
    return `${this.host}:${this.port}`;
  }

  /** Adds a torrent and resolves to its info-hash. */
  async add(source: TorrentSource): Promise<string> {
    return (await this.request<{ infoHash: string }>("add", source)).infoHash;
  }

  async status(infoHash: string): Promise<PeerStatus> {
    return this.request<PeerStatus>("status", { infoHash });
  }

  async waitForTorrentEvent(event: string, infoHash: string, timeoutMs: number): Promise<PeerEvent> {
    return this.waitForEvent(event, timeoutMs, (candidate) => candidate.infoHash === infoHash);
  }
}
