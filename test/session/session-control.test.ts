/** What a session and its torrents can be told while they run. */
import { describe, expect, test } from "vitest";
import type { SessionSettings } from "../../src/session/session-view.ts";
import { filledFile } from "../support/filled-torrent.ts";
import { type Machine, magnetOf, SessionWorld, torrentFile } from "./support/session-world.ts";

const PIECE = 32_768;
const LONG = filledFile("long.bin", 60 * PIECE + 17, PIECE);
const OTHER = filledFile("other.bin", 20 * PIECE, PIECE);
const THIRD = filledFile("third.bin", 20 * PIECE + 1, PIECE);
const ID = LONG.metainfo.id;

const phases = (machine: Machine): string[] =>
  machine.session.getSnapshot().torrents.map(({ name, phase }) => `${name} ${phase}`);

describe("a torrent", () => {
  test("keeps labels, order of pieces, limits and goal over a restart", async () => {
    const net = new SessionWorld(301);
    const machine = await net.open("10.0.2.1", { remember: true });
    const { commands } = machine.session;
    await net.settled(commands.add(magnetOf(LONG), { labels: ["films"] }));
    await net.settled(
      commands.setTorrent(ID, {
        labels: [" one ", "two", "one"],
        isSequential: true,
        maxDownBytesPerSecond: 50_000,
        maxUpBytesPerSecond: null,
        seedForMs: 60_000,
      }),
    );
    const told = {
      labels: ["one", "two"],
      isSequential: true,
      maxDownBytesPerSecond: 50_000,
      maxUpBytesPerSecond: null,
      seedRatio: null,
      seedForMs: 60_000,
      usesDefaultGoal: false,
    };
    await net.until(() => machine.torrent(ID).isSequential);
    expect(machine.torrent(ID)).toMatchObject(told);
    await net.close(machine);
    const again = await net.open("10.0.2.1", { remember: true, memory: machine.memory });

    expect(again.torrent(ID)).toMatchObject(told);
  });

  test("keeps a pause even when the power fails the moment after", async () => {
    const net = new SessionWorld(305);
    const machine = await net.open("10.0.2.1", { remember: true });
    const { commands } = machine.session;
    await net.settled(commands.add(torrentFile(LONG), {}));
    await net.untilPhase(machine, ID, "downloading");
    await net.settled(commands.pause(ID));
    const memory = net.memoryAfterCrash(machine);
    const again = await net.open("10.0.2.2", { remember: true, memory });

    expect(again.torrent(ID).phase).toBe("paused");
  });

  test.each([
    ["a limit of zero", { maxDownBytesPerSecond: 0 }],
    ["a label that hides", { labels: ["a\u202eb"] }],
    ["too many labels", { labels: Array.from({ length: 33 }, (_, i) => `label ${i}`) }],
    ["a goal below zero", { seedRatio: -1 }],
  ])("refuses %s, and stays as it was", async (_, settings) => {
    const net = new SessionWorld(302);
    const machine = await net.open("10.0.2.1");
    await net.settled(machine.session.commands.add(magnetOf(LONG), { labels: ["kept"] }));
    const refused = machine.session.commands.setTorrent(ID, { isSequential: true, ...settings });
    await expect(refused).rejects.toMatchObject({ code: "USAGE" });
    await net.runFor(1_000);

    expect(machine.torrent(ID)).toMatchObject({ labels: ["kept"], isSequential: false });
  });

  test("is fetched from its beginning when it is sequential", async () => {
    const net = new SessionWorld(303);
    await net.openSeeder("10.0.1.1", LONG);
    const machine = await net.open("10.0.2.1", { maxDownBytesPerSecond: 100_000 });
    await net.settled(machine.session.commands.add(magnetOf(LONG), { isSequential: true }));
    await net.until(() => machine.torrent(ID).havePieces >= 30);
    const strip = machine.torrent(ID).haveStrip;

    // Half of the pieces: in another order not one in a million downloads had the first two fifths among them.
    expect(strip.slice(0, Math.floor(strip.length * 0.4))).toMatch(/^9+$/);
  });

  test("of its own limit is held by it, until the limit is lifted", async () => {
    const net = new SessionWorld(304);
    await net.openSeeder("10.0.1.1", LONG);
    const machine = await net.open("10.0.2.1");
    const { commands } = machine.session;
    await net.settled(commands.add(magnetOf(LONG), { maxDownBytesPerSecond: 20_000 }));
    await net.until(() => machine.torrent(ID).havePieces >= 3);
    const before = net.world.nowMs;
    await net.until(() => machine.torrent(ID).havePieces >= 8);
    expect(net.world.nowMs - before).toBeGreaterThan(5_000);
    await net.settled(commands.setTorrent(ID, { maxDownBytesPerSecond: null }));
    const lifted = net.world.nowMs;
    await net.untilPhase(machine, ID, "seeding");

    expect(net.world.nowMs - lifted).toBeLessThan(20_000);
  });
});

describe("a seeding goal", () => {
  test("of the session ends torrents without one of their own, and not what is shared", async () => {
    const net = new SessionWorld(311);
    const seeder = await net.openSeeder("10.0.1.1", LONG, { defaultSeedForMs: 30_000 });
    const machine = await net.open("10.0.2.1", { defaultSeedForMs: 30_000 });
    await net.settled(machine.session.commands.add(magnetOf(LONG), {}));
    await net.untilPhase(machine, ID, "seeding");
    await net.untilPhase(machine, ID, "finished");
    await net.runFor(120_000);

    expect(seeder.torrent(ID)).toMatchObject({ phase: "seeding", seedForMs: null, usesDefaultGoal: false });
  });

  test("of a lasting session is a ratio of 1.5 or 14 days", async () => {
    const net = new SessionWorld(312);
    const machine = await net.open("10.0.2.1", { remember: true });
    await net.settled(machine.session.commands.add(magnetOf(LONG), {}));

    expect(machine.torrent(ID)).toMatchObject({
      seedRatio: 1.5,
      seedForMs: 1_209_600_000,
      usesDefaultGoal: true,
    });
  });

  test("by time goes on after a restart where it was, and what is finished stays so without a look at the disk", async () => {
    const net = new SessionWorld(313);
    await net.openSeeder("10.0.1.1", LONG);
    const options = { remember: true, defaultSeedForMs: 600_000 };
    const first = await net.open("10.0.2.1", options);
    await net.settled(first.session.commands.add(magnetOf(LONG), {}));
    await net.untilPhase(first, ID, "seeding");
    await net.runFor(400_000);
    await net.close(first);
    const second = await net.open("10.0.2.1", { ...options, memory: first.memory });
    await net.untilPhase(second, ID, "seeding");
    const before = net.world.nowMs;
    await net.untilPhase(second, ID, "finished");
    expect(net.world.nowMs - before).toBeLessThan(210_000);
    expect(second.torrent(ID).seedingMs).toBe(600_000);
    await net.close(second);
    const third = await net.open("10.0.2.1", { ...options, memory: second.memory });
    expect(third.torrent(ID)).toMatchObject({ phase: "finished", progressRatio: 1 });
    await net.settled(third.session.commands.configure({ defaultSeedForMs: 900_000 }));

    await net.untilPhase(third, ID, "seeding");
  });

  test("survives an unclean end but for some minutes", async () => {
    const net = new SessionWorld(314);
    await net.openSeeder("10.0.1.1", LONG);
    const first = await net.open("10.0.2.1", { remember: true });
    await net.settled(first.session.commands.add(magnetOf(LONG), {}));
    await net.untilPhase(first, ID, "seeding");
    await net.runFor(3_000_000);
    const memory = net.memoryAfterCrash(first);
    await net.close(first);
    const again = await net.open("10.0.2.1", { remember: true, memory });

    expect(again.torrent(ID).seedingMs).toBeGreaterThanOrEqual(2_300_000);
  });
});

describe("a queue", () => {
  test("lets as many download as the session says, in order, and the next when one is done", async () => {
    const net = new SessionWorld(321);
    for (const [i, torrent] of [LONG, OTHER, THIRD].entries())
      await net.openSeeder(`10.0.1.${i + 1}`, torrent);
    const machine = await net.open("10.0.2.1", { maxActiveDownloads: 1, maxDownBytesPerSecond: 200_000 });
    const { commands } = machine.session;
    for (const torrent of [LONG, OTHER, THIRD]) await net.settled(commands.add(torrentFile(torrent), {}));
    await net.untilPhase(machine, ID, "downloading");
    expect(phases(machine)).toEqual(["long.bin downloading", "other.bin queued", "third.bin queued"]);
    expect(machine.torrent(OTHER.metainfo.id)).toMatchObject({
      diagnosis: { code: "U2" },
      counts: { connectedPeers: 0 },
    });
    await net.settled(commands.setTorrent(THIRD.metainfo.id, { queuePosition: 1 }));
    await net.untilPhase(machine, THIRD.metainfo.id, "downloading");

    expect(phases(machine)).toEqual(["long.bin seeding", "third.bin downloading", "other.bin queued"]);
    await net.untilPhase(machine, OTHER.metainfo.id, "seeding");
  });

  test("is not blocked by a torrent that nobody has", async () => {
    const net = new SessionWorld(322);
    await net.openSeeder("10.0.1.1", OTHER);
    const machine = await net.open("10.0.2.1", { maxActiveDownloads: 1 });
    const { commands } = machine.session;
    await net.settled(commands.add(torrentFile(LONG), {}));
    await net.settled(commands.add(torrentFile(OTHER), {}));
    expect(phases(machine)[1]).toBe("other.bin queued");
    await net.untilPhase(machine, OTHER.metainfo.id, "seeding");

    expect(machine.torrent(ID).phase).toBe("downloading");
  });

  test("takes its turn back when it is made shorter, and gives way to what is moved before it", async () => {
    const net = new SessionWorld(323);
    for (const [i, torrent] of [LONG, OTHER].entries()) await net.openSeeder(`10.0.1.${i + 1}`, torrent);
    const machine = await net.open("10.0.2.1", { maxDownBytesPerSecond: 40_000 });
    const { commands } = machine.session;
    for (const torrent of [LONG, OTHER]) await net.settled(commands.add(torrentFile(torrent), {}));
    await net.until(() => machine.torrent(OTHER.metainfo.id).havePieces > 0);
    await net.settled(commands.configure({ maxActiveDownloads: 1 }));
    await net.untilPhase(machine, OTHER.metainfo.id, "queued");
    await net.settled(commands.setTorrent(OTHER.metainfo.id, { queuePosition: 0 }));
    await net.untilPhase(machine, ID, "queued");

    expect(phases(machine)[0]).toBe("other.bin downloading");
    expect(machine.torrent(ID).queuePosition).toBe(1);
  });

  test("keeps its order over a restart, and lets seeds that nobody asks not stand in the way", async () => {
    const net = new SessionWorld(324);
    const machine = await net.openSeeder("10.0.1.1", LONG, { remember: true });
    await net.settled(machine.session.commands.add(magnetOf(OTHER), { paused: true }));
    await net.settled(machine.session.commands.setTorrent(OTHER.metainfo.id, { queuePosition: 0 }));
    await net.settled(machine.session.commands.configure({ maxActiveSeeds: 0 }));
    await net.close(machine);
    const again = await net.open("10.0.1.1", { remember: true, memory: machine.memory });

    expect(again.session.getSnapshot().torrents.map(({ id }) => id)).toEqual([OTHER.metainfo.id, ID]);
    expect(again.session.getSnapshot().settings.maxActiveSeeds).toBe(0);
    expect(again.torrent(ID).phase).toBe("queued");
  });
});

describe("the session's settings", () => {
  test("are remembered, and what is given at the start counts more", async () => {
    const net = new SessionWorld(331);
    const first = await net.open("10.0.2.1", { remember: true });
    const changes: Partial<SessionSettings> = {
      maxDownBytesPerSecond: 70_000,
      maxUpBytesPerSecond: 30_000,
      defaultSeedRatio: null,
    };
    await net.settled(first.session.commands.configure(changes));
    await net.close(first);
    const second = await net.open("10.0.2.1", {
      remember: true,
      memory: first.memory,
      maxUpBytesPerSecond: null,
    });

    expect(second.session.getSnapshot()).toMatchObject({
      maxDownBytesPerSecond: 70_000,
      maxUpBytesPerSecond: null,
      settings: { ...changes, maxUpBytesPerSecond: null, defaultSeedForMs: 1_209_600_000 },
    });
  });

  test("are refused as a whole when one of them makes no sense", async () => {
    const net = new SessionWorld(332);
    const { session } = await net.open("10.0.2.1");
    const refused = session.commands.configure({ maxActiveSeeds: 3, maxUpBytesPerSecond: 0 });
    await expect(refused).rejects.toMatchObject({ code: "USAGE" });

    expect(session.getSnapshot().settings.maxActiveSeeds).toBeNull();
  });

  test("switch to the alternative limits by hand", async () => {
    const net = new SessionWorld(333);
    const { session } = await net.open("10.0.2.1");
    await net.settled(
      session.commands.configure({ alternativeMaxDownBytesPerSecond: 9_000, alternativeLimits: "on" }),
    );
    await net.until(() => session.getSnapshot().usesAlternativeLimits);

    expect(session.getSnapshot()).toMatchObject({
      maxDownBytesPerSecond: 9_000,
      settings: { maxDownBytesPerSecond: null },
    });
  });
});
