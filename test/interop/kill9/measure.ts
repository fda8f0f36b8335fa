/** Many kills at random moments of a download; prints each and the worst. bench/kill9.mjs runs it. */
import { parseArgs } from "node:util";
import { MIB } from "../support/content.ts";
import { Lab } from "../support/lab.ts";
import { requireInstalled } from "../support/prerequisites.ts";
import { allowedAgainBytes, KillBench, type KillOutcome } from "./kill-and-resume.ts";

/** Kills happen in this part of a download's time; outside of it there is nothing to lose or nothing left to do. */
const [EARLIEST, LATEST] = [0.02, 0.97];

export async function measureKills(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      kills: { type: "string", default: "20" },
      mib: { type: "string", default: "256" },
      "rate-mib": { type: "string", default: "16" },
      seed: { type: "string", default: "1" },
    },
  });
  requireInstalled("starling", "libtorrent");
  const setting = {
    contentBytes: Number(values.mib) * MIB,
    rateBytesPerSecond: Number(values["rate-mib"]) * MIB,
  };
  const random = mulberry32(Number(values.seed));
  const lab = new Lab();
  const outcomes: KillOutcome[] = [];
  try {
    const bench = await KillBench.open(lab, setting);
    console.log(
      `${values.kills} kills, seed ${values.seed}; a whole download takes ${bench.expectedMs / 1000} s`,
    );
    for (let kill = 0; kill < Number(values.kills); kill++) {
      const moment = (EARLIEST + (LATEST - EARLIEST) * random()) * bench.expectedMs;
      const outcome = await bench.killAfter(Math.round(moment));
      outcomes.push(outcome);
      console.log(JSON.stringify({ kill, ...outcome }));
    }
  } finally {
    await lab.close();
  }
  const worst = Math.max(...outcomes.map((outcome) => outcome.sentAgainBytes));
  const exact = outcomes.filter((outcome) => outcome.isExact).length;
  console.log(
    `${exact} of ${outcomes.length} exact; at most ${(worst / MIB).toFixed(1)} MiB sent twice` +
      ` (allowed: ${(allowedAgainBytes(setting) / MIB).toFixed(1)} MiB)`,
  );
  if (exact < outcomes.length || worst > allowedAgainBytes(setting)) process.exitCode = 1;
}

/** A small seeded generator (mulberry32), so that a series can be run again. */
function mulberry32(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
