/** Waiting for what another program does without saying so. */
import { setTimeout as sleep } from "node:timers/promises";

/** Between two looks at a program that has no event for what is waited for. */
const POLL_MS = 100;

/** Asks until the answer is not undefined; throws what was waited for when that takes too long. */
export async function eventually<T>(
  probe: () => Promise<T | undefined> | T | undefined,
  timeoutMs: number,
  what: string,
): Promise<T> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const answer = await probe();
    if (answer !== undefined) return answer;
    if (performance.now() > deadline) throw new Error(`${timeoutMs} ms without ${what}`);
    await sleep(POLL_MS);
  }
}
