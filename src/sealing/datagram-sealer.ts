/**
 * Seals datagrams and opens those of other members:
 *
 *   mark 1 | sender 8 | number 4 | ChaCha20-Poly1305( stamp 10 or 22 | payload ) | tag 16
 *
 * Sender and number are the nonce. A sender draws its eight bytes anew at each start and after 2^32 datagrams, and counts, so
 * no nonce comes twice, and a window per sender tells what was there before. Mark and nonce are authenticated with the rest.
 */

import { BoundedCache } from "../core/bounded-cache.ts";
import { readUint32, writeUint32 } from "../core/bytes.ts";
import type { AddressFamily, Endpoint } from "../core/endpoint.ts";
import type { Random } from "../core/ports.ts";
import type { NetworkKeys } from "./network-keys.ts";
import { ReplayWindow } from "./replay-window.ts";
import { NONCE_BYTES, TAG_BYTES } from "./sealing-crypto.ts";
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
  /** Valid until the next datagram is opened. */
  readonly payload: Uint8Array;
  /** How far the sender's clock is ahead of ours, less what the datagram was under way. */
  readonly aheadMs: number;
  /** Who sealed it, since its last start, and the number that it gave the datagram. */
  readonly sender: number;
  readonly number: number;
}

export class DatagramSealer {
  readonly #keys: NetworkKeys;
  readonly #random: Random;
  readonly #unixMs: () => number;
  readonly #windows = new BoundedCache<number, ReplayWindow>(MAX_SENDERS);
  readonly #sealed = new Uint8Array(MAX_SEALED_BYTES[4]);
  readonly #opened = new Uint8Array(MAX_SEALED_BYTES[4]);
  /** Mark and nonce of what is sealed, and of what is opened. */
  readonly #head = new Uint8Array(HEAD_BYTES);
  readonly #nonce: Uint8Array = this.#head.subarray(1);
  readonly #openedHead = new Uint8Array(HEAD_BYTES);
  readonly #openedNonce: Uint8Array = this.#openedHead.subarray(1);
  #number = LAST_NUMBER;

  constructor(keys: NetworkKeys, random: Random, unixMs: () => number) {
    this.#keys = keys;
    this.#random = random;
    this.#unixMs = unixMs;
  }

  /** `payload` for `to`, valid until the next call; undefined for one that would not fit into a frame. */
  seal(payload: Uint8Array, to: Endpoint): Uint8Array | undefined {
    const payloadAt = HEAD_BYTES + stampBytes(to.family);
    const textEnd = payloadAt + payload.length;
    if (textEnd + TAG_BYTES > MAX_SEALED_BYTES[to.family]) return undefined;
    const { mark, datagrams } = this.#keys.current;
    this.#countOn();
    this.#head[0] = mark;
    const sealed = this.#sealed;
    sealed.set(this.#head);
    writeStamp(sealed, HEAD_BYTES, to, this.#unixMs());
    sealed.set(payload, payloadAt);
    datagrams.seal(this.#nonce, sealed, HEAD_BYTES, textEnd, this.#head);
    return sealed.subarray(0, textEnd + TAG_BYTES);
  }

  /** What a member made, at whatever time; undefined for what is not of this network. */
  open(datagram: Uint8Array, family: AddressFamily): Opened | undefined {
    const textBytes = datagram.length - HEAD_BYTES - TAG_BYTES;
    if (textBytes < stampBytes(family) || textBytes > this.#opened.length || !this.#decrypts(datagram))
      return undefined;
    const { sentUnixMs, to } = readStamp(this.#opened, family);
    const nonce = this.#openedNonce;
    return {
      sentUnixMs,
      to,
      payload: this.#opened.subarray(stampBytes(family), textBytes),
      aheadMs: sentUnixMs - this.#unixMs(),
      // As many of the 64 bits as a number holds: what two senders have in common only costs them datagrams.
      sender: (readUint32(nonce, 0) >>> 11) * 2 ** 32 + readUint32(nonce, 4),
      number: readUint32(nonce, SENDER_BYTES),
    };
  }

  /** True the first time it is asked for a datagram. */
  admit({ sender, number }: Opened): boolean {
    let window = this.#windows.get(sender);
    if (window === undefined) {
      window = new ReplayWindow();
      this.#windows.set(sender, window);
    }
    return window.admit(number);
  }

  #decrypts(datagram: Uint8Array): boolean {
    const head = this.#openedHead;
    for (let i = 0; i < HEAD_BYTES; i++) head[i] = datagram[i] as number;
    for (const { mark, datagrams } of this.#keys.all)
      if (
        mark === head[0] &&
        datagrams.open(this.#openedNonce, datagram, HEAD_BYTES, datagram.length, head, this.#opened)
      )
        return true;
    return false;
  }

  #countOn(): void {
    if (this.#number === LAST_NUMBER) {
      this.#nonce.set(this.#random.bytes(SENDER_BYTES));
      this.#number = 0;
    } else this.#number++;
    writeUint32(this.#nonce, SENDER_BYTES, this.#number);
  }
}
