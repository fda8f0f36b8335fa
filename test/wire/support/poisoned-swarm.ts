/** A leech among seeds of which some lie (threats WI01 to WI06): the small ones in `npm test`, full-size ones in the soak. */
import { expect } from "vitest";
import { aTorrent, type TestTorrent } from "./a-torrent.ts";
import { type SwarmWorld, swarmWorld, type TestPeer, type WireWay } from "./swarm-world.ts";

const links = { upBytesPerSecond: 500_000, downBytesPerSecond: 500_000 };
/** Poisoners may waste so many pieces each (threats, section 4). */
const MAX_BAD_PIECES = 4;

export interface PoisonOptions {
  readonly seeds?: number;
  readonly poisoners: number;
  readonly totalBytes?: number;
  readonly pieceBytes?: number;
  readonly seed?: string;
  readonly way?: WireWay;
  /** Which blocks a poisoner flips a bit of, by their number; all by default. */
  readonly lies?: (block: number) => boolean;
}

export interface PoisonedSwarm {
  readonly w: SwarmWorld;
  readonly torrent: TestTorrent;
  readonly leech: TestPeer;
  readonly liars: readonly TestPeer[];
  readonly honest: readonly TestPeer[];
  readonly tookMs: number;
}

export function poisonedSwarm(options: PoisonOptions): PoisonedSwarm {
  const { seeds: count = 20, poisoners, lies = () => true } = options;
  const w = swarmWorld({
    seed: options.seed ?? `poison ${poisoners} of ${count}`,
    ...(options.way === undefined ? {} : { way: options.way }),
  });
  const torrent = aTorrent({
    totalBytes: options.totalBytes ?? 16_000_000,
    pieceBytes: options.pieceBytes ?? 131_072,
  });
  const seeds = Array.from({ length: count }, (_, i) => {
    const seed = w.addPeer(torrent, { have: "all", links });
    let sent = 0;
    if (i < poisoners)
      seed.storage.corrupt = (block) => {
        if (lies(sent++)) block[7] = (block[7] as number) ^ 1;
      };
    return seed;
  });
  const leech = w.addPeer(torrent, { config: { maxConnectionsPerTorrent: 200 } });
  leech.meet(...seeds);
  const startMs = w.world.nowMs;
  w.world.runUntilTrue(() => leech.isComplete, 20 * 60_000);
  return {
    w,
    torrent,
    leech,
    liars: seeds.slice(0, poisoners),
    honest: seeds.slice(poisoners),
    tookMs: w.world.nowMs - startMs,
  };
}

export function bannedHosts(peer: TestPeer): ReadonlySet<string> {
  return new Set(peer.eventsOf("peer-banned").map((event) => event.address.host));
}

/** Exact, every liar that contributed banned, nobody else, and little wasted. */
export function expectPoisonHandled({ torrent, leech, liars, honest }: PoisonedSwarm, what: string): void {
  expect(leech.isComplete, what).toBe(true);
  expect(leech.hasContent, what).toBe(true);
  const banned = bannedHosts(leech);
  for (const peer of honest) expect(banned.has(peer.host), `${what}: honest ${peer.host}`).toBe(false);
  for (const liar of liars)
    if (liar.storage.reads > 0) expect(banned.has(liar.host), `${what}: liar ${liar.host}`).toBe(true);
  expect(leech.swarm.view().totals.wastedHashFailBytes, what).toBeLessThanOrEqual(
    MAX_BAD_PIECES * liars.length * torrent.map.pieceBytes,
  );
}
