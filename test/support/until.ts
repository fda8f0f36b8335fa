/** Waiting for what the machine does, without guessing how long it takes. */

const PATIENCE_MS = 10_000;

/** Resolves once `isTrue` answers true; looks again after every turn of the event loop. Rejects with `what` when it never does. */
export async function until(isTrue: () => boolean, what = "the awaited event"): Promise<void> {
  const deadlineMs = performance.now() + PATIENCE_MS;
  while (!isTrue()) {
    if (performance.now() > deadlineMs) throw new Error(`${what} did not happen within ${PATIENCE_MS} ms`);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}
