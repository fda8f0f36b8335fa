/**
 * Hosts of the last while, in two generations: the newer one becomes the older when its time is over. So a host is
 * remembered for once to twice that time, and forgetting costs nothing.
 */
export class RecentHosts {
  readonly #rememberedMs: number;
  readonly #maxHosts: number;
  #newer = new Set<string>();
  #older = new Set<string>();
  #turnedAtMs = Number.NEGATIVE_INFINITY;

  /** Remembers `maxHosts` of each generation at most. */
  constructor(rememberedMs: number, maxHosts: number = Number.POSITIVE_INFINITY) {
    this.#rememberedMs = rememberedMs;
    this.#maxHosts = maxHosts;
  }

  add(host: string, nowMs: number): void {
    this.#turn(nowMs);
    if (this.#newer.size < this.#maxHosts) this.#newer.add(host);
  }

  has(host: string, nowMs: number): boolean {
    this.#turn(nowMs);
    return this.#newer.has(host) || this.#older.has(host);
  }

  /** Whether some host may have found no room. */
  isFull(nowMs: number): boolean {
    this.#turn(nowMs);
    return Math.max(this.#newer.size, this.#older.size) >= this.#maxHosts;
  }

  #turn(nowMs: number): void {
    if (nowMs - this.#turnedAtMs < this.#rememberedMs) return;
    const isStale = nowMs - this.#turnedAtMs >= 2 * this.#rememberedMs;
    this.#older = isStale ? new Set() : this.#newer;
    this.#newer = new Set();
    this.#turnedAtMs = nowMs;
  }
}
