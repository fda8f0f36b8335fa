/**
 * The peer exchange with one peer (BEP 11): what it was told, when it may be told more, and whether it keeps the
 * pace itself. Knows no sockets and no messages.
 */
import { type Endpoint, formatEndpoint } from "../../core/endpoint.ts";
import { MAX_PEX_PEERS, type PexMessage, type PexPeer } from "../protocol/ut-pex.ts";

/** BEP 11: no more than one message a minute. */
const INTERVAL_MS = 60_000;
/**
 * Ours are this far apart: one that was held up on its way and the next that was not arrive within less, and webtorrent ends
 * the connection when that is less than a minute.
 */
const OUR_INTERVAL_MS = 65_000;
/** The first message waits so long for our own connections: what is missed takes a minute to be said. */
const FIRST_AFTER_MS = 3_000;
/** A message that comes so much too soon was held up on its way, or the one before it was. */
const TOLERANCE_MS = 15_000;
/** threats W7, PA15: the third message that comes too soon is a flood. Each one in time excuses one. */
const MAX_EARLY_MESSAGES = 2;

export class PexLedger {
  /** Whom the peer believes us to be connected with, by address. */
  readonly #told = new Map<string, Endpoint>();
  /** The version of the list of which there was nothing to tell; kept by the caller, so that it need not ask again. */
  knowsVersion = -1;
  #nextAtMs: number;
  #lastReceivedMs = Number.NEGATIVE_INFINITY;
  #early = 0;

  /** The peer is there since `nowMs`. */
  constructor(nowMs: number) {
    this.#nextAtMs = nowMs + FIRST_AFTER_MS;
  }

  isDue(nowMs: number): boolean {
    return nowMs >= this.#nextAtMs;
  }

  /**
   * What to tell the peer now, given whom we are connected with: only what has changed, and at most
   * `MAX_PEX_PEERS` each, the rest a minute later. Undefined when there is nothing to say or it is too soon.
   */
  next(current: readonly PexPeer[], nowMs: number): PexMessage | undefined {
    if (!this.isDue(nowMs)) return undefined;
    const present = new Map(current.map((peer) => [formatEndpoint(peer.address), peer]));
    const added = [...present].filter(([key]) => !this.#told.has(key)).slice(0, MAX_PEX_PEERS);
    const dropped = [...this.#told].filter(([key]) => !present.has(key)).slice(0, MAX_PEX_PEERS);
    if (added.length === 0 && dropped.length === 0) return undefined;
    for (const [key, { address }] of added) this.#told.set(key, address);
    for (const [key] of dropped) this.#told.delete(key);
    this.#nextAtMs = nowMs + OUR_INTERVAL_MS;
    return { added: added.map(([, peer]) => peer), dropped: dropped.map(([, address]) => address) };
  }

  /** A message of the peer: to be used, to be ignored because it came too soon, or one too many of those. */
  received(nowMs: number): "in-time" | "early" | "flood" {
    const isEarly = nowMs - this.#lastReceivedMs < INTERVAL_MS - TOLERANCE_MS;
    if (isEarly) return ++this.#early > MAX_EARLY_MESSAGES ? "flood" : "early";
    this.#lastReceivedMs = nowMs;
    this.#early = Math.max(0, this.#early - 1);
    return "in-time";
  }
}
