/**
 * Keeps the record of one torrent on disk no older than 10 seconds or 64 MiB (threats R2). One save runs at a time;
 * a save that fails leaves the former record as it was and is tried again.
 */
import type { Clock } from "../../core/ports.ts";
import { CheckpointPolicy } from "../../storage/index.ts";

export interface ResumeKeeperOptions {
  readonly clock: Clock;
  /** Makes data durable, then stores the record that claims it. */
  readonly save: () => Promise<void>;
  readonly onFailure: (error: unknown) => void;
}

export class ResumeKeeper {
  readonly #options: ResumeKeeperOptions;
  readonly #policy = new CheckpointPolicy();
  #timer: Disposable | undefined;
  #saving: Promise<void> | undefined;
  #isClosed = false;

  constructor(options: ResumeKeeperOptions) {
    this.#options = options;
  }

  /** A piece of this length was verified and written. */
  stored(lengthBytes: number): void {
    this.#policy.stored(lengthBytes, this.#options.clock.nowMs());
    this.#schedule();
  }

  /** Something else that the record holds has changed. */
  changed(): void {
    this.#policy.changed(this.#options.clock.nowMs());
    this.#schedule();
  }

  /** Saves what is unsaved now; resolves when it is durable or has failed. */
  async flush(): Promise<void> {
    while (this.#saving !== undefined) await this.#saving;
    if (this.#policy.dueAtMs !== undefined && !this.#isClosed) await this.#startSave();
  }

  /** No further save, not even one that is due. Resolves when none is under way. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#stopTimer();
    await this.#saving;
  }

  /** Arms the timer for the next save; an earlier due time replaces a later one. */
  #schedule(): void {
    const { dueAtMs } = this.#policy;
    if (this.#saving !== undefined || this.#isClosed || dueAtMs === undefined) return;
    this.#stopTimer();
    const { clock } = this.#options;
    this.#timer = clock.setTimer(Math.max(0, dueAtMs - clock.nowMs()), () => {
      this.#timer = undefined;
      void this.#startSave();
    });
  }

  #startSave(): Promise<void> {
    this.#stopTimer();
    this.#saving ??= this.#save();
    return this.#saving;
  }

  async #save(): Promise<void> {
    this.#policy.begin();
    try {
      await this.#options.save();
    } catch (error) {
      this.#policy.failed(this.#options.clock.nowMs());
      this.#options.onFailure(error);
    } finally {
      this.#saving = undefined;
      this.#schedule();
    }
  }

  #stopTimer(): void {
    this.#timer?.[Symbol.dispose]();
    this.#timer = undefined;
  }
}
