/** A bootstrap node by itself, and a crowd of scripted ones around it: who lives answers pings, who does not is only an address. */
import { toHex } from "../../src/core/bytes.ts";
import { type Endpoint, endpoint, formatEndpoint } from "../../src/core/endpoint.ts";
import type { DatagramSocket } from "../../src/core/ports.ts";
import { type DhtConfig, DhtNode } from "../../src/dht/index.ts";
import { KrpcEncoder } from "../../src/dht/krpc-encoder.ts";
import { SeededRandom, World } from "../../src/sim/index.ts";
import { decoded } from "./lone-node.ts";

const HERE = endpoint("20.0.0.1", 6881);
export const MINUTE_MS = 60_000;

export interface Stranger {
  readonly at: Endpoint;
  readonly id: Uint8Array;
}

export class BootstrapDoor {
  readonly world: World;
  readonly random: SeededRandom;
  node: DhtNode;
  /** Pings that it sent, by virtual second. */
  readonly pingsBySecond = new Map<number, number>();
  /** The transaction of the last ping that nobody keeps in mind. */
  lastCookie: Uint8Array | undefined;
  readonly #config: Partial<DhtConfig>;
  readonly #encoder = new KrpcEncoder({ version: new Uint8Array(0), readOnly: false });
  readonly #answers: Uint8Array[] = [];
  readonly #living = new Map<string, Uint8Array>();

  constructor(config: Partial<DhtConfig> = {}, saved?: Uint8Array) {
    this.world = new World("door");
    this.random = new SeededRandom("door");
    this.#config = config;
    this.node = this.#start(saved);
  }

  /** A stranger with an address of his own. */
  stranger(index: number): Stranger {
    const host = `${30 + (index >> 16)}.${(index >> 8) & 255}.${index & 255}.9`;
    return { at: endpoint(host, 6881), id: this.random.fork(`id ${index}`).bytes(20) };
  }

  /** From now on he answers pings. */
  live({ at, id }: Stranger): void {
    this.#living.set(formatEndpoint(at), id);
  }

  die({ at }: Stranger): void {
    this.#living.delete(formatEndpoint(at));
  }

  /** Asks for his own neighbourhood; the ids that he is told, nothing where there is no answer. */
  asksToBeLetIn({ at, id }: Stranger, isReadOnly = false): readonly string[] {
    return this.asks(this.queryOf(id, id, isReadOnly), at);
  }

  queryOf(id: Uint8Array, target: Uint8Array, isReadOnly = false): Uint8Array {
    const encoder = new KrpcEncoder({ version: new Uint8Array(4), readOnly: isReadOnly });
    return encoder.findNode(7, id, target, "own").slice();
  }

  asks(query: Uint8Array, from: Endpoint): readonly string[] {
    this.#answers.length = 0;
    this.node.handleDatagram(query, from);
    const [answer] = this.#answers;
    if (answer === undefined) return [];
    const { nodesAt, nodesLength, bytes } = decoded(answer);
    return Array.from({ length: nodesLength / 26 }, (_, i) =>
      toHex(bytes.subarray(nodesAt + 26 * i, nodesAt + 26 * i + 20)),
    );
  }

  /** The bootstrap node receives `who`'s reply to a query with `transaction`. */
  reply(transaction: Uint8Array, who: Stranger): void {
    const text = `d1:rd2:id20:${latin1(who.id)}e1:t${transaction.length}:${latin1(transaction)}1:y1:re`;
    this.node.handleDatagram(Buffer.from(text, "latin1"), who.at);
  }

  /** Ends the node and starts another one with what it saved. */
  restart(): void {
    const saved = this.node.exportState();
    this.node.close();
    this.pingsBySecond.clear();
    this.node = this.#start(saved);
  }

  #start(saved: Uint8Array | undefined): DhtNode {
    const socket: DatagramSocket = {
      local: HERE,
      send: (payload, to) => this.#carry(payload, to),
      onDatagram: () => {},
      onUnreachable: () => {},
      close: () => {},
    };
    const node = new DhtNode({
      clock: this.world.clock,
      random: this.world.random,
      config: { addressProfile: "public", introduces: true, limits: "off", ...this.#config },
      sockets: { v4: socket },
      saved,
      onEvent: (event) => {
        if (event.kind === "bootstrap-needed") this.world.after(0, () => node.bootstrap([]));
      },
    });
    node.start();
    return node;
  }

  #carry(payload: Uint8Array, to: Endpoint): void {
    const message = decoded(payload.slice());
    if (message.kind !== "query") {
      this.#answers.push(message.bytes);
      return;
    }
    const second = Math.floor(this.world.nowMs / 1_000);
    this.pingsBySecond.set(second, (this.pingsBySecond.get(second) ?? 0) + 1);
    const { transactionAt, transactionLength } = message;
    if (transactionLength === 8)
      this.lastCookie = message.bytes.slice(transactionAt, transactionAt + transactionLength);
    const id = this.#living.get(formatEndpoint(to));
    if (id === undefined) return;
    this.#encoder.beginReply(HERE, id);
    const pong = this.#encoder.endReply(message).slice();
    this.world.after(20, () => this.node.handleDatagram(pong, to));
  }
}

const latin1 = (bytes: Uint8Array): string => Buffer.from(bytes).toString("latin1");
