/**
 * The end of an MSE handshake that was dialled: it learns from a hash which of its torrents is meant. Sans-IO.
 *
 *   key --96 bytes--> sync --req1 found--> torrent --known--> offer --> payload-length --> agreed
 *    \__________________\_____________________\________________\________ anything else --> failed
 */
import { concatBytes, readUint16, readUint32, writeUint16, writeUint32 } from "../../core/bytes.ts";
import type { Random } from "../../core/ports.ts";
import { KEY_BYTES, KeyExchange } from "./diffie-hellman.ts";
import { HandshakeInput } from "./handshake-input.ts";
import {
  type Agreement,
  cipherOf,
  HASH_BYTES,
  hashOf,
  MAX_PAD_BYTES,
  type MseHandshake,
  PLAINTEXT,
  RC4,
  randomPad,
  VC_BYTES,
  xored,
} from "./mse-handshake.ts";
import type { Rc4 } from "./rc4.ts";
import type { TorrentKeys } from "./torrent-keys.ts";

/** VC, crypto_provide and the length of PadC. */
const OFFER_BYTES = VC_BYTES + 6;
/** The length of the initial payload. */
const LENGTH_BYTES = 2;

export interface MseResponderOptions {
  readonly random: Random;
  readonly torrents: TorrentKeys;
  /** Methods that we accept: PLAINTEXT, RC4 or both. */
  readonly accepted: number;
  readonly send: (bytes: Uint8Array) => void;
}

interface Ciphers {
  readonly encryptor: Rc4;
  readonly decryptor: Rc4;
}

export class MseResponder implements MseHandshake {
  readonly #options: MseResponderOptions;
  readonly #input = new HandshakeInput();
  #secret: Uint8Array | undefined;
  /** HASH('req1', S), until it was found. */
  #requestHash: Uint8Array | undefined;
  #ciphers: Ciphers | undefined;
  #method: Agreement["method"] | undefined;
  #padBytes = 0;
  agreement: Agreement | undefined;
  failure: string | undefined;

  constructor(options: MseResponderOptions) {
    this.#options = options;
  }

  /** Who was dialled waits to be spoken to. */
  begin(): void {}

  receive(bytes: Uint8Array): void {
    this.#input.append(bytes);
    while (this.failure === undefined && this.agreement === undefined && this.#step());
  }

  /** One step further; false = more bytes are needed. */
  #step(): boolean {
    if (this.#secret === undefined) return this.#readKey();
    if (this.#requestHash !== undefined) return this.#findRequest(this.#requestHash);
    if (this.#ciphers === undefined) return this.#readTorrent(this.#secret);
    if (this.#method === undefined) return this.#readOffer(this.#ciphers);
    return this.#readPayloadLength(this.#method, this.#ciphers);
  }

  #readKey(): boolean {
    if (this.#input.length < KEY_BYTES) return false;
    const { random, send } = this.#options;
    const keys = new KeyExchange(random);
    this.#secret = keys.secretWith(this.#input.take(KEY_BYTES));
    if (this.#secret === undefined) return this.#fail("a degenerate key");
    this.#requestHash = hashOf("req1", this.#secret);
    send(concatBytes([keys.publicKey, randomPad(random)]));
    return true;
  }

  #findRequest(requestHash: Uint8Array): boolean {
    const isFound = this.#input.takePast(requestHash);
    if (isFound === undefined) return false;
    this.#requestHash = undefined;
    return isFound || this.#fail("no request");
  }

  #readTorrent(secret: Uint8Array): boolean {
    if (this.#input.length < HASH_BYTES) return false;
    const hash = xored(this.#input.take(HASH_BYTES), hashOf("req3", secret));
    const infoHash = this.#options.torrents.infoHashOf(hash);
    if (infoHash === undefined) return this.#fail("an unknown torrent");
    this.#ciphers = {
      encryptor: cipherOf("keyB", secret, infoHash),
      decryptor: cipherOf("keyA", secret, infoHash),
    };
    return true;
  }

  #readOffer(ciphers: Ciphers): boolean {
    if (this.#input.length < OFFER_BYTES) return false;
    const offer = this.#input.takeDecrypted(OFFER_BYTES, ciphers.decryptor);
    if (offer.subarray(0, VC_BYTES).some((byte) => byte !== 0)) return this.#fail("no verification constant");
    this.#padBytes = readUint16(offer, VC_BYTES + 4);
    if (this.#padBytes > MAX_PAD_BYTES) return this.#fail("too much padding");
    const common = readUint32(offer, VC_BYTES) & this.#options.accepted;
    // Plaintext where both allow it: the handshake has hidden what it can hide, and RC4 costs both ends a core.
    if ((common & PLAINTEXT) !== 0) this.#method = PLAINTEXT;
    else if ((common & RC4) !== 0) this.#method = RC4;
    else return this.#fail("no method that we accept");
    return true;
  }

  #readPayloadLength(method: Agreement["method"], ciphers: Ciphers): boolean {
    if (this.#input.length < this.#padBytes + LENGTH_BYTES) return false;
    const tail = this.#input.takeDecrypted(this.#padBytes + LENGTH_BYTES, ciphers.decryptor);
    const encryptedBytes = readUint16(tail, this.#padBytes);
    this.#options.send(ciphers.encryptor.applied(this.#selection(method)));
    this.agreement = { method, ...ciphers, encryptedBytes, rest: this.#input.takeAll() };
    return true;
  }

  #selection(method: Agreement["method"]): Uint8Array {
    const pad = randomPad(this.#options.random);
    const head = new Uint8Array(OFFER_BYTES);
    writeUint32(head, VC_BYTES, method);
    writeUint16(head, VC_BYTES + 4, pad.length);
    return concatBytes([head, pad]);
  }

  #fail(why: string): true {
    this.failure = why;
    return true;
  }
}
