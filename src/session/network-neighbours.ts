/**
 * Nodes of one private network find each other on the local network without anybody's configuration: each calls out in the
 * manner of BEP 14, with a tag of the network in the place of an info-hash, so that other programs take it for a torrent that
 * they do not have. In a sealed network the tag is keyed (`sealing/neighbour-tags.ts`).
 *
 *   start, every five minutes ──► call         somebody new calls ──► node meets him, and calls soon, so that he meets us
 */
import { BoundedCache } from "../core/bounded-cache.ts";
import { concatBytes, equalBytes, fromHex, toHex, utf8Bytes } from "../core/bytes.ts";
import { type Endpoint, endpoint, formatEndpoint } from "../core/endpoint.ts";
import { infoHashFrom } from "../core/ids.ts";
import type { Clock, GroupSocket, Random } from "../core/ports.ts";
import { sha1 } from "../core/sha1.ts";
import { TokenBucket } from "../core/token-bucket.ts";
import type { DhtNode } from "../dht/index.ts";
import { NEIGHBOUR_TAG_BYTES } from "../sealing/index.ts";
import { decodeLocalAnnounce, encodeLocalAnnounce, LOCAL_GROUPS } from "../wire/index.ts";
import type { PrivateNetwork } from "./private-network.ts";
import type { SessionPlatform } from "./session-ports.ts";
import type { SessionSealing } from "./session-sealing.ts";

/** BEP 14: "an announce every 5 minutes". */
const CALL_INTERVAL_MS = 300_000;
/** Of a call, from its reason: nodes that were started together do not call together. */
const MAX_DELAY_MS = 1_000;
/** Between two calls: a hundred newcomers at once are answered with one. */
const MIN_PAUSE_MS = 5_000;
/** Calls of others that are listened to; checking one in a sealed network takes six hashes. */
const MAX_HEARD_PER_SECOND = 20;
/** Neighbours that are known not to be new; in a larger local network some are met again and again. */
const MAX_KNOWN = 1_024;
const COOKIE_BYTES = 8;

/** How members are told from others; see `NeighbourTags`. */
export interface NeighbourNames {
  tagOf(from: Endpoint): Uint8Array;
  isOurs(tag: Uint8Array, from: Endpoint): boolean;
}

export interface NetworkNeighboursOptions {
  readonly clock: Clock;
  readonly random: Random;
  /** Members of the group of BEP 14, one an interface; closed with us. */
  readonly sockets: readonly GroupSocket[];
  /** Of the DHT node. */
  readonly port: number;
  readonly names: NeighbourNames;
  /** Each time that a member calls. */
  readonly onNeighbour: (node: Endpoint, isNew: boolean) => void;
}

export class NetworkNeighbours {
  readonly #options: NetworkNeighboursOptions;
  readonly #cookie: string;
  /** When each called last. */
  readonly #known = new BoundedCache<string, number>(MAX_KNOWN);
  readonly #hearing = new TokenBucket(MAX_HEARD_PER_SECOND, { burstMs: 2_000 });
  #lastCallMs = Number.NEGATIVE_INFINITY;
  #timer: Disposable | undefined;
  #isAnswerDue = false;

  constructor(options: NetworkNeighboursOptions) {
    this.#options = options;
    this.#cookie = toHex(options.random.bytes(COOKIE_BYTES));
    for (const socket of options.sockets) socket.onDatagram = (payload, from) => this.#heard(payload, from);
    if (options.sockets.length > 0) this.#callIn(this.#delayMs());
  }

  close(): void {
    this.#timer?.[Symbol.dispose]();
    for (const socket of this.#options.sockets) socket.close();
  }

  #heard(payload: Uint8Array, from: Endpoint): void {
    const { clock, names, onNeighbour } = this.#options;
    if (!this.#hearing.tryTake(clock.nowMs(), 1)) return;
    const call = decodeLocalAnnounce(payload);
    if (call === undefined || call.cookie === this.#cookie) return;
    const node = endpoint(from.host, call.port);
    // A call has one tag; a list of torrents is somebody else's.
    const [tag] = call.infoHashes;
    if (tag === undefined || call.infoHashes.length > 1 || !names.isOurs(tag, node)) return;
    const key = formatEndpoint(node);
    const isNew = this.#known.get(key) === undefined;
    this.#known.set(key, clock.nowMs());
    onNeighbour(node, isNew);
    if (isNew) this.#answer();
  }

  /** The newcomer may have started after our last call. */
  #answer(): void {
    if (this.#isAnswerDue) return;
    this.#isAnswerDue = true;
    const sinceMs = this.#options.clock.nowMs() - this.#lastCallMs;
    this.#callIn(Math.max(0, MIN_PAUSE_MS - sinceMs) + this.#delayMs());
  }

  #call(): void {
    const { clock, sockets, port, names } = this.#options;
    this.#isAnswerDue = false;
    this.#lastCallMs = clock.nowMs();
    for (const socket of sockets) {
      const tag = infoHashFrom(names.tagOf(endpoint(socket.host, port)));
      const call = { port, infoHashes: [tag], cookie: this.#cookie };
      socket.send(encodeLocalAnnounce(LOCAL_GROUPS[socket.family], call));
    }
    this.#callIn(CALL_INTERVAL_MS);
  }

  #callIn(delayMs: number): void {
    this.#timer?.[Symbol.dispose]();
    this.#timer = this.#options.clock.setTimer(delayMs, () => this.#call());
  }

  #delayMs(): number {
    return this.#options.random.integer(MAX_DELAY_MS);
  }
}

export interface NeighboursPlace {
  readonly platform: Pick<SessionPlatform, "clock" | "random"> & {
    readonly network: Pick<SessionPlatform["network"], "joinGroup">;
  };
  readonly network: PrivateNetwork;
  readonly sealing: SessionSealing | undefined;
  readonly node: DhtNode;
  /** What the node is bound to; undefined = every interface. */
  readonly host: string | undefined;
  readonly port: number;
  readonly log: (text: string) => void;
}

/** Over both families, where the machine has an address that others can call. */
export async function openNetworkNeighbours(place: NeighboursPlace): Promise<NetworkNeighbours> {
  const { platform, network, sealing, node, host, port, log } = place;
  const { clock, random } = platform;
  const joined = [LOCAL_GROUPS[4], LOCAL_GROUPS[6]].map((group) => platform.network.joinGroup(group, host));
  const sockets = (await Promise.all(joined)).flat();
  const names = sealing?.neighbours ?? openNames(network);
  const onNeighbour = (neighbour: Endpoint, isNew: boolean): void => {
    if (isNew) log(`a node of ${network.name} is on the local network: ${formatEndpoint(neighbour)}`);
    if (node.view().state === "joined") node.ping(neighbour, () => undefined);
    else node.bootstrap([neighbour]);
  };
  return new NetworkNeighbours({ clock, random, sockets, port, names, onNeighbour });
}

/** Who is told the id may call in the network's name: it is a fence, no lock. */
function openNames({ idHex }: PrivateNetwork): NeighbourNames {
  const id = fromHex(idHex) ?? new Uint8Array(0);
  const tag = sha1(concatBytes([utf8Bytes("starling network 1"), id])).subarray(0, NEIGHBOUR_TAG_BYTES);
  return { tagOf: () => tag, isOurs: (other) => equalBytes(other, tag) };
}
