/** The swarm engine at the size of a large swarm, in virtual time. */
import { expect, test } from "vitest";
import { crowd } from "../wire/support/crowd.ts";
import { lastPercentOf, lastPercentText } from "../wire/support/last-percent.ts";

test("a swarm of 1,000 peers completes exact, and its seed replays it", () => {
  const run = () => crowd({ seed: "thousand", peers: 1_000, totalBytes: 500_000, pieceBytes: 65_536 });

  const startMs = performance.now();
  const first = run();
  console.log(
    `1,000 peers: done after ${(first.tookMs / 1_000).toFixed(0)} s of virtual time, ` +
      `${first.eventsRun} events in ${((performance.now() - startMs) / 1_000).toFixed(0)} s`,
  );

  expect(first.complete).toBe(1_000);
  expect(run()).toEqual(first);
});

test("the last percent of a swarm of 30 takes less than 3 percent of the time", () => {
  const result = lastPercentOf({ peers: 30, totalBytes: 13_107_200 });
  console.log(lastPercentText(result));

  expect(result.median).toBeLessThan(0.03);
  expect(result.ofSwarm).toBeLessThan(0.03);
});
