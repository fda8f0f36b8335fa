/** How much of the time of a swarm goes into its last percent: one seed, peers with unlike links. */
import { expect } from "vitest";
import { aTorrent } from "./a-torrent.ts";
import { swarmWorld } from "./swarm-world.ts";

export interface LastPercent {
  /** Share of a peer's time that its last percent took, 0 to 1. */
  readonly median: number;
  readonly worst: number;
  /** The same from when the last peer had 99 percent until all had everything. */
  readonly ofSwarm: number;
  readonly tookMs: number;
}

export function lastPercentOf(options: { readonly peers: number; readonly totalBytes: number }): LastPercent {
  const w = swarmWorld({ seed: `last percent of ${options.peers}`, rttMs: 60 });
  const torrent = aTorrent({ totalBytes: options.totalBytes, pieceBytes: 65_536 });
  const random = w.world.random.fork("links");
  const uplink = { upBytesPerSecond: 400_000, downBytesPerSecond: 400_000 };
  const seed = w.addPeer(torrent, { have: "all", links: uplink });
  const peers = Array.from({ length: options.peers }, () =>
    w.addPeer(torrent, {
      links: {
        upBytesPerSecond: 50_000 + random.integer(350_000),
        downBytesPerSecond: 500_000 + random.integer(1_500_000),
      },
    }),
  );
  peers.forEach((peer, i) => {
    peer.meet(seed, ...peers.slice(0, i));
  });
  const startMs = w.world.nowMs;
  const nearlyAt = new Map<string, number>();
  const doneAt = new Map<string, number>();
  const look = () => {
    for (const { host, storage } of peers) {
      const share = storage.writtenPieces.length / torrent.map.pieceCount;
      if (share >= 0.99 && !nearlyAt.has(host)) nearlyAt.set(host, w.world.nowMs - startMs);
      if (share === 1 && !doneAt.has(host)) doneAt.set(host, w.world.nowMs - startMs);
    }
  };
  for (let step = 0; step < 6_000 && doneAt.size < peers.length; step++) {
    w.world.runFor(50);
    look();
  }
  for (const peer of peers) expect(peer.hasContent).toBe(true);
  const shares = peers
    .map(({ host }) => 1 - (nearlyAt.get(host) ?? 0) / (doneAt.get(host) ?? 1))
    .sort((a, b) => a - b);
  const tookMs = Math.max(...doneAt.values());
  return {
    median: shares[Math.floor(shares.length / 2)] as number,
    worst: shares.at(-1) as number,
    ofSwarm: 1 - Math.max(...nearlyAt.values()) / tookMs,
    tookMs,
  };
}

export function lastPercentText({ median, worst, ofSwarm, tookMs }: LastPercent): string {
  const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
  return `the last percent: median ${percent(median)}, worst ${percent(worst)}, of the swarm ${percent(ofSwarm)} of ${(tookMs / 1_000).toFixed(0)} s`;
}
