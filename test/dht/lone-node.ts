/** One node whose datagrams go nowhere but into a list: what it answers to what, byte for byte. */
import { type Endpoint, endpoint } from "../../src/core/endpoint.ts";
import type { DatagramSocket } from "../../src/core/ports.ts";
import { type DhtConfig, DhtNode, type DhtNodeOptions } from "../../src/dht/index.ts";
import { KrpcDecoder } from "../../src/dht/krpc-decoder.ts";
import { KrpcEncoder } from "../../src/dht/krpc-encoder.ts";
import type { KrpcMessage } from "../../src/dht/krpc-message.ts";
import { World } from "../../src/sim/index.ts";

export interface Sent {
  readonly payload: Uint8Array;
  readonly to: Endpoint;
}

export const ASKER: Endpoint = endpoint("9.9.9.9", 6881);

export class LoneNode {
  readonly world = new World("lone");
  readonly node: DhtNode;
  readonly sent: Sent[] = [];
  readonly #encoder = new KrpcEncoder({ version: new Uint8Array(0), readOnly: false });
  #asked = 0;

  constructor(config: Partial<DhtConfig> = {}, ports: Pick<DhtNodeOptions, "verifySignature"> = {}) {
    const socketAt = (local: Endpoint): DatagramSocket => ({
      local,
      send: (payload, to) => void this.sent.push({ payload: payload.slice(), to }),
      onDatagram: () => {},
      onUnreachable: () => {},
      close: () => {},
    });
    this.node = new DhtNode({
      clock: this.world.clock,
      random: this.world.random,
      config: { addressProfile: "public", ...config },
      sockets: { v4: socketAt(endpoint("20.0.0.1", 6881)), v6: socketAt(endpoint("2001:470::1", 6881)) },
      onEvent: () => {},
      ...ports,
    });
  }

  /** What the node sends in answer to `payload`; it is asked nothing else meanwhile. */
  answersTo(payload: Uint8Array, from: Endpoint = ASKER): Uint8Array[] {
    const before = this.sent.length;
    this.node.handleDatagram(payload, from);
    return this.sent.splice(before).map((it) => it.payload);
  }

  /** The one answer to `payload`, decoded. */
  answerTo(payload: Uint8Array, from: Endpoint = ASKER): KrpcMessage {
    const [answer] = this.answersTo(payload, from);
    if (answer === undefined) throw new Error("no answer");
    return decoded(answer);
  }

  /** Gives the node `count` live contacts, each in a /24 (/48) of its own, by answering its pings. */
  befriend(count: number, family: 4 | 6 = 4): Endpoint[] {
    const friends: Endpoint[] = [];
    for (let i = 0; i < count; i++) {
      const friend = endpoint(
        family === 4 ? `30.${i >> 8}.${i & 255}.1` : `2001:${(0x500 + i).toString(16)}::1`,
        6881,
      );
      const id = this.world.random.fork(`friend ${family} ${i}`).bytes(20);
      this.node.ping(friend, () => {});
      const ping = this.sent.pop();
      if (ping === undefined) throw new Error("no ping");
      this.node.handleDatagram(pongTo(ping.payload, id), friend);
      friends.push(friend);
    }
    return friends;
  }

  /** Stores `count` peers for `infoHash` by announcing them from addresses of their own. */
  fill(infoHash: Uint8Array, count: number, family: 4 | 6 = 4): void {
    for (let i = 0; i < count; i++) {
      const peer = endpoint(
        family === 4 ? `40.${i >> 8}.${i & 255}.1` : `2001:${(0x1000 + i).toString(16)}::1`,
        6881,
      );
      const token = this.answerTo(this.getPeers(infoHash), peer).token() ?? new Uint8Array(0);
      const how = { port: 6881, impliedPort: false, isSeed: false, token };
      this.answersTo(this.#encoder.announcePeer(++this.#asked, ASKER_ID, infoHash, how).slice(), peer);
    }
  }

  getPeers(infoHash: Uint8Array): Uint8Array {
    return this.#encoder.getPeers(++this.#asked, ASKER_ID, infoHash, "own", false).slice();
  }
}

export const ASKER_ID: Uint8Array = Uint8Array.from("abcdefghij0123456789", (it) => it.charCodeAt(0));

export function decoded(payload: Uint8Array): KrpcMessage {
  const decoder = new KrpcDecoder();
  const problem = decoder.decode(payload);
  if (problem !== undefined) throw new Error(`our own message is ${problem}`);
  return decoder.message;
}

/** A reply to the query `ping` by a node with `id`. */
function pongTo(ping: Uint8Array, id: Uint8Array): Uint8Array {
  const encoder = new KrpcEncoder({ version: new Uint8Array(0), readOnly: false });
  encoder.beginReply(endpoint("20.0.0.1", 6881), id);
  return encoder.endReply(decoded(ping)).slice();
}

/** Bytes of the answers to a hundred times `query` that are longer than an answer may be to an unknown asker (5.0). */
export function bytesBeyondFactor(lone: LoneNode, query: Uint8Array, from: Endpoint): number {
  let bytes = 0;
  for (let i = 0; i < 100; i++) {
    for (const answer of lone.answersTo(query, from))
      if (answer.length > 5 * query.length) bytes += answer.length;
  }
  return bytes;
}
