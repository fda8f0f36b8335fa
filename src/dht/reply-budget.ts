/** How many bytes answers may cost (threats D2): a bucket of tokens that fills by time and holds three seconds of it. */

/** Threats D2; libtorrent's burst is the same. */
const BURST_MS = 3_000;

export class ReplyBudget {
  readonly #bytesPerSecond: number;
  #available: number;
  #countedAtMs: number;

  constructor(bytesPerSecond: number, nowMs: number) {
    this.#bytesPerSecond = bytesPerSecond;
    this.#available = (bytesPerSecond * BURST_MS) / 1_000;
    this.#countedAtMs = nowMs;
  }

  /** Whether an answer may be sent now. Its size is charged by `spend` when it is known. */
  mayAnswer(nowMs: number): boolean {
    const full = (this.#bytesPerSecond * BURST_MS) / 1_000;
    const gained = ((nowMs - this.#countedAtMs) * this.#bytesPerSecond) / 1_000;
    this.#available = Math.min(full, this.#available + gained);
    this.#countedAtMs = nowMs;
    return this.#available > 0;
  }

  spend(bytes: number): void {
    this.#available -= bytes;
  }
}
