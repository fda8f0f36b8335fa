/** Progress that another program made: believed where its files are as they were, hashed elsewhere. */
import { describe, expect, test } from "vitest";
import type { ImportedProgress } from "../../../src/session/session-view.ts";
import { Bitfield } from "../../../src/torrent/bitfield.ts";
import { filledFolder } from "../../support/filled-torrent.ts";
import {
  FOLDER,
  type Machine,
  magnetOf,
  placeContent,
  SessionWorld,
  torrentFile,
} from "../support/session-world.ts";

const PIECE = 32_768;
const ALBUM = filledFolder(
  "album",
  [
    { path: ["one.bin"], lengthBytes: 20 * PIECE },
    { path: ["two.bin"], lengthBytes: 20 * PIECE },
  ],
  PIECE,
);
const { id: ID } = ALBUM.metainfo;

/** All of it, as far as the other program knew. */
function everything(machine: Machine): ImportedProgress {
  const have = new Bitfield(ALBUM.metainfo.pieceMap.pieceCount);
  have.setAll();
  const stamps = ALBUM.metainfo.files.map(({ path }) => {
    const file = machine.memory.disk.files.get(`${FOLDER}/${path}`);
    return file === undefined
      ? null
      : { lengthBytes: file.bytes.length, modifiedUnixMs: file.modifiedUnixMs };
  });
  return {
    have: have.bytes,
    stamps,
    downloadedBytes: 1_000,
    uploadedBytes: 3_000,
    addedAtUnixMs: 86_400_000,
  };
}

async function openWithContent(net: SessionWorld): Promise<Machine> {
  const machine = await net.open("10.0.2.1", { remember: true });
  placeContent(machine.memory, ALBUM);
  return machine;
}

describe("progress of another program", () => {
  test("counts without a look where the files are as they were, and after a restart", async () => {
    const net = new SessionWorld(401);
    const machine = await openWithContent(net);
    const imported = { ...everything(machine), filePriorities: [4, 7] };
    await net.settled(machine.session.commands.add(torrentFile(ALBUM), { imported }));
    const torrent = await net.untilPhase(machine, ID, "seeding");
    expect(torrent).toMatchObject({ havePieces: 40, addedAtUnixMs: 86_400_000 });
    expect(torrent.totals).toMatchObject({ downloadedBytes: 1_000, uploadedBytes: 3_000 });
    expect(machine.memory.disk.checkedPieces).toBe(0);

    await net.close(machine);
    const again = await net.open("10.0.2.1", { remember: true, memory: machine.memory });
    await net.untilPhase(again, ID, "seeding");
    expect(again.memory.disk.checkedPieces).toBe(0);
  });

  test("is looked at where a file is not trusted, and not believed where it is wrong", async () => {
    const net = new SessionWorld(402);
    const machine = await openWithContent(net);
    const known = everything(machine);
    machine.memory.disk.write(`${FOLDER}/album/two.bin`, 0, new Uint8Array(3 * PIECE));
    const imported = { ...known, stamps: [known.stamps[0] ?? null, null] };
    await net.settled(machine.session.commands.add(torrentFile(ALBUM), { imported }));
    const torrent = await net.untilPhase(machine, ID, "downloading");
    expect(torrent.havePieces).toBe(37);
    expect(machine.memory.disk.checkedPieces).toBe(20);
  });

  test("stays at rest where it is added paused", async () => {
    const net = new SessionWorld(403);
    const machine = await openWithContent(net);
    const imported = everything(machine);
    await net.settled(machine.session.commands.add(torrentFile(ALBUM), { imported, paused: true }));
    expect(await net.untilPhase(machine, ID, "paused")).toMatchObject({ havePieces: 40 });
  });

  test.each([
    ["pieces of another torrent", { have: new Uint8Array(9) }],
    ["files of another torrent", { stamps: [null] }],
    ["priorities of another torrent", { filePriorities: [4] }],
  ])("is refused with %s", async (_, wrong) => {
    const net = new SessionWorld(404);
    const machine = await openWithContent(net);
    const imported = { ...everything(machine), ...wrong };
    const added = machine.session.commands.add(torrentFile(ALBUM), { imported });
    await expect(added).rejects.toMatchObject({ code: "USAGE" });
    const magnet = machine.session.commands.add(magnetOf(ALBUM), { imported });
    await expect(magnet).rejects.toMatchObject({ code: "USAGE" });
    expect(machine.session.getSnapshot().torrents).toEqual([]);
  });
});
