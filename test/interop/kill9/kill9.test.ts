/** `kill -9` in the middle of a download; bench/kill9.mjs does the same twenty times with more data (ST11). */
import { afterAll, beforeAll, expect, test } from "vitest";
import { MIB } from "../support/content.ts";
import { Lab } from "../support/lab.ts";
import { requireInstalled } from "../support/prerequisites.ts";
import { allowedAgainBytes, KillBench } from "./kill-and-resume.ts";

const SETTING = { contentBytes: 80 * MIB, rateBytesPerSecond: 16 * MIB };

let lab: Lab;
let bench: KillBench;

beforeAll(async () => {
  requireInstalled("starling", "libtorrent");
  lab = new Lab();
  bench = await KillBench.open(lab, SETTING);
});

afterAll(() => lab?.close());

test.for([0.1, 0.7])(
  "a download that is killed after %f of its time resumes and ends exact",
  async (share) => {
    const outcome = await bench.killAfter(share * bench.expectedMs);
    expect(outcome.isExact).toBe(true);
    expect(outcome.sentAtKillBytes).toBeGreaterThan(0);
    expect(outcome.sentAgainBytes).toBeLessThanOrEqual(allowedAgainBytes(SETTING));
  },
);
