/**
 * Whom we asked in the last minutes: a translator lets these in again, so that their queries prove nothing. A query from
 * anybody else says that we can be reached over UDP.
 */

/** Translators forget UDP after one to three minutes of silence (RFC 4787 asks for two at least), a few after five. */
const REMEMBERED_MS = 300_000;
/** A busy node asks some ten hosts a second. Past this nobody counts as a stranger. */
const MAX_HOSTS = 4_096;

export class AskedHosts {
  /** Of this time and of the one before. */
  #newer = new Set<string>();
  #older = new Set<string>();
  #turnedAtMs = Number.NEGATIVE_INFINITY;

  note(host: string, nowMs: number): void {
    this.#turn(nowMs);
    if (this.#newer.size < MAX_HOSTS) this.#newer.add(host);
  }

  /** False where that is not known for certain. */
  isStranger(host: string, nowMs: number): boolean {
    this.#turn(nowMs);
    return [this.#newer, this.#older].every((asked) => asked.size < MAX_HOSTS && !asked.has(host));
  }

  #turn(nowMs: number): void {
    if (nowMs - this.#turnedAtMs < REMEMBERED_MS) return;
    const isStale = nowMs - this.#turnedAtMs >= 2 * REMEMBERED_MS;
    this.#older = isStale ? new Set() : this.#newer;
    this.#newer = new Set();
    this.#turnedAtMs = nowMs;
  }
}
