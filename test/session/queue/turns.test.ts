import { expect, test } from "vitest";
import { type Contender, whoWaits } from "../../../src/session/queue/turns.ts";

const NO_LIMITS = { maxActiveDownloads: null, maxActiveSeeds: null };
const download: Contender = { wants: "download", isStalled: false };
const seed: Contender = { wants: "seed", isStalled: false };
const resting: Contender = { wants: "nothing", isStalled: false };
const stalled = (contender: Contender): Contender => ({ ...contender, isStalled: true });

test("without limits nobody waits", () => {
  expect(whoWaits([download, seed, resting], NO_LIMITS)).toEqual([false, false, false]);
});

test("the first in order run, downloads and seeds each by their own limit", () => {
  const waits = whoWaits([download, seed, download, seed, download], {
    maxActiveDownloads: 2,
    maxActiveSeeds: 1,
  });
  expect(waits).toEqual([false, false, false, true, true]);
});

test("a torrent that rests, and one that stalls, leave their turn to the next", () => {
  const waits = whoWaits([resting, stalled(download), download, download], {
    ...NO_LIMITS,
    maxActiveDownloads: 1,
  });
  expect(waits).toEqual([false, false, false, true]);
});

test("a limit of none lets none run", () => {
  expect(whoWaits([download, seed], { maxActiveDownloads: 0, maxActiveSeeds: 0 })).toEqual([true, true]);
});
