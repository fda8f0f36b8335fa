import { describe, expect, test } from "vitest";
import type { WireConfig } from "../../../src/wire/index.ts";
import { aTorrent } from "../support/a-torrent.ts";
import { swarmWorld, type TestPeer } from "../support/swarm-world.ts";

const GIVERS = 16;
const FREE_RIDERS = 4;

/** What a giver and what a free rider has on average when half of the givers are done. */
function unevenSwarm(seedChoking: WireConfig["seedChoking"]): {
  readonly giver: number;
  readonly taker: number;
} {
  const w = swarmWorld({ seed: `free riders, ${seedChoking}` });
  const torrent = aTorrent({ totalBytes: 4_000_000, pieceBytes: 16_384 });
  const links = { upBytesPerSecond: 40_000, downBytesPerSecond: 400_000 };
  const fast = { upBytesPerSecond: 200_000, downBytesPerSecond: 400_000 };
  const config = { seedChoking, allowedFastPieces: 0 };
  const seed = w.addPeer(torrent, { have: "all", links: fast, config });
  const givers = Array.from({ length: GIVERS }, () => w.addPeer(torrent, { links, config }));
  const takers = Array.from({ length: FREE_RIDERS }, () => {
    const taker = w.addPeer(torrent, { links, config });
    taker.engine.setLimits({ maxUpBytesPerSecond: 0 });
    return taker;
  });
  const all = [...givers, ...takers];
  all.forEach((peer, i) => {
    peer.meet(seed, ...all.slice(0, i));
  });
  const isHalfDone = () => givers.filter((giver) => giver.isComplete).length >= GIVERS / 2;
  for (let second = 0; second < 600 && !isHalfDone(); second++) w.world.runFor(1_000);
  const mean = (peers: readonly TestPeer[]) =>
    peers.reduce((sum, peer) => sum + peer.storage.writtenPieces.length, 0) / peers.length;
  return { giver: mean(givers), taker: mean(takers) };
}

describe("who takes and never gives", () => {
  test.each([
    // A seed that serves in turns gives free riders as much as others; the leeches do not.
    ["round-robin", 0.95],
    ["anti-leech", 0.75],
  ] as const)("gets measurably less: %s", (seedChoking, most) => {
    const { giver, taker } = unevenSwarm(seedChoking);
    console.log(`${seedChoking}: a free rider gets ${(taker / giver).toFixed(2)} of what a giver gets`);

    expect(taker).toBeLessThan(most * giver);
  });
});
