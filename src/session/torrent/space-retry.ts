/** After a full disk: looks for space again and again, and tells when there is enough (ST01: within 30 s of it). */
import type { Clock } from "../../core/ports.ts";
import { DISK_RETRY_MS } from "../session-config.ts";

export interface SpaceRetryOptions {
  readonly clock: Clock;
  /** Free bytes where the data goes; null when unknown, which counts as worth a try. */
  readonly freeBytes: () => Promise<number | null>;
  readonly neededBytes: () => number;
  readonly onSpace: () => void;
}

export class SpaceRetry {
  readonly #options: SpaceRetryOptions;
  #timer: Disposable | undefined;
  /** Distinguishes the present wait from one that was called off while it asked. */
  #wait = 0;

  constructor(options: SpaceRetryOptions) {
    this.#options = options;
  }

  /** Begins to look; a wait that runs goes on. */
  arm(): void {
    if (this.#timer !== undefined) return;
    const wait = ++this.#wait;
    this.#timer = this.#options.clock.setTimer(DISK_RETRY_MS, () => void this.#look(wait));
  }

  disarm(): void {
    this.#wait++;
    this.#timer?.[Symbol.dispose]();
    this.#timer = undefined;
  }

  async #look(wait: number): Promise<void> {
    const free = await this.#options.freeBytes().catch(() => null);
    if (wait !== this.#wait) return;
    this.#timer = undefined;
    if (free === null || free >= this.#options.neededBytes()) this.#options.onSpace();
    else this.arm();
  }
}
