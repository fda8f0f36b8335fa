/** Waiting with an end: a timer that is left behind would keep the process alive as long as it runs. */
import type { Clock } from "../core/ports.ts";

/** What `work` resolves to, or undefined when it takes longer than `limitMs`. Rejects as `work` does. */
export async function inTime<Result>(
  clock: Clock,
  limitMs: number,
  work: Promise<Result>,
): Promise<Result | undefined> {
  let timer: Disposable | undefined;
  const limit = new Promise<undefined>((resolve) => {
    timer = clock.setTimer(limitMs, () => resolve(undefined));
  });
  try {
    return await Promise.race([work, limit]);
  } finally {
    timer?.[Symbol.dispose]();
  }
}
