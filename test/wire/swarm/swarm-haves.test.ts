import { expect, test } from "vitest";
import * as ids from "../../../src/wire/protocol/message-ids.ts";
import { aTorrent, piecesWhere } from "../support/a-torrent.ts";
import { emptyMessage, ScriptedPeer } from "../support/scripted-peer.ts";
import { swarmWorld } from "../support/swarm-world.ts";

/** About 16 pieces, one for each 130 ms of the seed's line. */
const LINE = { upBytesPerSecond: 500_000, downBytesPerSecond: Number.POSITIVE_INFINITY };

/** A leech that has one piece and one slot, with three scripted peers that have nothing; two of them want something. */
function leechWithOneSlot() {
  const w = swarmWorld();
  const torrent = aTorrent({ totalBytes: 1_000_000 });
  const seed = w.addPeer(torrent, { have: "all", links: LINE });
  const have = piecesWhere(torrent, (piece) => piece === 0);
  const leech = w.addPeer(torrent, { have, config: { uploadSlots: 1, allowedFastPieces: 0 } });
  const peers = [1, 2, 3].map((idByte) => {
    const peer = new ScriptedPeer(w.newHost(), { idByte }).greet(w, leech, torrent.infoHash);
    peer.send(emptyMessage(ids.HAVE_NONE));
    if (idByte !== 3) peer.send(emptyMessage(ids.INTERESTED));
    w.world.runFor(100);
    return peer;
  });
  leech.meet(seed);
  const [served, waiting, idle] = peers as [ScriptedPeer, ScriptedPeer, ScriptedPeer];
  const toldOf = (peer: ScriptedPeer): number => peer.heardOf("have").length;
  return { w, seed, leech, served, waiting, idle, toldOf };
}

test("who is choked and interested hears of new pieces once a second, who may become interested soon", () => {
  const { w, waiting, idle, toldOf } = leechWithOneSlot();

  w.world.runUntilTrue(() => toldOf(idle) === 2, 10_000);
  expect(toldOf(waiting)).toBe(0);
  w.world.runUntilTrue(() => toldOf(waiting) > 0, 1_200);

  expect(toldOf(waiting)).toBeGreaterThan(3);
  expect(toldOf(waiting)).toBeGreaterThanOrEqual(toldOf(idle) - 1);
});

test("who gets a slot hears of everything before it may ask", () => {
  const { w, served, waiting, idle, toldOf } = leechWithOneSlot();
  w.world.runUntilTrue(() => toldOf(idle) === 2, 10_000);

  served.close();
  w.world.runUntilTrue(() => waiting.heardOf("unchoke").length > 0, 500);

  expect(waiting.heard.at(-1)).toBe("unchoke");
  expect(toldOf(waiting)).toBeGreaterThanOrEqual(2);
});

test("a piece that is gone before a peer was told of it is not told to it", () => {
  const { w, seed, leech, waiting, idle, toldOf } = leechWithOneSlot();
  w.world.runUntilTrue(() => toldOf(idle) === 2, 10_000);
  const [gone, kept] = idle.heardOf("have") as [string, string];

  seed.swarm.stop();
  leech.swarm.pieceLost(Number(gone.split(" ")[1]));
  w.world.runFor(2_000);

  expect(waiting.heardOf("have")).toContain(kept);
  expect(waiting.heardOf("have")).not.toContain(gone);
});
