/** How far apart two hosts are and what gets lost between them. */
import type { SeededRandom } from "./seeded-random.ts";

export interface LinkModel {
  /** One-way delay of one packet from `fromHost` to `toHost`, milliseconds. */
  delayMs(fromHost: string, toHost: string): number;
  /** Whether this packet is lost. */
  isLost(fromHost: string, toHost: string): boolean;
  /**
   * Instead of both, for links that know sizes: when each copy of this datagram arrives, in milliseconds from now; none =
   * it is lost, two = it was doubled.
   */
  arrivalsMs?(fromHost: string, toHost: string, bytes: number): readonly number[];
}

export interface UniformLinkOptions {
  /** Round-trip time of a pair lies between these; it is drawn once per pair and stays. */
  readonly minRttMs?: number;
  readonly maxRttMs?: number;
  /** Share of datagrams that never arrive, 0 to 1. */
  readonly lossRatio?: number;
}

/** Each host has a fixed distance from an imagined centre; a pair's round trip is the mean of both. */
export class UniformLinks implements LinkModel {
  readonly #random: SeededRandom;
  readonly #minRttMs: number;
  readonly #spreadMs: number;
  readonly #lossRatio: number;
  readonly #rttByHost = new Map<string, number>();

  constructor(random: SeededRandom, options: UniformLinkOptions = {}) {
    this.#random = random;
    this.#minRttMs = options.minRttMs ?? 20;
    this.#spreadMs = Math.max(0, (options.maxRttMs ?? 200) - this.#minRttMs);
    this.#lossRatio = options.lossRatio ?? 0;
  }

  delayMs(fromHost: string, toHost: string): number {
    return (this.#rttOf(fromHost) + this.#rttOf(toHost)) / 4;
  }

  isLost(): boolean {
    return this.#lossRatio > 0 && this.#random.float() < this.#lossRatio;
  }

  #rttOf(host: string): number {
    let rttMs = this.#rttByHost.get(host);
    if (rttMs === undefined) {
      rttMs = this.#minRttMs + this.#random.fork(host).float() * this.#spreadMs;
      this.#rttByHost.set(host, rttMs);
    }
    return rttMs;
  }
}
