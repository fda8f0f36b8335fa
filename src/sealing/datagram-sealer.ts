/**
 * Seals datagrams and opens those of other members:
 *
 *   mark 1 | sender 8 | number 4 | ChaCha20-Poly1305( stamp 10 or 22 | payload ) | tag 16
 *
 * Sender and number are the nonce. A sender draws its eight bytes anew at each start and after 2^32 datagrams, and counts, so
 * no nonce comes twice, and a window per sender tells what was there before. Mark and nonce are authenticated with the rest.
 */

import { BoundedCache } from "../core/bounded-cache.ts";
import { latin1Text, readUint32, writeUint32 } from "../core/bytes.ts";
import type { AddressFamily, Endpoint } from "../core/endpoint.ts";
import type { Random } from "../core/ports.ts";
import type { NetworkKeys } from "./network-keys.ts";
import { ReplayWindow } from "./replay-window.ts";
import { NONCE_BYTES, type SealingCrypto, TAG_BYTES } from "./sealing-crypto.ts";
import { readStamp, type Stamp, stampBytes, writeStamp } from "./stamp.ts";

const HEAD_BYTES: number = 1 + NONCE_BYTES;
const SENDER_BYTES = 8;
const LAST_NUMBER = 0xffffffff;
/** What sealing adds to a datagram at most. */
export const SEALING_BYTES: number = HEAD_BYTES + stampBytes(6) + TAG_BYTES;
/** What an Ethernet frame carries, by address family: larger ones would travel in fragments. uTP finds out that they get lost. */
const MAX_SEALED_BYTES: Readonly<Record<AddressFamily, number>> = { 4: 1_472, 6: 1_452 };
/** Senders whose numbers are remembered, about 300 bytes each. Only members become one. */
const MAX_SENDERS = 8_192;

export interface Opened extends Stamp {
  /** Newly allocated. */
  readonly payload: Uint8Array;
  /** How far the sender's clock is ahead of ours, less what the datagram was under way. */
  readonly aheadMs: number;
  /** True the first time it is asked. */
  isFirst(): boolean;
}

export class DatagramSealer {
  readonly #crypto: SealingCrypto;
  readonly #keys: NetworkKeys;
  readonly #random: Random;
  readonly #unixMs: () => number;
  readonly #windows = new BoundedCache<string, ReplayWindow>(MAX_SENDERS);
  readonly #sealed = new Uint8Array(MAX_SEALED_BYTES[4]);
  readonly #plain = new Uint8Array(MAX_SEALED_BYTES[4]);
  readonly #nonce = new Uint8Array(NONCE_BYTES);
  #number = LAST_NUMBER;

  constructor(crypto: SealingCrypto, keys: NetworkKeys, random: Random, unixMs: () => number) {
    this.#crypto = crypto;
    this.#keys = keys;
    this.#random = random;
    this.#unixMs = unixMs;
  }

  /** `payload` for `to`, valid until the next call; undefined for one that would not fit into a frame. */
  seal(payload: Uint8Array, to: Endpoint): Uint8Array | undefined {
    const plainBytes = stampBytes(to.family) + payload.length;
    const sealedBytes = HEAD_BYTES + plainBytes + TAG_BYTES;
    if (sealedBytes > MAX_SEALED_BYTES[to.family]) return undefined;
    const { mark, datagrams } = this.#keys.current;
    this.#countOn();
    writeStamp(this.#plain, 0, to, this.#unixMs());
    this.#plain.set(payload, stampBytes(to.family));
    this.#sealed[0] = mark;
    this.#sealed.set(this.#nonce, 1);
    const plain = this.#plain.subarray(0, plainBytes);
    this.#crypto.seal(
      datagrams,
      this.#nonce,
      plain,
      this.#sealed.subarray(0, HEAD_BYTES),
      this.#sealed,
      HEAD_BYTES,
    );
    return this.#sealed.subarray(0, sealedBytes);
  }

  /** What a member made, at whatever time; undefined for what is not of this network. */
  open(datagram: Uint8Array, family: AddressFamily): Opened | undefined {
    if (datagram.length < HEAD_BYTES + stampBytes(family) + TAG_BYTES) return undefined;
    const plain = this.#opened(datagram);
    const stamp = plain === undefined ? undefined : readStamp(plain, family);
    if (plain === undefined || stamp === undefined) return undefined;
    const sender = latin1Text(datagram.subarray(1, 1 + SENDER_BYTES));
    const number = readUint32(datagram, 1 + SENDER_BYTES);
    return {
      ...stamp,
      payload: plain.subarray(stampBytes(family)),
      aheadMs: stamp.sentUnixMs - this.#unixMs(),
      isFirst: () => this.#admit(sender, number),
    };
  }

  #opened(datagram: Uint8Array): Uint8Array | undefined {
    const head = datagram.subarray(0, HEAD_BYTES);
    for (const { mark, datagrams } of this.#keys.all) {
      if (mark !== datagram[0]) continue;
      const plain = this.#crypto.open(datagrams, head.subarray(1), datagram.subarray(HEAD_BYTES), head);
      if (plain !== undefined) return plain;
    }
    return undefined;
  }

  #admit(sender: string, number: number): boolean {
    let window = this.#windows.get(sender);
    if (window === undefined) {
      window = new ReplayWindow();
      this.#windows.set(sender, window);
    }
    return window.admit(number);
  }

  #countOn(): void {
    if (this.#number === LAST_NUMBER) {
      this.#nonce.set(this.#random.bytes(SENDER_BYTES));
      this.#number = 0;
    } else this.#number++;
    writeUint32(this.#nonce, SENDER_BYTES, this.#number);
  }
}
