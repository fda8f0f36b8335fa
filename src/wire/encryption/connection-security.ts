/**
 * Whether and how connections are encrypted: by MSE as an option asks, dialled ones for the torrent they are for,
 * accepted ones for whichever they turn out to mean.
 *
 * | option  | dialling                                             | accepting                |
 * |---------|------------------------------------------------------|--------------------------|
 * | prefer  | MSE first, plaintext on a new connection if it fails  | both                     |
 * | require | MSE with RC4 to the end                              | MSE with RC4 to the end  |
 * | off     | plaintext                                            | plaintext                |
 */
import type { InfoHash } from "../../core/ids.ts";
import type { ByteStream, Random, StreamDialer, StreamHandler } from "../../core/ports.ts";
import { TokenBucket } from "../../core/token-bucket.ts";
import type { WireTurns } from "../wire-turns.ts";
import { CipherBuffers } from "./cipher-buffers.ts";
import { PLAINTEXT, RC4 } from "./mse-handshake.ts";
import { MseInitiator } from "./mse-initiator.ts";
import { MseResponder } from "./mse-responder.ts";
import type { EncryptionPolicy, PeerStreams, SecureDial } from "./peer-streams.ts";
import { SecuredStream } from "./secured-stream.ts";
import { TorrentKeys } from "./torrent-keys.ts";

/** threats W10: key exchanges that strangers may have us do; each costs about half a millisecond. */
const MAX_KEY_EXCHANGES_PER_SECOND = 20;

export class ConnectionSecurity implements PeerStreams {
  readonly policy: EncryptionPolicy;
  readonly #random: Random;
  readonly #dialer: StreamDialer;
  readonly #turns: WireTurns;
  readonly #buffers = new CipherBuffers();
  readonly #torrents = new TorrentKeys();
  readonly #keyExchanges = new TokenBucket(MAX_KEY_EXCHANGES_PER_SECOND, { burstMs: 1_000 });

  constructor(policy: EncryptionPolicy, random: Random, dialer: StreamDialer, turns: WireTurns) {
    this.policy = policy;
    this.#random = random;
    this.#dialer = dialer;
    this.#turns = turns;
  }

  addTorrent(infoHash: InfoHash): void {
    this.#torrents.add(infoHash);
  }

  removeTorrent(infoHash: InfoHash): void {
    this.#torrents.remove(infoHash);
  }

  encrypts(isPlain: boolean): boolean {
    return this.policy === "require" || (this.policy === "prefer" && !isPlain);
  }

  dial(dial: SecureDial): ByteStream {
    const { to, handler, timeoutMs, infoHash } = dial;
    if (!this.encrypts(dial.isPlain)) return this.#dialer.dial(to, handler, timeoutMs);
    const secured = new SecuredStream(handler, this.#buffers);
    const handshake = new MseInitiator({
      random: this.#random,
      infoHash,
      provided: this.#methods,
      send: (bytes) => secured.sendRaw(bytes),
      initialPayload: () => secured.takePending(),
    });
    secured.dialled(this.#dialer.dial(to, secured, timeoutMs), handshake);
    return secured;
  }

  accept(stream: ByteStream, handler: StreamHandler): ByteStream {
    if (this.policy === "off") {
      stream.handler = handler;
      return stream;
    }
    const secured = new SecuredStream(handler, this.#buffers);
    secured.accepted(stream, {
      acceptsPlaintext: this.policy === "prefer",
      handshake: (on) => this.#responder(on),
    });
    return secured;
  }

  #responder(secured: SecuredStream): MseResponder | undefined {
    if (!this.#keyExchanges.tryTake(this.#turns.nowMs, 1)) return undefined;
    return new MseResponder({
      random: this.#random,
      torrents: this.#torrents,
      accepted: this.#methods,
      send: (bytes) => secured.sendRaw(bytes),
    });
  }

  get #methods(): number {
    return this.policy === "require" ? RC4 : PLAINTEXT | RC4;
  }
}
