/** How soon a swarm is fast, and whether its end is: measured in virtual time, printed, and bounded. */
import { describe, expect, test } from "vitest";
import { aTorrent } from "../support/a-torrent.ts";
import { lastPercentOf, lastPercentText } from "../support/last-percent.ts";
import { swarmWorld } from "../support/swarm-world.ts";

describe("time to full speed", () => {
  test.each([
    [1, 4_000_000],
    [4, 2_000_000],
  ])("95 percent of what %d seeds at %d B/s can give is reached within a second at 100 ms", (seeds, rate) => {
    const w = swarmWorld({ rttMs: 100 });
    const torrent = aTorrent({ totalBytes: 5 * seeds * rate, pieceBytes: 262_144 });
    const links = { upBytesPerSecond: rate, downBytesPerSecond: rate };
    const leech = w.addPeer(torrent);
    leech.meet(...Array.from({ length: seeds }, () => w.addPeer(torrent, { have: "all", links })));
    w.world.runUntilTrue(() => leech.swarm.view().counts.unchokedByPeers === seeds, 5_000);
    const startMs = w.world.nowMs;
    const received = () => leech.swarm.peers().reduce((sum, peer) => sum + peer.downloadedBytes, 0);
    let fullAtMs: number | undefined;
    let before = received();
    while (fullAtMs === undefined && w.world.nowMs - startMs < 10_000) {
      w.world.runFor(200);
      const now = received();
      // Headers take 13 bytes of each 16 KiB: what is left for payload is the rate that counts.
      if ((now - before) / 0.2 >= 0.95 * seeds * rate) fullAtMs = w.world.nowMs - startMs;
      before = now;
    }
    console.log(`${seeds} seeds at ${rate} B/s: full speed after ${fullAtMs} ms`);

    expect(fullAtMs).toBeLessThanOrEqual(1_000);
  });
});

describe("the end of a download", () => {
  test("the last percent of a swarm of eight, which is one piece each, takes less than 5 percent of the time", () => {
    const result = lastPercentOf({ peers: 8, totalBytes: 6_553_600 });
    console.log(lastPercentText(result));

    expect(result.median).toBeLessThan(0.05);
    expect(result.ofSwarm).toBeLessThan(0.05);
  });
});
