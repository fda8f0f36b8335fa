/** Waiting with an end leaves nothing behind. */
import { expect, test } from "vitest";
import { inTime } from "../../src/session/in-time.ts";
import { World } from "../../src/sim/index.ts";

test("what is done in time is answered, and its timer is gone", async () => {
  const world = new World(1);
  expect(await inTime(world.clock, 1_000, Promise.resolve("done"))).toBe("done");
  world.runFor(5_000);

  expect(world.eventsRun).toBe(0);
});

test("what takes longer is answered with nothing", async () => {
  const world = new World(1);
  const answer = inTime(world.clock, 1_000, new Promise(() => {}));
  world.runFor(1_000);

  expect(await answer).toBeUndefined();
});

test("what fails in time fails", async () => {
  await expect(inTime(new World(1).clock, 1_000, Promise.reject(new Error("no")))).rejects.toThrow("no");
});
