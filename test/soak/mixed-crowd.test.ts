/** A swarm of 24 real processes of three implementations, killed and started again at random (needs interop's peers). */
import { afterEach, beforeEach, expect, test } from "vitest";
import { MIB } from "../interop/support/content.ts";
import { Lab } from "../interop/support/lab.ts";
import { mixedCrowd } from "../interop/support/mixed-crowd.ts";
import { requireInstalled } from "../interop/support/prerequisites.ts";

/** Another seed of chance, to try one or to replay one. */
const SEED = process.env["CROWD_SEED"] ?? "twenty-four";

let lab: Lab;
beforeEach(() => {
  requireInstalled("starling", "libtorrent", "webtorrent");
  lab = new Lab();
});
afterEach(() => lab.close());

test("24 peers of three clients, 24 of them killed on the way, end exact everywhere", async () => {
  const outcome = await mixedCrowd(lab, {
    libtorrent: 8,
    webtorrent: 8,
    starling: 8,
    contentBytes: 32 * MIB,
    kills: 24,
    seed: SEED,
    timeoutMs: 30 * 60_000,
  });
  console.log(
    `seed ${SEED}: ${outcome.killed.length} kills, done after ${(outcome.tookMs / 1_000).toFixed(0)} s, ` +
      `the first seed sent ${outcome.seedCopies.toFixed(1)} copies`,
  );

  expect(outcome.wrong).toEqual([]);
});
