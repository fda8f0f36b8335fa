/** One torrent is checked at a time: two that hash at once would only make the disk seek. First come, first served. */
export class CheckQueue {
  #last: Promise<unknown> = Promise.resolve();

  /**
   * Runs `task` when all earlier ones are over, however they ended. Resolves to undefined as soon as `signal` aborts
   * while the task still waits, which then never runs.
   */
  async run<Result>(signal: AbortSignal, task: () => Promise<Result>): Promise<Result | undefined> {
    let hasBegun = false;
    const begin = (): Promise<Result> | undefined => {
      hasBegun = true;
      return signal.aborted ? undefined : task();
    };
    const run = this.#last.then(begin);
    this.#last = run.catch(() => {});
    const calledOff = new Promise<undefined>((resolve) => {
      signal.addEventListener("abort", () => (hasBegun ? undefined : resolve(undefined)), { once: true });
    });
    return signal.aborted ? undefined : await Promise.race([run, calledOff]);
  }
}
