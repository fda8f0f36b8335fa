/** One torrent is checked at a time: two that hash at once would only make the disk seek. First come, first served. */
export class CheckQueue {
  #last: Promise<unknown> = Promise.resolve();

  /** Runs `task` when all earlier ones are over, however they ended. */
  async run<Result>(task: () => Promise<Result>): Promise<Result> {
    const former = this.#last;
    const run = former.then(task, task);
    this.#last = run.catch(() => {});
    return await run;
  }
}
