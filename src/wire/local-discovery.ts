/**
 * Local discovery (BEP 14): tells the local network which torrents run here, and hears the same of others. Every
 * torrent is announced every five minutes; announces are at least a minute apart and hold many torrents each, so a
 * thousand of them cost the network ten datagrams a minute. Private torrents never come here: their owner does not
 * add them.
 */
import { toHex } from "../core/bytes.ts";
import { type Endpoint, endpoint } from "../core/endpoint.ts";
import type { InfoHash } from "../core/ids.ts";
import type { Clock, GroupSocket, Random } from "../core/ports.ts";
import { TokenBucket } from "../core/token-bucket.ts";
import {
  decodeLocalAnnounce,
  encodeLocalAnnounce,
  LOCAL_GROUPS,
  MAX_ANNOUNCED_HASHES,
} from "./protocol/local-announce.ts";

const MINUTE_MS = 60_000;
/** BEP 14: "an announce every 5 minutes", "no more than 1 announce per minute". */
const ANNOUNCE_INTERVAL_MS: number = 5 * MINUTE_MS;
const MIN_PAUSE_MS = MINUTE_MS;
/** Torrents that are added together are announced together. */
const GATHER_MS = 1_000;
/** 200 torrents a minute, 1,000 in the five minutes. */
const MAX_DATAGRAMS_AT_ONCE = 10;
/** Announces of others that are listened to; a network that shouts louder is not worth the work. */
const MAX_HEARD_PER_SECOND = 10;
const COOKIE_BYTES = 8;

export interface LocalDiscoveryOptions {
  readonly clock: Clock;
  readonly random: Random;
  /** Members of the groups of BEP 14, one an interface; closed with us. */
  readonly sockets: readonly GroupSocket[];
  /** TCP port on which we take connections. */
  readonly listenPort: number;
}

interface AnnouncedTorrent {
  readonly infoHash: InfoHash;
  readonly onPeer: (peer: Endpoint) => void;
  lastAtMs: number;
}

export class LocalDiscovery {
  readonly #options: LocalDiscoveryOptions;
  readonly #cookie: string;
  /** By info-hash in hex, whoever waits for longest first. */
  readonly #torrents = new Map<string, AnnouncedTorrent>();
  readonly #hearing = new TokenBucket(MAX_HEARD_PER_SECOND, { burstMs: 2_000 });
  #lastAnnounceMs = Number.NEGATIVE_INFINITY;
  #timer: Disposable | undefined;

  constructor(options: LocalDiscoveryOptions) {
    this.#options = options;
    this.#cookie = toHex(options.random.bytes(COOKIE_BYTES));
    for (const socket of options.sockets) socket.onDatagram = (payload, from) => this.#heard(payload, from);
  }

  /** Announces the torrent until the answer is disposed of; `onPeer` hears of neighbours that have it too. */
  announce(infoHash: InfoHash, onPeer: (peer: Endpoint) => void): Disposable {
    const key = toHex(infoHash);
    const torrent = { infoHash, onPeer, lastAtMs: Number.NEGATIVE_INFINITY };
    this.#torrents.delete(key);
    this.#torrents.set(key, torrent);
    this.#schedule();
    return {
      [Symbol.dispose]: () => {
        if (this.#torrents.get(key) === torrent) this.#torrents.delete(key);
      },
    };
  }

  close(): void {
    this.#timer?.[Symbol.dispose]();
    this.#torrents.clear();
    for (const socket of this.#options.sockets) socket.close();
  }

  #heard(payload: Uint8Array, from: Endpoint): void {
    if (!this.#hearing.tryTake(this.#options.clock.nowMs(), 1)) return;
    const announce = decodeLocalAnnounce(payload);
    if (announce === undefined || announce.cookie === this.#cookie) return;
    const peer = endpoint(from.host, announce.port);
    for (const infoHash of announce.infoHashes) this.#torrents.get(toHex(infoHash))?.onPeer(peer);
  }

  /** When the torrent that waits for longest is due, but never within a minute of the last announce. */
  #schedule(): void {
    this.#timer?.[Symbol.dispose]();
    this.#timer = undefined;
    const [first] = this.#torrents.values();
    if (first === undefined || this.#options.sockets.length === 0) return;
    const nowMs = this.#options.clock.nowMs();
    const newcomer = [...this.#torrents.values()].some(
      ({ lastAtMs }) => lastAtMs === Number.NEGATIVE_INFINITY,
    );
    const dueMs = newcomer ? nowMs + GATHER_MS : first.lastAtMs + ANNOUNCE_INTERVAL_MS;
    const atMs = Math.max(dueMs, this.#lastAnnounceMs + MIN_PAUSE_MS);
    this.#timer = this.#options.clock.setTimer(atMs - nowMs, () => this.#announceDue());
  }

  #announceDue(): void {
    const nowMs = this.#options.clock.nowMs();
    this.#lastAnnounceMs = nowMs;
    const due = [...this.#torrents]
      .filter(([, torrent]) => nowMs - torrent.lastAtMs >= ANNOUNCE_INTERVAL_MS)
      .sort(([, a], [, b]) => a.lastAtMs - b.lastAtMs)
      .slice(0, MAX_DATAGRAMS_AT_ONCE * MAX_ANNOUNCED_HASHES);
    for (const [key, torrent] of due) {
      torrent.lastAtMs = nowMs;
      this.#torrents.delete(key);
      this.#torrents.set(key, torrent);
    }
    for (let i = 0; i < due.length; i += MAX_ANNOUNCED_HASHES)
      this.#send(due.slice(i, i + MAX_ANNOUNCED_HASHES).map(([, torrent]) => torrent.infoHash));
    this.#schedule();
  }

  #send(infoHashes: readonly InfoHash[]): void {
    const { sockets, listenPort } = this.#options;
    for (const socket of sockets) {
      const group = LOCAL_GROUPS[socket.family];
      socket.send(encodeLocalAnnounce(group, { port: listenPort, infoHashes, cookie: this.#cookie }));
    }
  }
}
