/**
 * Seals the connections to peers: dialled ones begin with the first message of the handshake, accepted ones are passed on when the
 * other end has proved to be a member. The first message says when and to which address it was sent, and counts once, so who
 * recorded one gets no byte for it.
 */
import { BoundedCache } from "../core/bounded-cache.ts";
import { latin1Text } from "../core/bytes.ts";
import type { Endpoint } from "../core/endpoint.ts";
import type { ByteStream, Clock, StreamDialer, StreamHandler } from "../core/ports.ts";
import { FrameMemory } from "./frame-memory.ts";
import type { DerivedKey, NetworkKeys } from "./network-keys.ts";
import { HANDSHAKE_BYTES, NoiseHandshake } from "./noise-handshake.ts";
import { type HandshakeEnd, type HandshakeSide, SealedStream } from "./sealed-stream.ts";
import { KEY_BYTES, NO_BYTES, type SealingCrypto } from "./sealing-crypto.ts";
import { isFresh, MAX_CLOCK_SKEW_MS, readStamp, stampBytes, writeStamp } from "./stamp.ts";

/** A member that connects speaks first, within a few round trips. */
const HANDSHAKE_TIMEOUT_MS = 10_000;
/**
 * Accepted connections that have proved nothing yet; the oldest gives way, since a member needs a round trip (threats W10). So
 * who wants to keep members out has to open as many in that time, again and again.
 */
const MAX_UNPROVED = 128;
/** First messages remembered; with as many in the time that one is fresh, the oldest may count again. */
const MAX_REMEMBERED = 16_384;

export interface StreamSealingOptions {
  readonly crypto: SealingCrypto;
  readonly keys: NetworkKeys;
  readonly networkId: Uint8Array;
  readonly clock: Clock;
  readonly unixMs: () => number;
  readonly isOwn: (address: Endpoint) => boolean;
}

export class StreamSealing {
  readonly #options: StreamSealingOptions;
  readonly #memory = new FrameMemory();
  /** Ephemeral keys of first messages, and when they came. */
  readonly #seen = new BoundedCache<string, number>(MAX_REMEMBERED);
  /** Oldest first. */
  readonly #unproved = new Set<SealedStream>();

  constructor(options: StreamSealingOptions) {
    this.#options = options;
  }

  /** A dialer whose streams are sealed; `onOpen` comes when both ends are known to be members. */
  dialerOver(dialer: StreamDialer): StreamDialer {
    return {
      dial: (to, handler, timeoutMs) => this.#dial(dialer, to, handler, timeoutMs),
      ...(dialer.expectCall === undefined ? {} : { expectCall: (from) => dialer.expectCall?.(from) }),
    };
  }

  /** Passes `stream` on to `use`, sealed, once the other end has proved the key; else closes it without a word. */
  accept(stream: ByteStream, use: (sealed: ByteStream) => void): void {
    const settle = (): void => {
      timer[Symbol.dispose]();
      this.#unproved.delete(sealed);
    };
    const progress = {
      sealed: () => {
        settle();
        use(sealed);
      },
      ended: settle,
    };
    const { crypto, clock } = this.#options;
    const sealed = new SealedStream(
      crypto,
      this.#memory,
      this.#responder(stream.remote.family),
      undefined,
      progress,
    );
    const timer = clock.setTimer(HANDSHAKE_TIMEOUT_MS, () => sealed.giveUp());
    sealed.attach(stream);
    stream.handler = sealed;
    this.#unproved.add(sealed);
    const [oldest] = this.#unproved;
    if (this.#unproved.size > MAX_UNPROVED && oldest !== undefined) {
      this.#unproved.delete(oldest);
      oldest.giveUp();
    }
  }

  #dial(dialer: StreamDialer, to: Endpoint, handler: StreamHandler, timeoutMs: number): ByteStream {
    const { crypto, clock } = this.#options;
    const stopWaiting = (): void => timer[Symbol.dispose]();
    const progress = { sealed: stopWaiting, ended: stopWaiting };
    const sealed = new SealedStream(crypto, this.#memory, this.#initiator(to), handler, progress);
    // The dialer's time is for connecting; who then says nothing is no member.
    const timer = clock.setTimer(timeoutMs + HANDSHAKE_TIMEOUT_MS, () => sealed.giveUp());
    sealed.attach(dialer.dial(to, sealed, timeoutMs));
    return sealed;
  }

  #newHandshake({ streams }: DerivedKey): NoiseHandshake {
    return new NoiseHandshake(this.#options.crypto, streams, this.#options.networkId);
  }

  #initiator(to: Endpoint): HandshakeSide {
    const { keys, unixMs } = this.#options;
    let handshake: NoiseHandshake | undefined;
    return {
      awaitedBytes: HANDSHAKE_BYTES,
      first: () => {
        handshake = this.#newHandshake(keys.current);
        const stamp = new Uint8Array(stampBytes(to.family));
        writeStamp(stamp, 0, to, unixMs());
        return handshake.writeFirst(stamp);
      },
      take: (message) =>
        handshake?.readSecond(message) === undefined
          ? undefined
          : { handshake, isInitiator: true, reply: undefined },
    };
  }

  #responder(family: 4 | 6): HandshakeSide {
    return {
      awaitedBytes: HANDSHAKE_BYTES + stampBytes(family),
      first: () => undefined,
      take: (message) => this.#answer(message, family),
    };
  }

  /** Each key is tried: the other end may hold a newer one, or an older. */
  #answer(message: Uint8Array, family: 4 | 6): HandshakeEnd | undefined {
    for (const key of this.#options.keys.all) {
      const handshake = this.#newHandshake(key);
      const stamp = handshake.readFirst(message);
      if (stamp === undefined) continue;
      const reply = this.#isForUsNow(stamp, family, message) ? handshake.writeSecond(NO_BYTES) : undefined;
      return reply === undefined ? undefined : { handshake, isInitiator: false, reply };
    }
    return undefined;
  }

  #isForUsNow(payload: Uint8Array, family: 4 | 6, message: Uint8Array): boolean {
    const { clock, unixMs, isOwn } = this.#options;
    if (payload.length < stampBytes(family)) return false;
    const stamp = readStamp(payload, family);
    if (!isFresh(stamp.sentUnixMs - unixMs()) || !isOwn(stamp.to)) return false;
    const ephemeral = latin1Text(message.subarray(0, KEY_BYTES));
    const seenMs = this.#seen.peek(ephemeral);
    this.#seen.set(ephemeral, clock.nowMs());
    return seenMs === undefined || clock.nowMs() - seenMs > 2 * MAX_CLOCK_SKEW_MS;
  }
}
