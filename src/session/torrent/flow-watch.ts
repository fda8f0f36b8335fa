/** Tells since when no payload moved, in the direction that counts at the time. */
export class FlowWatch {
  #bytes = 0;
  #flowedAtMs: number | undefined;

  /** A new beginning: nothing is held against the torrent yet. */
  restart(nowMs: number): void {
    this.#flowedAtMs = nowMs;
  }

  /** `bytes` have moved so far. */
  note(bytes: number, nowMs: number): void {
    if (bytes !== this.#bytes || this.#flowedAtMs === undefined) this.#flowedAtMs = nowMs;
    this.#bytes = bytes;
  }

  idleMs(nowMs: number): number {
    return nowMs - (this.#flowedAtMs ?? nowMs);
  }
}
