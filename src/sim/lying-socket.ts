/**
 * The socket of a node that lies. Behind it runs the node that ships, so a liar is found and kept like any other;
 * in its answers every named node is replaced by a forged one with an id next to the target, half of them at
 * addresses where nobody is, half at other liars. Lookups are lured away and kept busy (threats D8, DH12).
 */
import { type Endpoint, endpoint } from "../core/endpoint.ts";
import type { DatagramSocket } from "../core/ports.ts";
import type { SeededRandom } from "./seeded-random.ts";

const ID_BYTES = 20;
/** A compact node: id, IPv4 address, port (BEP 5). */
const NODE_BYTES = 26;
/** Bytes of the target that a forged id shares: nobody honest is nearer. */
const FORGED_PREFIX_BYTES = 16;

export class LyingSocket implements DatagramSocket {
  readonly local: Endpoint;
  onDatagram: (payload: Uint8Array, from: Endpoint) => void = () => {};
  onUnreachable: (to: Endpoint) => void = () => {};
  readonly #socket: DatagramSocket;
  readonly #accomplices: readonly Endpoint[];
  readonly #random: SeededRandom;
  /** What the query sought that is being answered. */
  #target: Uint8Array | undefined;

  /** `accomplices` may grow. */
  constructor(socket: DatagramSocket, accomplices: readonly Endpoint[], random: SeededRandom) {
    this.#socket = socket;
    this.local = socket.local;
    this.#accomplices = accomplices;
    this.#random = random;
    socket.onDatagram = (payload, from) => {
      this.#target = targetOf(payload);
      this.onDatagram(payload, from);
      this.#target = undefined;
    };
  }

  send(payload: Uint8Array, to: Endpoint): void {
    if (this.#target !== undefined) this.#forge(payload, this.#target);
    this.#socket.send(payload, to);
  }

  close(): void {
    this.#socket.close();
  }

  #forge(reply: Uint8Array, target: Uint8Array): void {
    const at = indexOfText(reply, "5:nodes");
    if (at < 0) return;
    let cursor = at + 7;
    let length = 0;
    for (; reply[cursor] !== COLON; cursor++) length = 10 * length + (reply[cursor] as number) - DIGIT_0;
    cursor++;
    for (const end = cursor + length; cursor < end; cursor += NODE_BYTES) {
      reply.set(target.subarray(0, FORGED_PREFIX_BYTES), cursor);
      reply.set(this.#random.bytes(ID_BYTES - FORGED_PREFIX_BYTES), cursor + FORGED_PREFIX_BYTES);
      this.#forgeAddress(reply, cursor + ID_BYTES);
    }
  }

  #forgeAddress(reply: Uint8Array, at: number): void {
    const isNobody = this.#random.integer(2) === 0 || this.#accomplices.length === 0;
    const { host, port } = isNobody
      ? endpoint(`${NOBODYS_NET}.${[0, 0, 0].map(() => this.#random.integer(256)).join(".")}`, 6_881)
      : (this.#accomplices[this.#random.integer(this.#accomplices.length)] as Endpoint);
    reply.set(host.split(".").map(Number), at);
    reply[at + 4] = port >> 8;
    reply[at + 5] = port & 0xff;
  }
}

/** The id that a query seeks; undefined for other messages. */
function targetOf(payload: Uint8Array): Uint8Array | undefined {
  for (const name of ["6:target20:", "9:info_hash20:"]) {
    const at = indexOfText(payload, name);
    if (at >= 0) return payload.slice(at + name.length, at + name.length + ID_BYTES);
  }
  return undefined;
}

function indexOfText(bytes: Uint8Array, text: string): number {
  const first = text.charCodeAt(0);
  for (let at = bytes.indexOf(first); at >= 0; at = bytes.indexOf(first, at + 1)) {
    let i = 1;
    while (i < text.length && bytes[at + i] === text.charCodeAt(i)) i++;
    if (i === text.length) return at;
  }
  return -1;
}

/** A part of the address space in which no simulated node lives. */
const NOBODYS_NET = 200;
const COLON = 0x3a;
const DIGIT_0 = 0x30;
