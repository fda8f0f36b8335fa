/** One check at a time, and none that waits for nothing. */
import { expect, test } from "vitest";
import { CheckQueue } from "../../../src/session/torrent/check-queue.ts";

const forever = new AbortController().signal;

test("tasks run one after another, in the order they were asked for, whatever becomes of them", async () => {
  const queue = new CheckQueue();
  const order: string[] = [];
  const first = queue.run(forever, async () => {
    order.push("first begins");
    await Promise.resolve();
    order.push("first ends");
    throw new Error("broken");
  });
  const second = queue.run(forever, async () => {
    order.push("second");
    return 2;
  });

  await expect(first).rejects.toThrow("broken");
  expect(await second).toBe(2);
  expect(order).toEqual(["first begins", "first ends", "second"]);
});

test("a task that is called off while it waits never runs, and answers without waiting for the others", async () => {
  const queue = new CheckQueue();
  let finish = (): void => {};
  const first = queue.run(
    forever,
    () =>
      new Promise<string>((resolve) => {
        finish = () => resolve("first");
      }),
  );
  const abort = new AbortController();
  let hasRun = false;
  const second = queue.run(abort.signal, async () => {
    hasRun = true;
  });
  const third = queue.run(forever, async () => "third");
  abort.abort();

  expect(await second).toBeUndefined();
  finish();
  expect(await first).toBe("first");
  expect(await third).toBe("third");
  expect(hasRun).toBe(false);
});
