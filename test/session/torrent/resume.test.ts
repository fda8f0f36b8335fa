/** What a restart finds again: nothing is fetched twice, and nothing is believed that is not so. */
import { describe, expect, test } from "vitest";
import { type FilledTorrent, filledFile, filledFolder, fingerprint } from "../../support/filled-torrent.ts";
import {
  FOLDER,
  type Machine,
  magnetOf,
  placeContent,
  SessionWorld,
  torrentFile,
} from "../support/session-world.ts";

const PIECE = 32_768;
const LONG = filledFile("long.bin", 60 * PIECE + 17, PIECE);
const { id: ID } = LONG.metainfo;
const REMEMBER = { remember: true } as const;
/** The soak sets 1,000. */
const POWER_CUTS = Number(process.env["POWER_CUTS"] ?? 4);

/** A machine that has fetched some of `LONG`, at a rate that leaves time to look. */
async function openHalfway(net: SessionWorld, pieces: number): Promise<Machine> {
  await net.openSeeder("10.0.1.1", LONG);
  const machine = await net.open("10.0.2.1", { ...REMEMBER, maxDownBytesPerSecond: 100_000 });
  await net.settled(machine.session.commands.add(magnetOf(LONG), {}));
  await net.until(() => machine.session.getSnapshot().torrents[0]?.havePieces === pieces);
  return machine;
}

function expectExact(machine: Machine, torrent: FilledTorrent): void {
  for (const [i, file] of torrent.metainfo.files.entries())
    expect(fingerprint(machine.memory.disk.read(`${FOLDER}/${file.path}`))).toBe(
      fingerprint(torrent.fileContent(i)),
    );
}

/** How often pieces were hashed from disk: the check asks once for each. */
function checkedPieces(machine: Machine): number {
  const { disk } = machine.memory;
  return disk.checkedPieces;
}

describe("a torrent after a restart", () => {
  test("goes on where it stopped and fetches only what is missing", async () => {
    const net = new SessionWorld(21);
    const first = await openHalfway(net, 20);
    await net.close(first);
    const had = first.torrent(ID).havePieces;
    const again = await net.open("10.0.2.1", { ...REMEMBER, memory: first.memory });
    const done = await net.untilPhase(again, ID, "seeding");

    expectExact(again, LONG);
    const fetched = done.totals.downloadedBytes - first.torrent(ID).totals.downloadedBytes;
    expect(fetched).toBeLessThanOrEqual((61 - had) * PIECE);
    expect(checkedPieces(again)).toBe(0);
  });

  test("knows what is here without hashing it, and keeps what it has given and taken", async () => {
    const net = new SessionWorld(22);
    const first = await openHalfway(net, 10);
    await net.settled(first.session.commands.configure({ maxDownBytesPerSecond: null }));
    await net.untilPhase(first, ID, "seeding");
    await net.close(first);
    const before = first.torrent(ID);
    const again = await net.open("10.0.2.1", { ...REMEMBER, memory: first.memory });
    const after = await net.untilPhase(again, ID, "seeding");

    expect(after).toMatchObject({
      name: before.name,
      addedAtUnixMs: before.addedAtUnixMs,
      finishedAtUnixMs: before.finishedAtUnixMs,
      haveBytes: LONG.content.length,
    });
    expect(after.totals.downloadedBytes).toBe(before.totals.downloadedBytes);
    expect(checkedPieces(again)).toBe(0);
  });

  test("that lost its power before a checkpoint looks at what was written since, and ends exact", async () => {
    const net = new SessionWorld(23);
    const first = await openHalfway(net, 40);
    const memory = net.memoryAfterCrash(first);
    await net.close(first);
    const again = await net.open("10.0.2.1", { ...REMEMBER, memory });
    await net.untilPhase(again, ID, "downloading");

    expect(checkedPieces(again)).toBeGreaterThan(0);
    expect(again.torrent(ID).havePieces).toBeGreaterThanOrEqual(40);
    await net.untilPhase(again, ID, "seeding");
    expectExact(again, LONG);
  });

  test("that lost its power with a half-written disk fetches what is wrong, and ends exact", async () => {
    const net = new SessionWorld(24);
    const first = await openHalfway(net, 40);
    const memory = net.memoryAfterCrash(first);
    await net.close(first);
    const torn = (memory.disk.read(`${FOLDER}/long.bin`) as Uint8Array).slice();
    torn.fill(0, 0, 20 * PIECE);
    memory.disk.write(`${FOLDER}/long.bin`, 0, torn);
    const again = await net.open("10.0.2.1", { ...REMEMBER, memory });
    await net.untilPhase(again, ID, "seeding");

    expectExact(again, LONG);
  });

  test("falls back to the record before the newest where that one is torn", async () => {
    const net = new SessionWorld(25);
    const first = await openHalfway(net, 30);
    await net.close(first);
    const { memory } = first;
    for (const name of [`resume-${ID}`, "torrents", `torrent-${ID}`]) {
      const newest = memory.records.get(name) as Uint8Array;
      if (!memory.formerRecords.has(name)) memory.formerRecords.set(name, newest);
      memory.records.set(name, newest.subarray(0, newest.length >> 1));
    }
    const again = await net.open("10.0.2.1", { ...REMEMBER, memory });
    expect(again.torrent(ID)).toMatchObject({ name: "long.bin", pieceCount: 61 });
    await net.untilPhase(again, ID, "seeding");

    expectExact(again, LONG);
  });

  test("are all there when both generations of the list are torn: their records say which they are", async () => {
    const net = new SessionWorld(28);
    const first = await openHalfway(net, 10);
    await net.close(first);
    const { memory } = first;
    for (const generation of [memory.records, memory.formerRecords])
      generation.set("torrents", new Uint8Array(9));
    const again = await net.open("10.0.2.1", { ...REMEMBER, memory });

    expect(again.torrent(ID).name).toBe("long.bin");
  });

  test(
    "ST12: that lost its power at any moment ends exact, and is never believed to have what it lacks",
    async () => {
      for (let seed = 0; seed < POWER_CUTS; seed++) {
        const net = new SessionWorld(1_000 + seed);
        const first = await openHalfway(net, 1 + ((seed * 37) % 58));
        const memory = net.memoryAfterCrash(first);
        await net.close(first);
        const again = await net.open("10.0.2.1", { ...REMEMBER, memory });
        await net.untilPhase(again, ID, "seeding");
        expectExact(again, LONG);
      }
    },
    30_000 + POWER_CUTS * 3_000,
  );

  test("is known even if the machine lost its power right after it was added", async () => {
    const net = new SessionWorld(26);
    await net.openSeeder("10.0.1.1", LONG);
    const first = await net.open("10.0.2.1", REMEMBER);
    await net.settled(first.session.commands.add(magnetOf(LONG, "&dn=called"), { select: "1" }));
    const memory = net.memoryAfterCrash(first);
    await net.close(first);
    const again = await net.open("10.0.2.1", { ...REMEMBER, memory });
    expect(again.torrent(ID).name).toBe("called");
    await net.untilPhase(again, ID, "seeding");
  });

  test("stays paused, and keeps the priorities of its files", async () => {
    const net = new SessionWorld(27);
    const album = filledFolder(
      "album",
      [
        { path: ["a"], lengthBytes: 3 * PIECE },
        { path: ["b"], lengthBytes: 3 * PIECE },
      ],
      PIECE,
    );
    await net.openSeeder("10.0.1.1", album);
    const first = await net.open("10.0.2.1", REMEMBER);
    const { id } = await net.settled(first.session.commands.add(torrentFile(album), { paused: true }));
    await first.session.commands.setFilePriorities(id, [0, 7]);
    await net.close(first);
    const again = await net.open("10.0.2.1", { ...REMEMBER, memory: first.memory });
    await again.session.commands.watchDetails([id]);
    await net.until(() => again.torrent(id).files.length === 2);
    expect(again.torrent(id).phase).toBe("paused");
    expect(again.torrent(id).files.map(({ priority }) => priority)).toEqual([0, 7]);
    await again.session.commands.resume(id);
    await net.untilPhase(again, id, "seeding");

    expect(again.memory.disk.read(`${FOLDER}/album/a`)).toBeUndefined();
    expect(fingerprint(again.memory.disk.read(`${FOLDER}/album/b`))).toBe(fingerprint(album.fileContent(1)));
  });

  test("stays listed when its record cannot be read this time", async () => {
    const net = new SessionWorld(30);
    const first = await net.open("10.0.2.1", REMEMBER);
    await net.settled(first.session.commands.add(magnetOf(LONG), {}));
    await net.close(first);
    const { memory } = first;
    const name = `resume-${ID}`;
    const unreadable = await net.open("10.0.2.1", {
      ...REMEMBER,
      memory,
      platform: (platform) => ({
        ...platform,
        state: {
          ...platform.state,
          load: (asked, isIntact) =>
            asked === name ? Promise.resolve(undefined) : platform.state.load(asked, isIntact),
        },
      }),
    });
    expect(unreadable.session.getSnapshot().torrents).toEqual([]);
    const other = filledFile("other", 10, PIECE);
    await net.settled(unreadable.session.commands.add(magnetOf(other), {}));
    await net.close(unreadable);
    const again = await net.open("10.0.2.1", { ...REMEMBER, memory });

    expect(again.session.getSnapshot().torrents.map(({ id }) => id)).toEqual([other.metainfo.id, ID]);
  });

  test("is not remembered where nothing is", async () => {
    const net = new SessionWorld(28);
    const first = await net.open("10.0.2.1");
    await net.settled(first.session.commands.add(magnetOf(LONG), {}));
    await net.close(first);
    const again = await net.open("10.0.2.1", { memory: first.memory });

    expect(again.session.getSnapshot().torrents).toEqual([]);
  });

  test("that is added again after a session without memory finds what is already there", async () => {
    const net = new SessionWorld(29);
    const machine = await net.open("10.0.2.1");
    placeContent(machine.memory, LONG);
    await net.settled(machine.session.commands.add(torrentFile(LONG), {}));
    const done = await net.untilPhase(machine, ID, "seeding");

    expect(done.totals.downloadedBytes).toBe(0);
    expect(checkedPieces(machine)).toBe(61);
  });
});
