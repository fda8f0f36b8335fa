/**
 * A TCP transfer without end, packet by packet, as the yardstick that uTP shares a link with: the window of Reno
 * (RFC 5681) from ten packets on, losses found by selective acknowledgements (RFC 6675), every packet acknowledged.
 * Only what matters to a queue is modelled: nothing is delivered.
 */
import type { DatagramSocket } from "../../../src/core/ports.ts";
import type { World } from "../../../src/sim/index.ts";

const PAYLOAD_BYTES = 1_448;
/** TCP's header is longer than UDP's, which the link counts. */
const SEGMENT_BYTES: number = PAYLOAD_BYTES + 24;
const ANSWER_BYTES = 40;
const MIN_TIMEOUT_MS = 1_000;
/** A packet is lost when one that was sent so many later has arrived. */
const REORDERING = 3;

interface Transmission {
  readonly order: number;
  readonly atMs: number;
}

export class RenoFlow {
  readonly #world: World;
  readonly #sender: DatagramSocket;
  readonly #receiver: DatagramSocket;
  readonly #segment = new Uint8Array(SEGMENT_BYTES);
  /** By number of the packet, in the order of transmission. */
  readonly #outstanding = new Map<number, Transmission>();
  readonly #lost: number[] = [];
  /** In packets. */
  #window = 10;
  #threshold = Number.POSITIVE_INFINITY;
  #delivered = 0;
  #next = 0;
  #order = 0;
  /** Losses of transmissions up to here have halved the window. */
  #cutOrder = 0;
  #smoothedMs = MIN_TIMEOUT_MS;
  #timer: Disposable | undefined;
  #isStopped = false;

  constructor(world: World, sender: DatagramSocket, receiver: DatagramSocket) {
    this.#world = world;
    this.#sender = sender;
    this.#receiver = receiver;
    const answer = new Uint8Array(ANSWER_BYTES);
    receiver.onDatagram = (segment) => {
      answer.set(segment.subarray(0, 4));
      receiver.send(answer, sender.local);
    };
    sender.onDatagram = (bytes) => this.#answered(numberIn(bytes));
  }

  get deliveredBytes(): number {
    return this.#delivered * PAYLOAD_BYTES;
  }

  start(): void {
    this.#send();
  }

  stop(): void {
    this.#isStopped = true;
    this.#timer?.[Symbol.dispose]();
  }

  #answered(number: number): void {
    const transmission = this.#outstanding.get(number);
    if (this.#isStopped || transmission === undefined) return;
    this.#outstanding.delete(number);
    this.#delivered++;
    this.#smoothedMs += (this.#world.nowMs - transmission.atMs - this.#smoothedMs) / 8;
    this.#window += this.#window < this.#threshold ? 1 : 1 / this.#window;
    this.#findLost(transmission.order);
    this.#arm();
    this.#send();
  }

  #findLost(arrivedOrder: number): void {
    for (const [number, { order }] of this.#outstanding) {
      if (order + REORDERING > arrivedOrder) return;
      this.#outstanding.delete(number);
      this.#lost.push(number);
      if (order <= this.#cutOrder) continue;
      this.#cutOrder = this.#order;
      this.#threshold = Math.max(2, this.#window / 2);
      this.#window = this.#threshold;
    }
  }

  #timedOut(): void {
    this.#lost.push(...this.#outstanding.keys());
    this.#outstanding.clear();
    this.#cutOrder = this.#order;
    this.#threshold = Math.max(2, this.#window / 2);
    this.#window = 1;
    this.#arm();
    this.#send();
  }

  #send(): void {
    while (this.#outstanding.size < Math.floor(this.#window)) {
      const number = this.#lost.shift() ?? this.#next++;
      this.#outstanding.set(number, { order: ++this.#order, atMs: this.#world.nowMs });
      new DataView(this.#segment.buffer).setUint32(0, number);
      this.#sender.send(this.#segment, this.#receiver.local);
    }
    if (this.#timer === undefined) this.#arm();
  }

  #arm(): void {
    this.#timer?.[Symbol.dispose]();
    const timeoutMs = Math.max(MIN_TIMEOUT_MS, 3 * this.#smoothedMs);
    this.#timer = this.#world.clock.setTimer(timeoutMs, () => this.#timedOut());
  }
}

function numberIn(bytes: Uint8Array): number {
  return new DataView(bytes.buffer, bytes.byteOffset).getUint32(0);
}
