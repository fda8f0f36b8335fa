/**
 * How many addresses we may begin to talk to. A home router keeps an entry for each for minutes, and the small ones
 * fail at a thousand of them: the owner's whole network is gone then (anacrolix/dht#24, qBittorrent#8503). Who was
 * asked lately has an entry already and costs nothing.
 */
import type { Endpoint } from "../core/endpoint.ts";

/** Routers forget a flow after one to three minutes of silence; this is on the safe side. */
const REMEMBERED_MS = 60_000;
/** A minute's allowance may be spent at once: joining needs that. */
const MINUTE_MS = 60_000;

export class NewFlowBudget {
  readonly #perMinute: number;
  #allowance: number;
  #refilledAtMs = 0;
  /** Addresses asked in this minute and in the one before. */
  #newer = new Set<string>();
  #older = new Set<string>();
  #turnedAtMs = Number.NEGATIVE_INFINITY;

  constructor(perMinute: number) {
    this.#perMinute = perMinute;
    this.#allowance = perMinute;
  }

  /** Whether `to` may be asked now; counts it if so. */
  admits(to: Endpoint, nowMs: number): boolean {
    this.#turn(nowMs);
    if (this.#newer.has(to.host)) return true;
    if (!this.#older.has(to.host)) {
      const refill = ((nowMs - this.#refilledAtMs) * this.#perMinute) / MINUTE_MS;
      this.#refilledAtMs = nowMs;
      this.#allowance = Math.min(this.#perMinute, this.#allowance + refill);
      if (this.#allowance < 1) return false;
      this.#allowance--;
    }
    this.#newer.add(to.host);
    return true;
  }

  #turn(nowMs: number): void {
    if (nowMs - this.#turnedAtMs < REMEMBERED_MS) return;
    const isStale = nowMs - this.#turnedAtMs >= 2 * REMEMBERED_MS;
    this.#older = isStale ? new Set() : this.#newer;
    this.#newer = new Set();
    this.#turnedAtMs = nowMs;
  }
}
