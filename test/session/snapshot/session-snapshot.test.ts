/** What viewers are shown: the same objects as long as nothing changed, and details for those who ask. */
import { describe, expect, test } from "vitest";
import { filledFolder } from "../../support/filled-torrent.ts";
import { magnetOf, publishedBy, SessionWorld, torrentFile } from "../support/session-world.ts";

const PIECE = 32_768;
const ALBUM = filledFolder(
  "album",
  [
    { path: ["a.txt"], lengthBytes: 40_000 },
    { path: ["b.bin"], lengthBytes: 30 * PIECE },
  ],
  PIECE,
);
const OTHER = filledFolder("other", [{ path: ["c.bin"], lengthBytes: 2 * PIECE }], PIECE);
const { id: ID } = ALBUM.metainfo;

describe("the snapshots of a session", () => {
  test("of an idle session are one and the same, and nothing is published", async () => {
    const net = new SessionWorld(71);
    const machine = await net.open("10.0.2.1", { dht: false });
    await net.settled(machine.session.commands.add(torrentFile(ALBUM), { paused: true }));
    await net.runFor(15_000);
    const published = publishedBy(machine.session);
    const before = machine.session.getSnapshot();
    await net.runFor(60_000);

    expect(machine.session.getSnapshot()).toBe(before);
    expect(published).toEqual([]);
  });

  test("keep the identity of the torrents that did not change", async () => {
    const net = new SessionWorld(72);
    await net.openSeeder("10.0.1.1", ALBUM);
    const machine = await net.open("10.0.2.1");
    await net.settled(machine.session.commands.add(torrentFile(OTHER), { paused: true }));
    await net.settled(machine.session.commands.add(magnetOf(ALBUM), {}));
    await net.runFor(200);
    const resting = machine.torrent(OTHER.metainfo.id);
    const published = publishedBy(machine.session);
    await net.untilPhase(machine, ID, "seeding");

    expect(published.length).toBeGreaterThan(0);
    for (const { torrents } of published) expect(torrents[0]).toBe(resting);
    expect(new Set(published.map(({ torrents }) => torrents[1])).size).toBe(published.length);
  });

  test("change for a torrent that seeds to nobody once a minute, as its seeding time does", async () => {
    const net = new SessionWorld(77);
    const machine = await net.openSeeder("10.0.1.1", ALBUM, { dht: false });
    await net.runFor(30_000);
    const published = publishedBy(machine.session);
    await net.runFor(300_000);

    const shown = [...new Set(published.map(({ torrents }) => torrents[0]))];
    expect(shown.length).toBeGreaterThanOrEqual(4);
    expect(shown.length).toBeLessThanOrEqual(6);
    expect(shown.map((torrent) => torrent?.phase)).toEqual(shown.map(() => "seeding"));
  });

  test("come at most four times a second, and stop coming to those who left", async () => {
    const net = new SessionWorld(73);
    await net.openSeeder("10.0.1.1", ALBUM);
    const machine = await net.open("10.0.2.1", { maxDownBytesPerSecond: 50_000 });
    await net.settled(machine.session.commands.add(magnetOf(ALBUM), {}));
    let heard = 0;
    const leave = machine.session.subscribe(() => heard++);
    await net.runFor(10_000);
    expect(heard).toBeGreaterThan(5);
    expect(heard).toBeLessThanOrEqual(41);
    leave();
    const before = heard;
    await net.runFor(5_000);
    expect(heard).toBe(before);
  });

  test("are plain data that survives being sent to another thread", async () => {
    const net = new SessionWorld(74);
    const machine = await net.openSeeder("10.0.1.1", ALBUM);
    await machine.session.commands.watchDetails([ID]);
    await net.runFor(1_000);
    const snapshot = machine.session.getSnapshot();

    expect(structuredClone(snapshot)).toEqual(snapshot);
    expect(JSON.parse(JSON.stringify(snapshot))).toEqual(snapshot);
  });

  test("hold peers and files only of the torrents that some viewer watches, until it leaves", async () => {
    const net = new SessionWorld(75);
    await net.openSeeder("10.0.1.1", ALBUM);
    const machine = await net.open("10.0.2.1", { maxDownBytesPerSecond: 50_000 });
    await net.settled(machine.session.commands.add(magnetOf(ALBUM), {}));
    await net.untilPhase(machine, ID, "downloading");
    expect(machine.torrent(ID)).toMatchObject({ peers: [], files: [] });
    const [first, second] = [machine.session.attachViewer(), machine.session.attachViewer()];
    await first.commands.watchDetails([ID]);
    await second.commands.watchDetails([ID]);
    await net.until(() => machine.torrent(ID).files.length === 2);
    expect(machine.torrent(ID).files.map((file) => file.path)).toEqual(["album/a.txt", "album/b.bin"]);
    expect(machine.torrent(ID).peers.map((peer) => peer.address)).toEqual([
      expect.stringMatching(/^10\.0\.1\.1:/),
    ]);
    first.detach();
    await net.runFor(2_000);
    expect(machine.torrent(ID).files).toHaveLength(2);
    await second.commands.watchDetails([]);
    await net.until(() => machine.torrent(ID).files.length === 0);
    expect(machine.torrent(ID).peers).toEqual([]);
  });

  test("show what holds a torrent up, and its way through life in the log", async () => {
    const net = new SessionWorld(76);
    const machine = await net.open("10.0.2.1");
    await net.settled(machine.session.commands.add(magnetOf(ALBUM), {}));
    await net.runFor(60_000);

    expect(machine.torrent(ID).phase).toBe("resolving");
    expect(machine.torrent(ID).diagnosis.sentence).not.toBe("");
    expect(machine.torrent(ID).diagnosis.code).not.toBe("OK1");
    expect(machine.torrent(ID).health).not.toBeNull();
    const seeder = await net.openSeeder("10.0.1.1", ALBUM);
    await net.untilPhase(machine, ID, "seeding");
    const texts = machine.session
      .getSnapshot()
      .log.filter((line) => line.torrentId === ID)
      .map((line) => line.text);
    for (const what of ["first peer", "metadata: album, 2 files", "first piece", "everything wanted is here"])
      expect(texts.some((text) => text.startsWith(what))).toBe(true);
    expect(seeder.torrent(ID).milestones.metadataMs).not.toBeNull();
  });
});
