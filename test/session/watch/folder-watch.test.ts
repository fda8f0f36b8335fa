/** Folders that torrents are taken from. */
import { describe, expect, test } from "vitest";
import { utf8Bytes } from "../../../src/core/bytes.ts";
import { filledFile } from "../../support/filled-torrent.ts";
import { type Machine, magnetOf, SessionWorld, torrentFile } from "../support/session-world.ts";

const PIECE = 32_768;
const LONG = filledFile("long.bin", 3 * PIECE, PIECE);
const OTHER = filledFile("other.bin", 2 * PIECE, PIECE);
const INBOX = "/home/ada/inbox";

const open = (net: SessionWorld): Promise<Machine> =>
  net.open("10.0.2.1", {
    watchFolders: [{ folder: INBOX, saveTo: "/media/films", labels: ["inbox"] }],
  });

const names = (machine: Machine): string[] =>
  [...machine.memory.disk.files.keys()]
    .filter((path) => path.startsWith(INBOX))
    .map((path) => path.slice(INBOX.length + 1));

const logged = (machine: Machine, text: string): number =>
  machine.session.getSnapshot().log.filter((line) => line.text.includes(text)).length;

describe("a watch folder", () => {
  test("gives its .torrent and .magnet files, which are marked as taken", async () => {
    const net = new SessionWorld(601);
    const machine = await open(net);
    machine.memory.disk.place(`${INBOX}/a.torrent`, torrentFile(LONG).bytes);
    machine.memory.disk.place(`${INBOX}/b.MAGNET`, utf8Bytes(`  ${magnetOf(OTHER).text}\n`));
    machine.memory.disk.place(`${INBOX}/notes.txt`, Uint8Array.of(1));
    await net.until(() => names(machine).filter((name) => name.endsWith(".added")).length === 2);

    expect(names(machine).sort()).toEqual(["a.torrent.added", "b.MAGNET.added", "notes.txt"]);
    expect(machine.torrent(LONG.metainfo.id)).toMatchObject({ folder: "/media/films", labels: ["inbox"] });
    expect(machine.torrent(OTHER.metainfo.id).phase).toBe("resolving");
  });

  test("waits for a file that still grows", async () => {
    const net = new SessionWorld(602);
    const machine = await open(net);
    const { bytes } = torrentFile(LONG);
    for (let part = 1; part <= 5; part++) {
      machine.memory.disk.place(`${INBOX}/a.torrent`, bytes.subarray(0, (bytes.length * part) / 5));
      await net.runFor(5_000);
      expect(machine.session.getSnapshot().torrents).toEqual([]);
    }
    await net.until(() => machine.session.getSnapshot().torrents.length === 1);

    expect(logged(machine, "cannot be added")).toBe(0);
  });

  test("says once what cannot be used, leaves it, and takes it when it was mended", async () => {
    const net = new SessionWorld(603);
    const machine = await open(net);
    machine.memory.disk.place(`${INBOX}/bad.torrent`, Uint8Array.of(1, 2));
    await net.runFor(120_000);
    expect(logged(machine, "bad.torrent in the watch folder cannot be added")).toBe(1);
    expect(names(machine)).toEqual(["bad.torrent"]);
    machine.memory.disk.place(`${INBOX}/bad.torrent`, torrentFile(LONG).bytes);

    await net.until(() => names(machine)[0] === "bad.torrent.added");
  });

  test("that cannot be read is said once; one that may only be read gives each file once", async () => {
    const net = new SessionWorld(604);
    const machine = await net.open("10.0.2.1", {
      watchFolders: [
        { folder: "/gone", saveTo: null, labels: [] },
        { folder: INBOX, saveTo: null, labels: [] },
      ],
      platform: (platform) => ({
        ...platform,
        userFolders: {
          list: (folder) =>
            folder === "/gone"
              ? Promise.reject(new Error("no such folder"))
              : platform.userFolders.list(folder),
          read: (...args) => platform.userFolders.read(...args),
          rename: () => Promise.reject(new Error("read-only")),
        },
      }),
    });
    machine.memory.disk.place(`${INBOX}/a.torrent`, torrentFile(LONG).bytes);
    await net.until(() => machine.session.getSnapshot().torrents.length === 1);
    await net.settled(machine.session.commands.remove(LONG.metainfo.id, { deleteData: false }));
    await net.runFor(60_000);

    expect(machine.session.getSnapshot().torrents).toEqual([]);
    expect(logged(machine, "the watch folder cannot be read")).toBe(1);
  });
});
