/**
 * How many addresses we may begin to talk to. A home router keeps an entry for each for minutes, and the small ones
 * fail at a thousand of them: the owner's whole network is gone then (anacrolix/dht#24, qBittorrent#8503). Who was
 * asked lately has an entry already and costs nothing.
 */
import type { Endpoint } from "../core/endpoint.ts";
import { RecentHosts } from "./recent-hosts.ts";

/** Routers forget a flow after one to three minutes of silence; this is on the safe side. */
const REMEMBERED_MS = 60_000;
/** A minute's allowance may be spent at once: joining needs that. */
const MINUTE_MS = 60_000;

export class NewFlowBudget {
  readonly #perMinute: number;
  #allowance: number;
  #refilledAtMs = 0;
  readonly #asked = new RecentHosts(REMEMBERED_MS);

  constructor(perMinute: number) {
    this.#perMinute = perMinute;
    this.#allowance = perMinute;
  }

  /** Whether `to` may be asked now; counts it if so. */
  admits(to: Endpoint, nowMs: number): boolean {
    if (!this.#asked.has(to.host, nowMs)) {
      const refill = ((nowMs - this.#refilledAtMs) * this.#perMinute) / MINUTE_MS;
      this.#refilledAtMs = nowMs;
      this.#allowance = Math.min(this.#perMinute, this.#allowance + refill);
      if (this.#allowance < 1) return false;
      this.#allowance--;
    }
    this.#asked.add(to.host, nowMs);
    return true;
  }
}
