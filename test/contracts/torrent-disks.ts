/** What every `SessionDisk` and `TorrentDisk` promises, on real disks as in memory. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { sha1 } from "../../src/core/sha1.ts";
import { PIECE_HEADER_BYTES } from "../../src/core/slab.ts";
import { Bitfield } from "../../src/torrent/bitfield.ts";
import { BLOCK_BYTES, SEGMENT_BYTES } from "../../src/torrent/piece-map.ts";
import {
  type FilledTorrent,
  filledFile,
  filledFolder,
  fingerprint,
  patterned,
} from "../support/filled-torrent.ts";
import { type DiskWorld, OpenedTorrent } from "./opened-torrent.ts";

const PIECE = 32_768;

export function torrentDiskContract(name: string, openWorld: () => Promise<DiskWorld>): void {
  describe(`torrent disks (${name})`, () => {
    let world: DiskWorld;
    beforeEach(async () => {
      world = await openWorld();
    });
    afterEach(async () => {
      await world.close();
    });
    const open = (torrent: FilledTorrent) => OpenedTorrent.open(world, torrent);

    test("write a right piece and say so, never from within the call", async () => {
      const opened = await open(filledFile("one.bin", 2 * PIECE + 100, PIECE));
      opened.send(0, opened.torrent.piece(0));
      expect(opened.verdicts.size).toBe(0);
      await opened.store(1, 2);

      expect([...opened.verdicts.values()]).toEqual([{ kind: "good" }, { kind: "good" }, { kind: "good" }]);
      await opened.disk.close();
      expect(fingerprint(await world.read("one.bin"))).toBe(fingerprint(opened.torrent.content));
    });

    test("create nothing before the first write", async () => {
      const opened = await open(filledFile("one.bin", PIECE, PIECE));
      expect(await opened.goodPieces()).toEqual([]);
      await opened.disk.prepare(PIECE);
      await opened.disk.close();

      expect(await world.read("one.bin")).toBeUndefined();
    });

    test("write nothing of a piece whose hash is wrong", async () => {
      const opened = await open(filledFile("one.bin", PIECE, PIECE));
      opened.send(0, patterned(PIECE, 99));
      await opened.verdict(0);

      expect(opened.verdicts.get(0)).toEqual({ kind: "bad" });
      expect(await world.read("one.bin")).toBeUndefined();
    });

    test("answer the digest of every block where they are asked for, right or wrong", async () => {
      const opened = await open(filledFile("one.bin", PIECE + 20_000, PIECE));
      const wrong = patterned(20_000, 99);
      opened.send(0, opened.torrent.piece(0), 0, true);
      opened.send(1, wrong, 0, true);
      await opened.verdict(0, 1);

      expect(opened.verdicts.get(0)).toEqual({
        kind: "good",
        blockDigests: digestsOf(opened.torrent.piece(0)),
      });
      expect(opened.verdicts.get(1)).toEqual({ kind: "bad", blockDigests: digestsOf(wrong) });
    });

    test("read blocks back behind room for a header, the last one short", async () => {
      const opened = await open(filledFile("one.bin", PIECE + 20_000, PIECE));
      await opened.store(0, 1);
      opened.disk.readBlock(7, 0, BLOCK_BYTES, BLOCK_BYTES);
      opened.disk.readBlock(8, 1, BLOCK_BYTES, 20_000 - BLOCK_BYTES);
      expect(opened.blocks.size).toBe(0);
      await world.until(() => opened.blocks.size === 2);

      const [first, last] = [opened.blocks.get(7)?.bytes, opened.blocks.get(8)?.bytes];
      expect(first?.length).toBe(PIECE_HEADER_BYTES + BLOCK_BYTES);
      expect(first?.subarray(PIECE_HEADER_BYTES)).toEqual(
        opened.torrent.content.subarray(BLOCK_BYTES, PIECE),
      );
      expect(last?.length).toBe(PIECE_HEADER_BYTES + 20_000 - BLOCK_BYTES);
      expect(last?.subarray(PIECE_HEADER_BYTES)).toEqual(
        opened.torrent.content.subarray(PIECE + BLOCK_BYTES),
      );
    });

    test("answer blocks in the order they were asked for, whatever their place", async () => {
      const opened = await open(filledFile("one.bin", 8 * PIECE, PIECE));
      await opened.store(0, 1, 2, 3, 4, 5, 6, 7);
      const order = [3, 0, 1, 2, 7, 6, 5, 4, 4, 4];
      for (const [token, piece] of order.entries()) opened.disk.readBlock(token, piece, 0, BLOCK_BYTES);
      await world.until(() => opened.blocks.size === order.length);

      expect([...opened.blocks.keys()]).toEqual(order.map((_, token) => token));
      order.forEach((piece, token) => {
        const expected = opened.torrent.piece(piece).subarray(0, BLOCK_BYTES);
        expect(fingerprint(opened.blocks.get(token)?.bytes?.subarray(PIECE_HEADER_BYTES))).toBe(
          fingerprint(expected),
        );
      });
    });

    test("say which error kept a block from being read", async () => {
      const opened = await open(filledFile("one.bin", PIECE, PIECE));
      opened.disk.readBlock(1, 0, 0, BLOCK_BYTES);
      await world.until(() => opened.blocks.size === 1);

      expect(opened.blocks.get(1)).toEqual({ bytes: undefined, code: "ENOENT" });
    });

    test("spread pieces over files, past empty ones and padding", async () => {
      const opened = await open(
        filledFolder(
          "album",
          [
            { path: ["a.txt"], lengthBytes: 1_000 },
            { path: ["empty"], lengthBytes: 0 },
            { path: ["deep", "er", "b.bin"], lengthBytes: 40_000 },
            { path: [".pad", "24536"], lengthBytes: 24_536, isPadding: true },
            { path: ["c.bin"], lengthBytes: 50_001 },
          ],
          PIECE,
        ),
      );
      await opened.store(0, 1, 2, 3);
      expect(fingerprint(await opened.block(1, 0, BLOCK_BYTES))).toBe(
        fingerprint(opened.torrent.piece(1).subarray(0, BLOCK_BYTES)),
      );
      expect(await opened.goodPieces()).toEqual([0, 1, 2, 3]);
      await opened.disk.close();

      for (const [i, file] of opened.torrent.metainfo.files.entries()) {
        const expected = file.isPadding || file.lengthBytes === 0 ? undefined : opened.torrent.fileContent(i);
        expect(fingerprint(await world.read(file.path))).toBe(fingerprint(expected));
      }
    });

    test("create empty files when asked, and no others", async () => {
      const opened = await open(
        filledFolder(
          "album",
          [
            { path: ["empty"], lengthBytes: 0 },
            { path: ["a.txt"], lengthBytes: 1_000 },
          ],
          PIECE,
        ),
      );
      await opened.disk.createEmptyFiles();

      expect(await world.read("album/empty")).toEqual(new Uint8Array(0));
      expect(await world.read("album/a.txt")).toBeUndefined();
    });

    test("put a long piece together from segments in any order", async () => {
      const torrent = filledFile("long.bin", 4 * SEGMENT_BYTES + 70_000, 4 * SEGMENT_BYTES);
      const opened = await open(torrent);
      for (const segment of [2, 0, 3, 1]) {
        expect(opened.verdicts.size).toBe(0);
        opened.send(0, segmentOf(torrent, 0, segment), segment * SEGMENT_BYTES);
      }
      opened.send(1, torrent.piece(1));
      await opened.verdict(0, 1);

      expect([...opened.verdicts.values()]).toEqual([{ kind: "good" }, { kind: "good" }]);
      await opened.disk.close();
      expect(fingerprint(await world.read("long.bin"))).toBe(fingerprint(torrent.content));
    });

    test("find the wrong block of a long piece by the digests of all segments", async () => {
      const torrent = filledFile("long.bin", 2 * SEGMENT_BYTES, 2 * SEGMENT_BYTES);
      const opened = await open(torrent);
      const wrong = torrent.piece(0).slice();
      wrong[SEGMENT_BYTES + 5 * BLOCK_BYTES + 3] = 0;
      opened.send(0, wrong.subarray(SEGMENT_BYTES), SEGMENT_BYTES, true);
      opened.send(0, wrong.subarray(0, SEGMENT_BYTES), 0, true);
      await opened.verdict(0);

      expect(opened.verdicts.get(0)).toEqual({ kind: "bad", blockDigests: digestsOf(wrong) });
    });

    test("take a discarded piece anew", async () => {
      const torrent = filledFile("long.bin", 3 * SEGMENT_BYTES, 3 * SEGMENT_BYTES);
      const opened = await open(torrent);
      opened.send(0, patterned(SEGMENT_BYTES, 99), 0);
      opened.send(0, patterned(SEGMENT_BYTES, 98), SEGMENT_BYTES);
      opened.disk.discardPiece(0);
      for (const segment of [0, 1, 2])
        opened.send(0, segmentOf(torrent, 0, segment), segment * SEGMENT_BYTES);
      await opened.verdict(0);

      expect(opened.verdicts.get(0)).toEqual({ kind: "good" });
    });

    test("give every slab back: more passes through than the arena holds", async () => {
      const torrent = filledFile("large.bin", 6 * SEGMENT_BYTES, SEGMENT_BYTES);
      const opened = await open(torrent);
      for (let round = 0; round < 4; round++) {
        opened.verdicts.clear();
        for (let piece = 0; piece < 6; piece++) {
          const bytes = round % 2 === 0 ? torrent.piece(piece) : patterned(SEGMENT_BYTES, 99);
          opened.send(piece, bytes, 0, round > 1);
          await opened.verdict(piece);
        }
      }

      expect(await opened.goodPieces()).toHaveLength(6);
    });

    test("find what is already there, right or wrong", async () => {
      const torrent = filledFile("one.bin", 5 * PIECE + 10, PIECE);
      const there = torrent.content.slice();
      there[2 * PIECE + 77] = 0;
      await world.place("one.bin", there);
      const opened = await open(torrent);

      expect(await opened.goodPieces()).toEqual([0, 1, 3, 4, 5]);
      expect(fingerprint(await world.read("one.bin"))).toBe(fingerprint(there));
    });

    test("check only what is asked for, and tell the progress", async () => {
      const torrent = filledFile("one.bin", 6 * PIECE, PIECE);
      await world.place("one.bin", torrent.content);
      const opened = await open(torrent);
      const some = new Bitfield(6);
      for (const piece of [1, 4, 5]) some.set(piece);
      const progress: number[] = [];
      const good = await opened.disk.check(some, { onProgress: (checked) => progress.push(checked) });

      expect([0, 1, 2, 3, 4, 5].filter((piece) => good.has(piece))).toEqual([1, 4, 5]);
      expect(progress.at(-1)).toBe(3);
      expect([...progress].sort((a, b) => a - b)).toEqual(progress);
    });

    test("find the right pieces of a file that is too short, and of one that is too long", async () => {
      const short = filledFile("short.bin", 4 * PIECE, PIECE);
      await world.place("short.bin", short.content.subarray(0, 2 * PIECE + 100));
      const long = filledFile("long.bin", 2 * PIECE, PIECE);
      await world.place("long.bin", patterned(5 * PIECE, 2 * PIECE));

      expect(await (await open(short)).goodPieces()).toEqual([0, 1]);
      const opened = await open(long);
      expect(await opened.goodPieces()).toEqual([0, 1]);
      await opened.store(1);
      expect(await world.read("long.bin")).toHaveLength(5 * PIECE);
    });

    test("check long pieces too", async () => {
      const torrent = filledFile("long.bin", 11 * SEGMENT_BYTES, 5 * SEGMENT_BYTES);
      const there = torrent.content.slice();
      there[5 * SEGMENT_BYTES + 1] = 0;
      await world.place("long.bin", there);

      expect(await (await open(torrent)).goodPieces()).toEqual([0, 2]);
    });

    test("stamp files that exist, in order, and no others", async () => {
      const opened = await open(
        filledFolder(
          "album",
          [
            { path: ["a"], lengthBytes: 100 },
            { path: [".pad", "1"], lengthBytes: 1, isPadding: true },
            { path: ["b"], lengthBytes: 200 },
          ],
          PIECE,
        ),
      );
      expect(await opened.disk.stamps()).toEqual([null, null, null]);
      await world.place("album/b", new Uint8Array(150));
      const stamps = await opened.disk.stamps();

      expect(stamps.slice(0, 2)).toEqual([null, null]);
      expect(stamps[2]?.lengthBytes).toBe(150);
      expect(Number.isFinite(stamps[2]?.modifiedUnixMs)).toBe(true);
      expect(await opened.disk.stamps()).toEqual(stamps);
    });

    test("keep unwanted neighbours out of the folder until they are wanted", async () => {
      const torrent = filledFolder(
        "album",
        [
          { path: ["skipped-1"], lengthBytes: 50_000 },
          { path: ["wanted"], lengthBytes: 60_000 },
          { path: ["skipped-2"], lengthBytes: 5_000 },
          { path: ["skipped-3"], lengthBytes: 90_000 },
        ],
        PIECE,
      );
      const opened = await open(torrent);
      opened.disk.setWanted([false, true, false, false]);
      await opened.store(1, 2, 3);

      expect(fingerprint(await world.read("album/wanted"))).toBe(fingerprint(torrent.fileContent(1)));
      for (const name of ["skipped-1", "skipped-2", "skipped-3"])
        expect(await world.read(`album/${name}`)).toBeUndefined();
      expect(await opened.goodPieces()).toEqual([1, 2, 3]);
      expect(fingerprint(await opened.block(1, 0, BLOCK_BYTES))).toBe(
        fingerprint(torrent.piece(1).subarray(0, BLOCK_BYTES)),
      );

      opened.disk.setWanted([false, true, true, true]);
      expect(await opened.goodPieces()).toEqual([1, 2, 3]);
      await opened.store(4, 5, 6);
      await opened.disk.close();
      expect(await world.read("album/skipped-1")).toBeUndefined();
      expect(fingerprint(await world.read("album/skipped-2"))).toBe(fingerprint(torrent.fileContent(2)));
      expect(fingerprint(await world.read("album/skipped-3"))).toBe(fingerprint(torrent.fileContent(3)));
    });

    test("call unfinished files NAME.part where that is wanted, until they are complete", async () => {
      const torrent = filledFolder(
        "album",
        [
          { path: ["one"], lengthBytes: 2 * PIECE },
          { path: ["two"], lengthBytes: PIECE },
          { path: ["empty"], lengthBytes: 0 },
        ],
        PIECE,
      );
      const first = await OpenedTorrent.open(world, torrent, { usesPartNames: true });
      await first.store(0, 2);
      await first.disk.createEmptyFiles();
      await first.disk.finishFiles([1, 2]);
      expect(await world.read("album/one")).toBeUndefined();
      expect(await world.read("album/one.part")).toBeDefined();
      expect(fingerprint(await world.read("album/two"))).toBe(fingerprint(torrent.fileContent(1)));
      expect(await world.read("album/two.part")).toBeUndefined();
      expect(await world.read("album/empty")).toBeDefined();
      await first.disk.close();

      const again = await open(torrent);
      expect((await again.disk.stamps())[0]).not.toBeNull();
      expect(await again.goodPieces()).toEqual([0, 2]);
      await again.store(1);
      await again.disk.finishFiles([0]);
      await again.disk.sync();
      expect(await again.goodPieces()).toEqual([0, 1, 2]);
      expect(fingerprint(await world.read("album/one"))).toBe(fingerprint(torrent.fileContent(0)));
      expect(await world.read("album/one.part")).toBeUndefined();
    });

    test("delete an unfinished file under the name that it has", async () => {
      const torrent = filledFile("one.bin", 2 * PIECE, PIECE);
      const opened = await OpenedTorrent.open(world, torrent, { usesPartNames: true });
      await opened.store(0);
      await opened.disk.deleteData();

      expect(await world.read("one.bin.part")).toBeUndefined();
    });

    test("never call a file by a name that the torrent gives to another one", async () => {
      const torrent = filledFolder(
        "album",
        [
          { path: ["one"], lengthBytes: PIECE },
          { path: ["ONE.part"], lengthBytes: PIECE },
          { path: ["two"], lengthBytes: 2 * PIECE },
          { path: ["two.part", "x"], lengthBytes: PIECE },
        ],
        PIECE,
      );
      const opened = await OpenedTorrent.open(world, torrent, { usesPartNames: true });
      await opened.store(0, 2);

      expect(await world.read("album/one")).toBeDefined();
      expect(await world.read("album/two")).toBeDefined();
    });

    test("delete what they created and nothing else", async () => {
      const torrent = filledFolder(
        "album",
        [
          { path: ["ours"], lengthBytes: PIECE },
          { path: ["theirs"], lengthBytes: PIECE },
          { path: ["deep", "ours-too"], lengthBytes: PIECE },
        ],
        PIECE,
      );
      await world.place("album/theirs", torrent.fileContent(1));
      await world.place("album/notes.txt", Uint8Array.of(1));
      const opened = await open(torrent);
      await opened.store(0, 1, 2);
      await opened.disk.deleteData();

      expect(await world.read("album/ours")).toBeUndefined();
      expect(await world.read("album/deep/ours-too")).toBeUndefined();
      expect(fingerprint(await world.read("album/theirs"))).toBe(fingerprint(torrent.fileContent(1)));
      expect(await world.read("album/notes.txt")).toEqual(Uint8Array.of(1));
    });

    test("resolve sync and close, and closing twice is harmless", async () => {
      const opened = await open(filledFile("one.bin", PIECE, PIECE));
      await opened.store(0);
      await opened.disk.sync();
      await opened.disk.sync();
      await opened.disk.close();
      await opened.disk.close();

      expect(fingerprint(await world.read("one.bin"))).toBe(fingerprint(opened.torrent.content));
    });
  });
}

function segmentOf(torrent: FilledTorrent, piece: number, segment: number): Uint8Array {
  return torrent.piece(piece).subarray(segment * SEGMENT_BYTES, (segment + 1) * SEGMENT_BYTES);
}

function digestsOf(bytes: Uint8Array): Uint8Array {
  const blocks = Math.ceil(bytes.length / BLOCK_BYTES);
  const digests = new Uint8Array(20 * blocks);
  for (let block = 0; block < blocks; block++)
    digests.set(sha1(bytes.subarray(block * BLOCK_BYTES, (block + 1) * BLOCK_BYTES)), 20 * block);
  return digests;
}
