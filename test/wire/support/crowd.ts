/** A swarm of any size: one seed, asymmetric links, peers that come over a minute and know a few others. */
import { aTorrent } from "./a-torrent.ts";
import { swarmWorld, type TestPeer } from "./swarm-world.ts";

export interface CrowdResult {
  /** Peers that have every byte. */
  readonly complete: number;
  readonly tookMs: number;
  readonly eventsRun: number;
  /** Everything that peers sent and wasted, in order: equal for equal runs only. */
  readonly fingerprint: string;
}

export function crowd(options: {
  readonly seed: string;
  readonly peers: number;
  readonly totalBytes: number;
  readonly pieceBytes: number;
}): CrowdResult {
  const w = swarmWorld({ seed: options.seed, rttMs: 80 });
  const torrent = aTorrent({ totalBytes: options.totalBytes, pieceBytes: options.pieceBytes });
  const random = w.world.random.fork("crowd");
  const config = { maxConnectionsPerTorrent: 30 };
  const seed = w.addPeer(torrent, {
    have: "all",
    config,
    links: { upBytesPerSecond: 1_000_000, downBytesPerSecond: 1_000_000 },
  });
  const peers: TestPeer[] = [];
  const startMs = w.world.nowMs;
  for (let i = 0; i < options.peers; i++) {
    const upBytesPerSecond = 20_000 + random.integer(400_000);
    const links = { upBytesPerSecond, downBytesPerSecond: 4 * upBytesPerSecond };
    const peer = w.addPeer(torrent, { config, links });
    const known = Array.from(
      { length: Math.min(10, peers.length) },
      () => peers[random.integer(peers.length)],
    );
    peer.meet(seed, ...known.filter((other) => other !== undefined));
    peers.push(peer);
    w.world.runFor(60_000 / options.peers);
  }
  const isOver = () => peers.every((peer) => peer.storage.writtenPieces.length === torrent.map.pieceCount);
  for (let second = 0; second < 3_600 && !isOver(); second++) w.world.runFor(1_000);
  return {
    complete: peers.filter((peer) => peer.hasContent).length,
    tookMs: w.world.nowMs - startMs,
    eventsRun: w.world.eventsRun,
    fingerprint: [seed, ...peers]
      .map(({ swarm }) => swarm.view().totals)
      .map((totals) => `${totals.uploadedBytes}/${totals.wastedRedundantBytes}/${totals.protocolUpBytes}`)
      .join(" "),
  };
}
