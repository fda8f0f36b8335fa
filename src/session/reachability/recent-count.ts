/** How often something happened in the last hour, counted in minutes. */

const MINUTE_MS = 60_000;
const MINUTES = 60;

export class RecentCount {
  readonly #counts: number[] = new Array<number>(MINUTES).fill(0);
  #minute = Number.NEGATIVE_INFINITY;
  #total = 0;

  /** Takes how often it has happened since the start; call it once a second or so. */
  update(total: number, nowMs: number): void {
    this.#turn(nowMs);
    this.#counts[this.#minute % MINUTES] =
      (this.#counts[this.#minute % MINUTES] as number) + total - this.#total;
    this.#total = total;
  }

  inLastHour(nowMs: number): number {
    this.#turn(nowMs);
    return this.#counts.reduce((sum, count) => sum + count, 0);
  }

  /** Minutes that are an hour old are over. */
  #turn(nowMs: number): void {
    const minute = Math.floor(nowMs / MINUTE_MS);
    if (minute - this.#minute >= MINUTES) this.#counts.fill(0);
    else for (let one = this.#minute + 1; one <= minute; one++) this.#counts[one % MINUTES] = 0;
    this.#minute = minute;
  }
}
