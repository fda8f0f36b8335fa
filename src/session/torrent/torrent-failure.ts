/**
 * What stops a torrent. The first failure counts: what follows from it says less. After a full disk space is looked
 * for again and again.
 */
import type { ClientError } from "../../core/errors.ts";
import { SpaceRetry, type SpaceRetryOptions } from "./space-retry.ts";

export class TorrentFailure {
  readonly #spaceRetry: SpaceRetry;
  #current: ClientError | undefined;

  constructor(options: SpaceRetryOptions) {
    this.#spaceRetry = new SpaceRetry(options);
  }

  get current(): ClientError | undefined {
    return this.#current;
  }

  /** False when something else has stopped it before. */
  note(failure: ClientError): boolean {
    if (this.#current !== undefined) return false;
    this.#current = failure;
    if (failure.code === "DISK_FULL") this.#spaceRetry.arm();
    return true;
  }

  clear(): void {
    this.#spaceRetry.disarm();
    this.#current = undefined;
  }

  /** Space is not looked for any more; what has failed stays failed. */
  close(): void {
    this.#spaceRetry.disarm();
  }
}
