/** One pass at a time, and never one too few. */
import { expect, test } from "vitest";
import { SerialLane } from "../../../src/session/torrent/serial-lane.ts";

test("asked while a pass runs, a lane runs once more, however often it was asked", async () => {
  let passes = 0;
  let running = 0;
  const ends: (() => void)[] = [];
  const lane = new SerialLane(async () => {
    passes++;
    running++;
    expect(running).toBe(1);
    await new Promise<void>((resolve) => ends.push(resolve));
    running--;
  });
  const first = lane.run();
  const later = [lane.run(), lane.run(), lane.run()];
  ends.shift()?.();
  await turn();
  expect(passes).toBe(2);
  ends.shift()?.();
  await Promise.all([first, ...later]);

  expect(passes).toBe(2);
  const again = lane.run();
  ends.shift()?.();
  await again;
  expect(passes).toBe(3);
});

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
