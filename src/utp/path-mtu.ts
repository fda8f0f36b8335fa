/**
 * How large a datagram the path carries, searched from below (RFC 8899): one packet at a time is padded up to the size
 * that is tried. Padding is an extension nobody knows, so the payload stays as small as the path is known to carry:
 * a probe that is lost is sent again without it, and says nothing about congestion.
 */
import { MAX_DATAGRAM_BYTES, PROBE_GRAIN_BYTES, PROBE_TRIES, SAFE_DATAGRAM_BYTES } from "./utp-config.ts";

export class PathMtu {
  /** Datagrams of this size arrive. */
  datagramBytes: number = SAFE_DATAGRAM_BYTES;
  readonly #mostBytes: number;
  /** Datagrams of this size do not arrive; undefined while none was refused. */
  #refusedBytes: number | undefined;
  #losses = 0;
  #isProbing = false;

  constructor(family: 4 | 6) {
    this.#mostBytes = MAX_DATAGRAM_BYTES[family];
  }

  /** Size of a datagram that is to be tried now; undefined while one is under way and when the search is over. */
  beginProbe(): number | undefined {
    // Most paths carry full frames: the largest is tried first, then halves.
    const bytes =
      this.#refusedBytes === undefined ? this.#mostBytes : (this.datagramBytes + this.#refusedBytes) >>> 1;
    if (this.#isProbing || bytes - this.datagramBytes < PROBE_GRAIN_BYTES) return undefined;
    this.#isProbing = true;
    return bytes;
  }

  arrived(probeBytes: number): void {
    this.#isProbing = false;
    this.#losses = 0;
    this.datagramBytes = probeBytes;
  }

  lost(probeBytes: number): void {
    this.#isProbing = false;
    if (++this.#losses < PROBE_TRIES) return;
    this.#losses = 0;
    this.#refusedBytes = probeBytes;
  }
}
