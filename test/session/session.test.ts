/** A session as a whole: finding, fetching, serving, and ending. */
import { describe, expect, test } from "vitest";
import { filledFile, filledFolder, fingerprint } from "../support/filled-torrent.ts";
import { FOLDER, magnetOf, SessionWorld, torrentFile } from "./support/session-world.ts";

const PIECE = 32_768;
const ALBUM = filledFolder(
  "album",
  [
    { path: ["a.txt"], lengthBytes: 40_000 },
    { path: ["empty"], lengthBytes: 0 },
    { path: ["deep", "b.bin"], lengthBytes: 300_000 },
    { path: ["c.bin"], lengthBytes: 70_001 },
  ],
  PIECE,
);

describe("a session", () => {
  test("finds the seeder of a magnet link through the DHT, fetches the metadata and every file", async () => {
    const net = new SessionWorld(1);
    const seeder = await net.openSeeder("10.0.1.1", ALBUM);
    const leecher = await net.open("10.0.2.1");
    const { id, isNew } = await net.settled(
      leecher.session.commands.add(magnetOf(ALBUM, "&dn=somewhat"), {}),
    );
    expect({ id, isNew }).toEqual({ id: ALBUM.metainfo.id, isNew: true });
    expect(leecher.torrent(id)).toMatchObject({ phase: "resolving", name: "somewhat", pieceCount: null });
    const done = await net.untilPhase(leecher, id, "seeding");

    expect(done).toMatchObject({
      name: "album",
      progressRatio: 1,
      havePieces: ALBUM.metainfo.pieceMap.pieceCount,
    });
    for (const [i, file] of ALBUM.metainfo.files.entries())
      expect(fingerprint(leecher.memory.disk.read(`${FOLDER}/${file.path}`))).toBe(
        fingerprint(ALBUM.fileContent(i)),
      );
    const { firstPeerMs, metadataMs, firstPieceMs, doneMs } = done.milestones;
    const milestones = [firstPeerMs, metadataMs, firstPieceMs, doneMs];
    expect(milestones).toEqual([...milestones].sort((a, b) => (a ?? 0) - (b ?? 0)));
    expect(milestones).not.toContain(null);
    await net.until(() => seeder.torrent(id).totals.uploadedBytes >= ALBUM.content.length);
  });

  test("passes on what it fetched: a third machine gets it after the seeder is gone", async () => {
    const net = new SessionWorld(2);
    const seeder = await net.openSeeder("10.0.1.1", ALBUM);
    const second = await net.open("10.0.2.1");
    const { id } = await net.settled(second.session.commands.add(magnetOf(ALBUM), {}));
    await net.untilPhase(second, id, "seeding");
    await net.close(seeder);
    const third = await net.open("10.0.3.1");
    await net.settled(third.session.commands.add(magnetOf(ALBUM), {}));
    await net.untilPhase(third, id, "seeding");

    expect(fingerprint(third.memory.disk.read(`${FOLDER}/album/deep/b.bin`))).toBe(
      fingerprint(ALBUM.fileContent(2)),
    );
  });

  test("tries peers that were named, without any DHT", async () => {
    const net = new SessionWorld(3);
    const seeder = await net.openSeeder("10.0.1.1", ALBUM, { port: 7000, dht: false });
    const leecher = await net.open("10.0.2.1", { dht: false });
    expect(leecher.session.getSnapshot().dht).toMatchObject({ enabled: false, state: "off" });
    const { id } = await net.settled(
      leecher.session.commands.add(magnetOf(ALBUM), { peers: ["10.0.1.1:7000"] }),
    );
    await net.untilPhase(leecher, id, "seeding");

    expect(seeder.torrent(id).counts.incomingPeers).toBeGreaterThan(0);
  });

  test("has no more connections than its machine has room for", async () => {
    const net = new SessionWorld(4);
    const seeder = await net.openSeeder("10.0.1.1", ALBUM, {
      platform: (platform) => ({ ...platform, maxConnections: 2 }),
    });
    const hosts = ["10.0.2.1", "10.0.3.1", "10.0.4.1", "10.0.5.1"];
    const leechers = await Promise.all(hosts.map((host) => net.open(host)));
    let most = 0;
    seeder.session.subscribe(() => {
      most = Math.max(most, seeder.torrent(ALBUM.metainfo.id).counts.connectedPeers);
    });

    for (const leecher of leechers) await net.settled(leecher.session.commands.add(magnetOf(ALBUM), {}));
    for (const leecher of leechers) await net.untilPhase(leecher, ALBUM.metainfo.id, "seeding");

    expect(most).toBe(2);
  });

  test("finds a neighbour on the local network without any DHT, and one elsewhere not (BEP 14)", async () => {
    const net = new SessionWorld(4);
    await net.openSeeder("10.0.1.1", ALBUM, { dht: false });
    const neighbour = await net.open("10.0.1.7", { dht: false });
    const { id } = await net.settled(neighbour.session.commands.add(magnetOf(ALBUM), {}));
    const stranger = await net.open("10.0.2.1", { dht: false });
    await net.settled(stranger.session.commands.add(magnetOf(ALBUM), {}));
    const shy = await net.open("10.0.1.8", { dht: false, localDiscovery: false });
    await net.settled(shy.session.commands.add(magnetOf(ALBUM), {}));

    await net.untilPhase(neighbour, id, "seeding");

    expect(stranger.torrent(id)).toMatchObject({ phase: "resolving" });
    expect(shy.torrent(id)).toMatchObject({ phase: "resolving" });
  });

  test("adds a torrent once, however often it is asked to, even at the same time", async () => {
    const net = new SessionWorld(4);
    const { session } = await net.open("10.0.1.1");
    const both = await net.settled(
      Promise.all([
        session.commands.add(magnetOf(ALBUM), {}),
        session.commands.add(magnetOf(ALBUM, "&x.pe=10.0.9.9:99"), {}),
      ]),
    );
    const again = await net.settled(session.commands.add(torrentFile(ALBUM), {}));

    expect(both.map(({ isNew }) => isNew)).toEqual([true, false]);
    expect(again).toEqual({ id: ALBUM.metainfo.id, isNew: false });
    await net.until(() => session.getSnapshot().torrents[0]?.name === "album");
    expect(session.getSnapshot().torrents).toHaveLength(1);
  });

  test("takes a torrent again while its removal is still under way", async () => {
    const net = new SessionWorld(5);
    const machine = await net.openSeeder("10.0.1.1", ALBUM);
    const { commands } = machine.session;
    const removal = commands.remove(ALBUM.metainfo.id, { deleteData: false });
    const addition = commands.add(torrentFile(ALBUM), { seedOnly: true });
    await net.settled(removal);

    expect(await net.settled(addition)).toEqual({ id: ALBUM.metainfo.id, isNew: true });
    await net.untilPhase(machine, ALBUM.metainfo.id, "seeding");
  });

  test("answers commands about torrents it does not have with NOT_FOUND", async () => {
    const net = new SessionWorld(6);
    const { session } = await net.open("10.0.1.1");

    await expect(session.commands.pause("f".repeat(40))).rejects.toMatchObject({ code: "NOT_FOUND" });
    await expect(session.commands.remove("f".repeat(40), { deleteData: true })).rejects.toMatchObject({
      code: "NOT_FOUND",
    });
  });

  test("refuses what is no torrent, a peer that is no address, and a selection that is none", async () => {
    const net = new SessionWorld(7);
    const { session } = await net.open("10.0.1.1");
    const add = session.commands.add;

    await expect(add({ kind: "magnet", text: "magnet:?dn=x" }, {})).rejects.toMatchObject({
      code: "MAGNET_INVALID",
    });
    await expect(add({ kind: "metainfo", bytes: Uint8Array.of(1) }, {})).rejects.toMatchObject({
      code: "TORRENT_INVALID",
    });
    await expect(add(magnetOf(ALBUM), { peers: ["nowhere"] })).rejects.toMatchObject({ code: "USAGE" });
    await expect(add(magnetOf(ALBUM), { select: "0" })).rejects.toMatchObject({ code: "USAGE" });
    expect(session.getSnapshot().torrents).toEqual([]);
  });

  test("stops quickly with everything saved, and leaves no timer behind that works on", async () => {
    const net = new SessionWorld(8);
    await net.openSeeder("10.0.1.1", ALBUM);
    const leecher = await net.open("10.0.2.1", { remember: true });
    const { id } = await net.settled(leecher.session.commands.add(magnetOf(ALBUM), {}));
    await net.until(() => leecher.torrent(id).havePieces > 2);
    const beforeMs = net.world.nowMs;
    await net.close(leecher);

    expect(net.world.nowMs - beforeMs).toBeLessThan(500);
    await net.settled(leecher.session.closed);
    expect([...leecher.memory.records.keys()].sort()).toEqual(
      expect.arrayContaining([`resume-${id}`, `torrent-${id}`, "torrents"]),
    );
    const records = new Map(leecher.memory.records);
    await net.runFor(60_000);
    expect(leecher.memory.records).toEqual(records);
    await expect(leecher.session.commands.add(magnetOf(ALBUM), {})).rejects.toMatchObject({
      code: "SESSION_CLOSED",
    });
  });

  test("stops when asked twice as when asked once", async () => {
    const net = new SessionWorld(9);
    const machine = await net.openSeeder("10.0.1.1", ALBUM);
    const [first, second] = [machine.session.close(), machine.session.close()];
    await net.settled(Promise.all([first, second, machine.session.closed]));

    expect(first).toBe(second);
  });

  test("looks around in the network anew when the machine has slept", async () => {
    const net = new SessionWorld(10);
    let sleptMs = 0;
    const machine = await net.open("10.0.1.1", {
      platform: (platform) => ({ ...platform, unixMs: () => platform.unixMs() + sleptMs }),
    });
    const hasSlept = (): boolean =>
      machine.session.getSnapshot().log.some((line) => line.text.includes("the machine slept"));
    const packetsIn5Seconds = async (): Promise<number> => {
      const before = net.datagrams.packetsSent;
      await net.runFor(5_000);
      return net.datagrams.packetsSent - before;
    };
    await net.until(() => machine.session.getSnapshot().dht.state === "joined");
    await net.runFor(30_000);
    sleptMs = 50_000;
    const quiet = await packetsIn5Seconds();
    expect(hasSlept()).toBe(false);
    sleptMs += 3_600_000;
    const busy = await packetsIn5Seconds();

    expect(hasSlept()).toBe(true);
    expect(busy).toBeGreaterThan(quiet);
  });

  test.each([
    { change: "another address", hosts: ["10.0.1.1", "10.0.7.1"], says: "are 10.0.7.1 now" },
    {
      change: "an outage of the network",
      hosts: ["10.0.1.1", undefined, "10.0.1.1"],
      says: "a network again",
    },
  ])("looks around in the network anew, and gives up stranded connections, after $change", async (it) => {
    const net = new SessionWorld(12);
    let host: string | undefined = it.hosts[0];
    let stranded = 0;
    const machine = await net.open("10.0.1.1", {
      platform: (platform) => ({
        ...platform,
        network: {
          open: async (options) => ({
            ...(await platform.network.open(options)),
            endStrandedStreams: () => {
              stranded++;
            },
          }),
          resolve: (name, port) => platform.network.resolve(name, port),
          joinGroup: (group) => platform.network.joinGroup(group),
          ownHosts: () => (host === undefined ? [] : [host]),
        },
      }),
    });
    await net.until(() => machine.session.getSnapshot().dht.state === "joined");
    await net.runFor(30_000);
    expect(stranded).toBe(0);
    for (host of it.hosts.slice(1)) await net.runFor(30_000);

    expect(stranded).toBe(1);
    expect(machine.session.getSnapshot().log.some((line) => line.text.includes(it.says))).toBe(true);
  });

  test("frees its port when it cannot start", async () => {
    const net = new SessionWorld(11);
    const broken = net.open("10.0.1.1", {
      port: 7000,
      remember: true,
      platform: (platform) => ({
        ...platform,
        state: { ...platform.state, load: () => Promise.reject(new Error("no state")) },
      }),
    });
    await expect(broken).rejects.toThrow("no state");
    const machine = await net.open("10.0.1.1", { port: 7000 });

    expect(machine.session.getSnapshot().listening).toBe("10.0.1.1:7000");
  });

  test("applies the rate limits of the moment", async () => {
    const net = new SessionWorld(12);
    const long = filledFile("long.bin", 40 * PIECE, PIECE);
    await net.openSeeder("10.0.1.1", long);
    const leecher = await net.open("10.0.2.1", { maxDownBytesPerSecond: 100_000 });
    const { id } = await net.settled(leecher.session.commands.add(magnetOf(long), {}));
    await net.until(() => leecher.torrent(id).havePieces > 0);
    await net.runFor(5_000);
    expect(leecher.torrent(id).haveBytes).toBeLessThan(900_000);
    expect(leecher.torrent(id).phase).toBe("downloading");
    await leecher.session.commands.configure({ maxDownBytesPerSecond: null });
    const beforeMs = net.world.nowMs;
    await net.untilPhase(leecher, id, "seeding");

    expect(net.world.nowMs - beforeMs).toBeLessThan(4_000);
    expect(leecher.session.getSnapshot().maxDownBytesPerSecond).toBeNull();
  });
});
