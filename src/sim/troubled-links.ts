/**
 * Links for datagrams that know sizes and times: an uplink of a given rate for each host with a queue before it, as
 * deep as a bloated router's, and packets that get lost, overtake each other or arrive twice.
 */
import type { LinkModel } from "./link-model.ts";
import type { SeededRandom } from "./seeded-random.ts";
import type { World } from "./world.ts";

export interface TroubledLinksOptions {
  readonly oneWayMs: number;
  /** Of each host. Absent: no limit. */
  readonly upBytesPerSecond?: number;
  /** Bytes that may wait before an uplink; what comes when it is full is dropped. */
  readonly bufferBytes?: number;
  /** Shares of all datagrams, 0 to 1. */
  readonly lossRatio?: number;
  readonly duplicateRatio?: number;
  /** These arrive later by up to `reorderMs`. */
  readonly reorderRatio?: number;
  readonly reorderMs?: number;
  /** Larger datagrams vanish without a word. Absent: none do. */
  readonly maxDatagramBytes?: number;
}

/** Headers of UDP and IPv4 take room on the line too. */
const HEADER_BYTES = 28;

export class TroubledLinks implements LinkModel {
  readonly #world: World;
  readonly #random: SeededRandom;
  readonly #options: TroubledLinksOptions;
  /** When the uplink of a host has sent all that waits before it. */
  readonly #freeAtMs = new Map<string, number>();
  droppedDatagrams = 0;

  constructor(world: World, options: TroubledLinksOptions) {
    this.#world = world;
    this.#random = world.random.fork("troubled links");
    this.#options = options;
  }

  delayMs(): number {
    return this.#options.oneWayMs;
  }

  isLost(): boolean {
    return this.#happens(this.#options.lossRatio);
  }

  arrivalsMs(fromHost: string, _toHost: string, bytes: number): readonly number[] {
    const { oneWayMs, maxDatagramBytes = Number.POSITIVE_INFINITY, duplicateRatio } = this.#options;
    const waitMs = this.#queueMs(fromHost, bytes);
    if (waitMs === undefined || bytes > maxDatagramBytes || this.isLost()) {
      this.droppedDatagrams++;
      return [];
    }
    const delayMs = waitMs + oneWayMs + this.#detourMs();
    return this.#happens(duplicateRatio) ? [delayMs, delayMs + this.#detourMs()] : [delayMs];
  }

  /** How long a datagram that joins the queue now takes to leave it; undefined when there is no room. */
  queueMs(host: string): number {
    return Math.max(0, (this.#freeAtMs.get(host) ?? 0) - this.#world.nowMs);
  }

  #queueMs(host: string, bytes: number): number | undefined {
    const { upBytesPerSecond, bufferBytes = Number.POSITIVE_INFINITY } = this.#options;
    if (upBytesPerSecond === undefined) return 0;
    const waitMs = this.queueMs(host);
    if ((waitMs / 1000) * upBytesPerSecond + bytes > bufferBytes) return undefined;
    const leavesMs = waitMs + ((bytes + HEADER_BYTES) / upBytesPerSecond) * 1000;
    this.#freeAtMs.set(host, this.#world.nowMs + leavesMs);
    return leavesMs;
  }

  #detourMs(): number {
    const { reorderRatio, reorderMs = 0 } = this.#options;
    return this.#happens(reorderRatio) ? this.#random.float() * reorderMs : 0;
  }

  #happens(ratio: number | undefined): boolean {
    return ratio !== undefined && ratio > 0 && this.#random.float() < ratio;
  }
}
