/** A sealed network of 2,000 nodes: all started anew at once, a new key while 200 transfers run. */
import { expect, test } from "vitest";
import { liveThroughRotation } from "../sealing/rotation-world.ts";

const NODES = Number(process.env["ROTATION_NODES"] ?? 2_000);
const TRANSFERS = Number(process.env["ROTATION_TRANSFERS"] ?? 200);

test("nothing is lost and nobody outside hears a datagram", { timeout: 4 * 3_600_000 }, async () => {
  const outcome = await liveThroughRotation(1, { nodes: NODES, transfers: TRANSFERS, fileBytes: 1_048_576 });
  console.log(JSON.stringify(outcome));
  expect(outcome).toMatchObject({
    joinedFirst: NODES,
    joinedAgain: NODES,
    running: TRANSFERS,
    unfinished: 0,
    joinedAtEnd: NODES,
    found: 1,
    heardOutside: 0,
  });
  expect(outcome.runningAfter).toBeGreaterThan(0);
  expect(outcome.restartPackets).toBeLessThan(2);
});
