/**
 * The line of one host: an uplink that its streams take turns at, chunk by chunk, and a downlink that takes in one
 * chunk after the other.
 */
import { ScheduledEvent } from "./event-heap.ts";
import type { World } from "./world.ts";

/** Bytes that a stream sends before the next one has its turn: about one block, so that sharing is fair, */
const LEAST_TURN_BYTES = 16_384;
/** up to what a sender hands to its card at a time (64 KiB, the most that segmentation offload takes), */
const MOST_TURN_BYTES = 65_536;
/**
 * as far as that takes a line no more than a sixteenth of a second. A crowd of 60 on lines of 1 MiB/s has the same times to
 * half a percent with one block a turn, and more than twice the events.
 */
const TURN_SECONDS = 1 / 16;

/** Takes a downlink no time that is worth an event of its own. */
const ONE_PACKET_BYTES = 1_400;

export interface HostLinks {
  /** Infinity where not limited. */
  readonly upBytesPerSecond: number;
  readonly downBytesPerSecond: number;
}

/** A stream as its host sees it. */
export interface HostStream {
  /** Its turn at the uplink: answers how many bytes went on their way. */
  sendChunk(): number;
  /** The path broke. */
  reset(): void;
}

export class VirtualHost {
  readonly streams: Set<HostStream> = new Set<HostStream>();
  readonly world: World;
  /** Bytes that a stream sends in its turn. */
  readonly turnBytes: number;
  readonly #links: HostLinks;
  readonly #uplink: Uplink;
  #downFreeAtMs = 0;

  constructor(world: World, links: HostLinks) {
    this.world = world;
    this.#links = links;
    const { upBytesPerSecond } = links;
    this.turnBytes = turnBytesOf(upBytesPerSecond);
    this.#uplink = new Uplink(world, upBytesPerSecond, this.turnBytes);
  }

  /** Everything that went up the line, framing included. */
  get sentBytes(): number {
    return this.#uplink.sentBytes;
  }

  /** `stream` has something to send and is in the queue once. */
  enqueue(stream: HostStream): void {
    this.#uplink.enqueue(stream);
  }

  /** What the downlink takes for so many bytes; nothing for what fits into one packet. */
  downMs(bytes: number): number {
    return bytes <= ONE_PACKET_BYTES ? 0 : (bytes / this.#links.downBytesPerSecond) * 1000;
  }

  /**
   * A chunk has come that the downlink has been taking in for its `downMs`, if it was free: answers when it has been taken in,
   * which is later than now where others came before.
   */
  takeIn(bytes: number): number {
    this.#downFreeAtMs = Math.max(this.world.nowMs, this.#downFreeAtMs + this.downMs(bytes));
    return this.#downFreeAtMs;
  }
}

/** One event for each chunk; small ones (requests, HAVEs) leave together, as many as one chunk of payload has bytes. */
class Uplink extends ScheduledEvent {
  readonly #world: World;
  readonly #bytesPerSecond: number;
  readonly #turnBytes: number;
  readonly #waiting: HostStream[] = [];
  #isSending = false;
  sentBytes = 0;

  constructor(world: World, bytesPerSecond: number, turnBytes: number) {
    super();
    this.#world = world;
    this.#bytesPerSecond = bytesPerSecond;
    this.#turnBytes = turnBytes;
  }

  get isLive(): boolean {
    return true;
  }

  enqueue(stream: HostStream): void {
    this.#waiting.push(stream);
    if (this.#isSending) return;
    this.#isSending = true;
    this.#world.schedule(this, 0);
  }

  run(): void {
    let bytes = 0;
    let sent = 0;
    // Whoever comes meanwhile, because it was told that its bytes have left, waits for the next event.
    const turns = this.#waiting.length;
    while (sent < turns && bytes < this.#turnBytes) {
      bytes += (this.#waiting[sent] as HostStream).sendChunk();
      sent++;
    }
    this.#waiting.splice(0, sent);
    this.sentBytes += bytes;
    if (bytes > 0 || this.#waiting.length > 0)
      this.#world.schedule(this, (bytes / this.#bytesPerSecond) * 1000);
    else this.#isSending = false;
  }
}

/** A line without a limit is never waited for, so that longer turns would save nothing. */
function turnBytesOf(upBytesPerSecond: number): number {
  if (upBytesPerSecond === Number.POSITIVE_INFINITY) return LEAST_TURN_BYTES;
  return Math.max(LEAST_TURN_BYTES, Math.min(Math.floor(upBytesPerSecond * TURN_SECONDS), MOST_TURN_BYTES));
}
