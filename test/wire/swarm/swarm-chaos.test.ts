/** Whole swarms under random trouble. A failing run prints the seed that replays it. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { SeededRandom } from "../../../src/sim/index.ts";
import { fuzzRuns } from "../../support/fuzz-runs.ts";
import { aTorrent, piecesWhere } from "../support/a-torrent.ts";
import { mutated, recordedSession } from "../support/mutated-session.ts";
import { ScriptedPeer } from "../support/scripted-peer.ts";
import { swarmWorld, type TestPeer } from "../support/swarm-world.ts";

/** Worlds a property runs through: 8 in `npm test`, 80 in a soak. */
const WORLDS = Math.ceil(fuzzRuns() / 1_250);

/** Nothing that was borrowed is still out. */
function expectClean(peer: TestPeer): void {
  expect(peer.slabs.usedBytes).toBe(0);
  expect(peer.storage.slotsOut).toBe(0);
  expect(peer.engine.view()).toMatchObject({
    connections: 0,
    halfOpen: 0,
    pendingIncoming: 0,
    sendBufferBytes: 0,
  });
}

describe("chaos", () => {
  test("any small swarm completes through cuts, stops and starts, and gives everything back", () => {
    fc.assert(
      fc.property(fc.nat(), (number) => {
        const seed = `chaos ${number}`;
        const random = new SeededRandom(seed);
        const w = swarmWorld({ seed, rttMs: 5 + random.integer(200) });
        const pieceBytes = 16_384 * (1 + random.integer(6)) - (random.integer(3) === 0 ? 5_000 : 0);
        const torrent = aTorrent({ totalBytes: 200_000 + random.integer(1_500_000), pieceBytes, seed });
        const links = () => ({
          upBytesPerSecond: 100_000 + random.integer(4_000_000),
          downBytesPerSecond: 1_000_000 + random.integer(9_000_000),
        });
        const peers = [w.addPeer(torrent, { have: "all", links: links() })];
        for (let i = 0; i < 2 + random.integer(4); i++) {
          const share = random.float();
          const have =
            random.integer(3) === 0
              ? ("magnet" as const)
              : piecesWhere(torrent, () => random.float() < share);
          peers.push(w.addPeer(torrent, { have, links: links() }));
        }
        for (const peer of peers)
          peer.meet(...peers.filter((other) => other !== peer && random.integer(2) === 0));
        for (const peer of peers.slice(1)) peer.meet(peers[0] as TestPeer);

        for (let trouble = 0; trouble < 6; trouble++) {
          w.world.runFor(200 + random.integer(2_000));
          const victim = peers[random.integer(peers.length)] as TestPeer;
          if (random.integer(2) === 0) w.network.cut(victim.host);
          else {
            victim.swarm.stop();
            w.world.runFor(random.integer(500));
            victim.swarm.start();
          }
        }
        for (let second = 0; second < 2_400 && !peers.every((peer) => peer.hasContent); second++)
          w.world.runFor(1_000);

        for (const peer of peers) {
          expect(peer.hasContent, seed).toBe(true);
          expect(peer.swarm.view().totals.wastedHashFailBytes, seed).toBe(0);
          peer.swarm.stop();
        }
        w.world.runFor(5_000);
        for (const peer of peers) expectClean(peer);
      }),
      { numRuns: WORLDS },
    );
  }, 600_000);

  test("WI20 peers that send mutated sessions neither crash us nor keep us from completing", () => {
    fc.assert(
      fc.property(fc.nat(), (number) => {
        const seed = `fuzz ${number}`;
        const random = new SeededRandom(seed);
        const w = swarmWorld({ seed });
        const torrent = aTorrent({ totalBytes: 500_000, pieceBytes: 32_768, seed });
        const honest = w.addPeer(torrent, { have: "all" });
        const leech = w.addPeer(torrent);
        const session = recordedSession(torrent.map.pieceCount, random);
        const liars = Array.from({ length: 5 }, (_, i) => {
          const peer = new ScriptedPeer(w.newHost(), { idByte: i }).dial(w, leech);
          peer.sendHandshake(torrent.infoHash);
          return peer;
        });
        for (const liar of liars) {
          liar.send(mutated(session, random));
        }
        w.world.runFor(1_000);
        leech.meet(honest);
        const done = w.world.runUntilTrue(() => leech.isComplete, 10 * 60_000);

        expect(done, seed).toBe(true);
        expect(leech.hasContent).toBe(true);
        expect(leech.viewOf(honest) === undefined || leech.eventsOf("peer-banned").length === 0).toBe(true);
        leech.swarm.stop();
        honest.swarm.stop();
        w.world.runFor(5_000);
        expectClean(leech);
      }),
      { numRuns: WORLDS },
    );
  }, 600_000);
});
