/**
 * Whom we asked in the last minutes: a translator lets these in again, so that their queries prove nothing. A query from
 * anybody else says that we can be reached over UDP.
 */
import { RecentHosts } from "./recent-hosts.ts";

/** Translators forget UDP after one to three minutes of silence (RFC 4787 asks for two at least), a few after five. */
const REMEMBERED_MS = 300_000;
/** A busy node asks some ten hosts a second. Past this nobody counts as a stranger. */
const MAX_HOSTS = 4_096;

export class AskedHosts {
  readonly #hosts = new RecentHosts(REMEMBERED_MS, MAX_HOSTS);

  note(host: string, nowMs: number): void {
    this.#hosts.add(host, nowMs);
  }

  /** False where that is not known for certain. */
  isStranger(host: string, nowMs: number): boolean {
    return !this.#hosts.isFull(nowMs) && !this.#hosts.has(host, nowMs);
  }
}
