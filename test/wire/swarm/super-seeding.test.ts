import { describe, expect, test } from "vitest";
import { SeededRandom } from "../../../src/sim/index.ts";
import * as ids from "../../../src/wire/protocol/message-ids.ts";
import { SuperSeedPlan } from "../../../src/wire/swarm/super-seed-plan.ts";
import { aTorrent } from "../support/a-torrent.ts";
import { emptyMessage, indexMessage, requestMessage, ScriptedPeer } from "../support/scripted-peer.ts";
import { swarmWorld } from "../support/swarm-world.ts";

/** A plan for `pieces` pieces, and the books that it looks at. */
function planFor(pieces: number) {
  const has = new Map<number, Set<number>>();
  const plan = new SuperSeedPlan(
    pieces,
    {
      availability: (piece) => [...has.values()].filter((own) => own.has(piece)).length,
      peerHas: (slot, piece) => has.get(slot)?.has(piece) === true,
      peerHaveCount: (slot) => has.get(slot)?.size ?? 0,
    },
    new SeededRandom("plan"),
  );
  return {
    plan,
    join: (...slots: readonly number[]) => {
      for (const slot of slots) has.set(slot, new Set());
    },
    forget: (slot: number) => has.delete(slot),
    brings: (slot: number, pieces: readonly number[]) => has.set(slot, new Set(pieces)),
    gets: (slot: number, piece: number, nowMs = 0) => {
      has.get(slot)?.add(piece);
      return plan.seen(slot, piece, nowMs);
    },
  };
}

describe("the plan of a super-seed", () => {
  test("reveals two pieces to each peer, no two the same while there are others", () => {
    const { plan, join } = planFor(10);
    join(0, 1, 2);

    const told = [0, 1, 2].map((slot) => plan.reveal(slot, 0, 3));

    expect(told.map((pieces) => pieces.length)).toEqual([2, 2, 2]);
    expect(new Set(told.flat()).size).toBe(6);
    expect(plan.isRevealed(0, told[0]?.[0] as number)).toBe(true);
    expect(plan.isRevealed(1, told[0]?.[0] as number)).toBe(false);
  });

  test("tells of the last two pieces together: the last one alone ends the connection of a libtorrent", () => {
    const { plan, join, gets } = planFor(4);
    join(0);
    const [first] = plan.reveal(0, 0, 1);

    gets(0, first as number);

    expect(plan.reveal(0, 0, 1)).toHaveLength(2);
  });

  test("reveals another piece only to whoever passed one on", () => {
    const { plan, join, gets } = planFor(10);
    join(0, 1, 2);
    const [first, second] = [plan.reveal(0, 0, 3), plan.reveal(1, 0, 3)];
    const piece = first[0] as number;

    expect(gets(0, piece)).toEqual([]);
    expect(plan.reveal(0, 1_000, 3)).toEqual([]);
    expect(gets(2, piece)).toEqual([0]);
    expect(plan.reveal(0, 1_000, 3)).toHaveLength(1);
    expect(gets(1, second[0] as number)).toEqual([]);
    expect(plan.reveal(1, 1_000, 3)).toEqual([]);
  });

  test("names no piece a second time before the copy is sent, but to who has gained nothing for 20 s", () => {
    const { plan, join, gets } = planFor(4);
    join(0, 1, 2);
    const [first, second] = [plan.reveal(0, 0, 3), plan.reveal(1, 0, 3)];
    expect(new Set([...first, ...second]).size).toBe(4);

    expect(plan.reveal(2, 0, 3)).toEqual([]);
    gets(2, first[0] as number, 10_000);
    expect(plan.reveal(2, 29_000, 3)).toEqual([]);
    expect(plan.reveal(2, 30_000, 3)).toHaveLength(2);
  });

  test("names so many pieces a second time as the uplink has room for", () => {
    const { plan, join } = planFor(4);
    join(0, 1, 2);
    plan.reveal(0, 0, 3);
    plan.reveal(1, 0, 3);

    plan.spare = 1;

    expect(plan.reveal(2, 0, 3)).toHaveLength(1);
    expect(plan.reveal(2, 0, 3)).toEqual([]);
  });

  test("does not wait for a peer that has nobody to pass its piece on to", () => {
    const { plan, join, gets } = planFor(10);
    join(0);
    const [piece] = plan.reveal(0, 0, 1);

    gets(0, piece as number);

    expect(plan.reveal(0, 0, 1)).toHaveLength(1);
  });

  test("waits half a minute for a peer that keeps one piece of two", () => {
    const { plan, join, gets } = planFor(10);
    join(0, 1, 2);
    const [kept, passedOn] = plan.reveal(0, 0, 3) as [number, number];
    gets(0, kept, 1_000);
    gets(0, passedOn, 1_000);
    gets(1, passedOn, 2_000);
    expect(plan.reveal(0, 30_000, 3)).toHaveLength(1);

    expect(plan.reveal(0, 31_000, 3)).toHaveLength(1);
  });

  test("names more to a peer that passes nothing on only while the uplink rests", () => {
    const { plan, join, gets } = planFor(10);
    join(0, 1, 2);
    for (const piece of plan.reveal(0, 0, 3)) gets(0, piece, 1_000);

    expect(plan.reveal(0, 30_000, 3)).toEqual([]);
    expect(plan.reveal(0, 31_000, 3)).toEqual([]);
    plan.spare = 1;
    expect(plan.reveal(0, 31_000, 3)).toHaveLength(1);
  });

  /** Peer 0 has had both pieces for half a minute and passed neither on. */
  function planWithKeeper() {
    const world = planFor(2);
    world.join(0, 1, 2);
    const told = world.plan.reveal(0, 0, 3);
    world.plan.came(0, "taker", [], 0);
    for (const piece of told) world.gets(0, piece, 0);
    world.plan.reveal(0, 30_000, 3);
    return { ...world, told: [...told].sort() };
  }

  test("names what only such a peer has to others, as if it had never been sent", () => {
    const { plan, told, gets } = planWithKeeper();

    expect(plan.hasLostPieces()).toBe(true);
    expect([...plan.reveal(1, 30_000, 3)].sort()).toEqual(told);
    for (const piece of told) gets(1, piece, 31_000);
    expect(plan.hasLostPieces()).toBe(false);
  });

  test("knows such a peer again when it comes back with what it has", () => {
    const { plan, told, forget, brings } = planWithKeeper();
    plan.left(0);
    forget(0);
    brings(3, told);
    plan.came(3, "taker", told, 40_000);
    expect(plan.reveal(3, 40_000, 3)).toEqual([]);

    expect(plan.hasLostPieces()).toBe(true);
    expect([...plan.reveal(1, 40_000, 3)].sort()).toEqual(told);
  });

  test("trusts such a peer again once it passes a piece on, late", () => {
    const { plan, told, gets } = planWithKeeper();

    gets(2, told[0] as number, 60_000);

    expect(plan.hasLostPieces()).toBe(false);
  });

  test("tells what such a peer would get to who passes things on and lacks it, scarce or not", () => {
    const world = planFor(8);
    const { plan, join, gets, brings } = world;
    join(0, 1);
    plan.came(0, "taker", [], 0);
    for (const piece of plan.reveal(0, 0, 2)) gets(0, piece, 0);
    plan.reveal(0, 30_000, 2);
    brings(1, [0, 1, 2, 3]);
    brings(2, [0, 1, 2, 3, 4, 5, 6, 7]);
    brings(3, [0, 1, 2, 3, 4, 5, 6, 7]);
    plan.isSpread = !plan.hasLostPieces();
    expect([plan.isSpread, plan.isKeeper(0), plan.isKeeper(1), plan.isWantedByKeepers]).toEqual([
      true,
      true,
      false,
      true,
    ]);
    plan.came(1, "giver", [], 30_000);
    plan.spare = 2;

    expect(plan.reveal(1, 31_000, 4)).toEqual([]);
    const told = [plan.revealInPlace(1), plan.revealInPlace(1)];
    expect(told.every((piece) => piece !== undefined && piece > 3)).toBe(true);
    expect(plan.revealInPlace(1)).toBeUndefined();
    gets(1, told[0] as number, 32_000);
    expect(plan.revealInPlace(1)).toBeGreaterThan(3);
  });

  test("reveals what a peer that left did not pass on to somebody else", () => {
    const { plan, join } = planFor(2);
    join(0, 1);
    const told = plan.reveal(0, 0, 2);
    plan.left(0);

    expect([...plan.reveal(1, 0, 2)].sort()).toEqual([...told].sort());
  });
});

describe("a super-seed", () => {
  const links = { upBytesPerSecond: 400_000, downBytesPerSecond: 2_000_000 };

  /** Content that a first seed has sent when six leeches have all of it among them, in copies. */
  function copiesSent(isSuperSeed: boolean): number {
    const w = swarmWorld();
    const torrent = aTorrent({ totalBytes: 2_000_000, pieceBytes: 32_768 });
    const seed = w.addPeer(torrent, { have: "all", links, isSuperSeed });
    const leeches = Array.from({ length: 6 }, () => w.addPeer(torrent, { links }));
    leeches.forEach((leech, i) => {
      leech.meet(seed, ...leeches.slice(0, i));
    });
    const isSpread = () =>
      Array.from({ length: torrent.map.pieceCount }, (_, piece) => piece).every((piece) =>
        leeches.some((leech) => leech.storage.writtenPieces.includes(piece)),
      );
    w.world.runUntilTrue(isSpread, 300_000);
    const sent = seed.swarm.view().totals.uploadedBytes / torrent.content.length;

    w.world.runUntilTrue(() => leeches.every((leech) => leech.isComplete), 300_000);
    for (const leech of leeches) expect(leech.hasContent).toBe(true);
    return sent;
  }

  test("sends little more than one copy until the swarm has it all, which an ordinary seed does not", () => {
    const [superSeed, ordinary] = [copiesSent(true), copiesSent(false)];
    console.log(
      `copies sent before the swarm had one: ${superSeed.toFixed(2)}, ordinary ${ordinary.toFixed(2)}`,
    );

    expect(superSeed).toBeLessThan(1.2);
    expect(superSeed).toBeLessThan(ordinary);
  });

  test("names more to a peer that wants nothing of what it was told, and never says what it has", () => {
    const w = swarmWorld();
    const torrent = aTorrent({ totalBytes: 10 * 65_536 });
    const seed = w.addPeer(torrent, { have: "all", isSuperSeed: true });
    const peer = new ScriptedPeer(w.newHost(), { idByte: 1 }).greet(w, seed, torrent.infoHash);
    peer.send(emptyMessage(ids.HAVE_NONE), emptyMessage(ids.INTERESTED));
    w.world.runFor(1_500);
    expect(peer.heardOf("have")).toHaveLength(2);

    // As aria2, which announces no piece to whom it has it from.
    peer.send(emptyMessage(ids.NOT_INTERESTED));
    w.world.runFor(500);

    expect(new Set(peer.heardOf("have")).size).toBe(4);
  });

  test("says that it has nothing, serves only what it named, and once the swarm has it all only helps who gets nothing there", () => {
    const w = swarmWorld();
    const torrent = aTorrent();
    const seed = w.addPeer(torrent, { have: "all", isSuperSeed: true });
    const peer = new ScriptedPeer(w.newHost(), { idByte: 1 }).greet(w, seed, torrent.infoHash);
    peer.send(emptyMessage(ids.HAVE_NONE), emptyMessage(ids.INTERESTED));
    w.world.runFor(1_500);

    expect(peer.heardOf("have-none")).toHaveLength(1);
    expect(peer.heardOf("have")).toHaveLength(2);
    expect(peer.heardOf("allowed-fast")).toEqual([]);
    const named = peer.heardOf("have").map((line) => Number(line.split(" ")[1]));
    const unnamed = [0, 1, 2, 3, 4].find((piece) => !named.includes(piece)) as number;
    peer.send(requestMessage(unnamed, 0), requestMessage(named[0] as number, 0));
    w.world.runFor(500);
    expect(peer.heardOf("reject")).toEqual([`reject ${unnamed} 0 16384`]);
    expect(peer.heardOf("block")).toEqual([`block ${named[0]} 0 16384`]);
    expect(seed.swarm.view().isSuperSeeding).toBe(true);

    for (let piece = 0; piece < torrent.map.pieceCount; piece++) {
      if (piece !== unnamed) peer.send(indexMessage(ids.HAVE, piece));
    }
    const other = new ScriptedPeer(w.newHost(), { idByte: 2 }).greet(w, seed, torrent.infoHash);
    other.send(emptyMessage(ids.HAVE_NONE), indexMessage(ids.HAVE, unnamed));
    w.world.runFor(1_500);
    const first = other.heardOf("have");
    for (const line of first) other.send(indexMessage(ids.HAVE, Number(line.split(" ")[1])));
    w.world.runFor(15_000);

    expect(other.heardOf("have")).toEqual(first);
    w.world.runFor(10_000);
    expect(other.heardOf("have").length).toBeGreaterThan(first.length);
  });

  test("gives a lone leech everything, without a pause", () => {
    const w = swarmWorld();
    const torrent = aTorrent({ totalBytes: 2_000_000 });
    const seed = w.addPeer(torrent, { have: "all", isSuperSeed: true });
    const leech = w.addPeer(torrent);
    leech.meet(seed);

    w.world.runUntilTrue(() => leech.isComplete, 20_000);

    expect(leech.hasContent).toBe(true);
  });
});
