/** That the data of a torrent is to lie in another folder: wanted until it does, over restarts too. */
export class DataMove {
  readonly target: string;
  /** Settles with the move. */
  readonly done: Promise<void>;
  /** 0 to 1. */
  movedRatio = 0;
  readonly #abort = new AbortController();
  #resolve: () => void = () => {};
  #reject: (error: unknown) => void = () => {};

  constructor(target: string) {
    this.target = target;
    this.done = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    // Nobody waits for a move that goes on after a restart.
    this.done.catch(() => {});
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  /** Stops it within a moment; what was moved stays moved. */
  interrupt(): void {
    this.#abort.abort();
  }

  succeed(): void {
    this.#resolve();
  }

  fail(error: unknown): void {
    this.#reject(error);
  }
}
