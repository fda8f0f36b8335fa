/** Many engines in one world: what comes out is determined by the seed, and nothing is left out. */
import { expect, test } from "vitest";
import { crowd } from "../support/crowd.ts";

test("a swarm of 30 completes exact, and its seed replays it to the last byte and millisecond", () => {
  const run = (seed: string) => crowd({ seed, peers: 30, totalBytes: 300_000, pieceBytes: 32_768 });

  const first = run("thirty");

  expect(first.complete).toBe(30);
  expect(run("thirty")).toEqual(first);
  expect(run("other").fingerprint).not.toBe(first.fingerprint);
});
