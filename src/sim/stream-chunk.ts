/** Part of a stream on its way: travels for the link's delay, waits for the downlink, is handed to the receiver. */
import type { StreamHandler } from "../core/ports.ts";
import { blankBlock } from "./blank-payload.ts";
import { ScheduledEvent } from "./event-heap.ts";
import type { VirtualHost } from "./virtual-host.ts";
import type { World } from "./world.ts";

/** Takes a downlink no time that is worth an event of its own: what fits into one packet. */
const ONE_PACKET_BYTES = 1_400;

/** The end of a stream that chunks go to. */
export interface ChunkReceiver {
  readonly world: World;
  readonly host: VirtualHost;
  receive(chunk: StreamChunk): void;
}

export class StreamChunk extends ScheduledEvent {
  readonly #to: ChunkReceiver;
  /** Nearly always there is one part. */
  #part: Uint8Array = NOTHING;
  #partBytes = 0;
  #more: Part[] | undefined;
  #hasArrived = false;
  bytes = 0;

  constructor(to: ChunkReceiver) {
    super();
    this.#to = to;
  }

  get isLive(): boolean {
    return true;
  }

  /** The chunk owns `part` from now on; a part that is shorter than `lengthBytes` is the header of a blank block. */
  add(part: Uint8Array, lengthBytes: number): void {
    if (this.bytes === 0) {
      this.#part = part;
      this.#partBytes = lengthBytes;
    } else {
      this.#more ??= [];
      this.#more.push({ part, lengthBytes });
    }
    this.bytes += lengthBytes;
  }

  /** Comes to the downlink first, and to the receiver when that has taken it in. */
  run(): void {
    const { host, world } = this.#to;
    if (this.#hasArrived) {
      this.#to.receive(this);
      return;
    }
    this.#hasArrived = true;
    const isAtOnce = this.bytes <= ONE_PACKET_BYTES && host.isDownIdle;
    const receivedAtMs = host.receivedAtMs(this.bytes);
    if (isAtOnce) this.#to.receive(this);
    else world.schedule(this, receivedAtMs - world.nowMs);
  }

  /** Hands the parts over in their order. */
  deliver(handler: StreamHandler): void {
    handOver(handler, this.#part, this.#partBytes);
    if (this.#more === undefined) return;
    for (const { part, lengthBytes } of this.#more) handOver(handler, part, lengthBytes);
  }
}

interface Part {
  readonly part: Uint8Array;
  readonly lengthBytes: number;
}

const NOTHING = new Uint8Array(0);

function handOver(handler: StreamHandler, part: Uint8Array, lengthBytes: number): void {
  handler.onBytes(lengthBytes > part.length ? blankBlock(part) : part, 0, lengthBytes);
}
