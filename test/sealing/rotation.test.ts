/** A sealed network lives through a restart of all and a new key; with 2,000 nodes and 200 transfers in `test/soak`. */
import { expect, test } from "vitest";
import { liveThroughRotation } from "./rotation-world.ts";

test("20 nodes and 3 transfers: all start anew at once, and a new key interrupts nothing and lets nobody in", async () => {
  const outcome = await liveThroughRotation(1, { nodes: 20, transfers: 3, fileBytes: 131_072 });
  expect(outcome).toMatchObject({
    joinedFirst: 20,
    joinedAgain: 20,
    running: 3,
    unfinished: 0,
    joinedAtEnd: 20,
    found: 1,
    heardOutside: 0,
  });
  // The rotation took place under way.
  expect(outcome.runningAfter).toBeGreaterThan(0);
  expect(outcome.restartPackets).toBeLessThan(2);
});
