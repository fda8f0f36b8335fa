/** What a disk worker does with content, each of its calls to the file system failing once, and one that always fails. */
import type * as NodeFs from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { DIGEST_BYTES, Outcome } from "../../src/platform/disk-jobs.ts";
import { OpenFiles } from "../../src/platform/open-files.ts";
import { StoredTorrent } from "../../src/platform/stored-torrent.ts";
import { type FilledTorrent, filledFolder, fingerprint } from "../support/filled-torrent.ts";
import { type TemporaryFolder, temporaryFolder } from "../support/temporary-folder.ts";

/** Every call to the file system counts; the one that `failAtCall` names fails, or writes half of what it should. */
const disk = vi.hoisted(() => ({
  calls: 0,
  failAtCall: 0,
  how: "EIO",
  /** Nothing can be written to what is opened below it. */
  brokenRoot: undefined as string | undefined,
  broken: new Set<number>(),
}));

vi.mock("node:fs", async (importOriginal) => {
  type Call = (...args: never[]) => unknown;
  const real = await importOriginal<typeof NodeFs>();
  const failure = (code: string): Error => Object.assign(new Error(`${code}: made up`), { code });
  const failing =
    (call: Call): Call =>
    (...args) => {
      if (++disk.calls !== disk.failAtCall || disk.how === "short write") return call(...args);
      throw failure(disk.how);
    };
  const names = ["readSync", "readvSync", "lstatSync", "fstatSync", "statSync", "renameSync"] as const;
  const others = ["mkdirSync", "unlinkSync", "rmdirSync", "accessSync"] as const;
  const wrapped = [...names, ...others].map((name) => [name, failing(real[name] as Call)]);
  return {
    ...real,
    ...Object.fromEntries(wrapped),
    realpathSync: Object.assign(failing(real.realpathSync as Call), {
      native: failing(real.realpathSync.native as Call),
    }),
    openSync: failing((path: string, flags: number, mode: number) => {
      const file = real.openSync(path, flags, mode);
      if (disk.brokenRoot !== undefined && path.startsWith(disk.brokenRoot)) disk.broken.add(file);
      else disk.broken.delete(file);
      return file;
    }),
    writeSync: (file: number, bytes: Uint8Array, from: number, length: number, at: number): number => {
      if (disk.broken.has(file)) throw failure("EIO");
      if (++disk.calls !== disk.failAtCall) return real.writeSync(file, bytes, from, length, at);
      if (disk.how !== "short write") throw failure(disk.how);
      return real.writeSync(file, bytes, from, Math.ceil(length / 2), at);
    },
  };
});

const PIECE = 16_384;
/** The first piece reaches into a file that is not wanted at first, so its bytes go to the part file. */
const ALBUM = filledFolder(
  "album",
  [
    { path: ["one"], lengthBytes: 2 * PIECE - 100 },
    { path: ["deep", "two"], lengthBytes: 2 * PIECE + 7 },
    { path: ["three"], lengthBytes: PIECE },
  ],
  PIECE,
);

let folder: TemporaryFolder;
beforeEach(async () => {
  folder = await temporaryFolder();
  Object.assign(disk, { calls: 0, failAtCall: 0, how: "EIO", brokenRoot: undefined });
});
afterEach(async () => {
  await folder.remove();
});

function open(torrent: FilledTorrent, root: string, number = 1): StoredTorrent {
  const { files, pieceMap, id } = torrent.metainfo;
  const content = {
    root,
    paths: files.map((file) => file.path).join("\0"),
    lengths: Float64Array.from(files, (file) => file.lengthBytes),
    padding: new Uint8Array(files.length),
    pieceBytes: pieceMap.pieceBytes,
    partName: `.${id}.parts`,
    usesPartNames: true,
  };
  return new StoredTorrent(number, content, new OpenFiles(16));
}

function store(stored: StoredTorrent, torrent: FilledTorrent, piece: number): void {
  const lengthBytes = stored.bytesOf(piece);
  const at = stored.startOf(piece);
  const outcome = stored.pieces.store({
    piece,
    offsetBytes: 0,
    slab: torrent.content.slice(at, at + Math.max(lengthBytes, DIGEST_BYTES)),
    lengthBytes,
    wantsDigests: false,
    expected: torrent.metainfo.pieceHashes.subarray(piece * DIGEST_BYTES, (piece + 1) * DIGEST_BYTES),
  });
  expect(outcome).toBe(Outcome.good);
}

/** A download as the worker sees it, each step again where it fails, as the session does it. Answers how many failed. */
function download(root: string): number {
  let failures = 0;
  const untilDone = (step: () => void): void => {
    try {
      step();
    } catch (error) {
      expect((error as { code?: string }).code).toBe(disk.how);
      failures++;
      step();
    }
  };
  const stored = open(ALBUM, root);
  const { pieceCount } = ALBUM.metainfo.pieceMap;
  untilDone(() => stored.files.setWanted(Uint8Array.of(1, 0, 1)));
  for (let piece = 0; piece < pieceCount; piece++) {
    untilDone(() => store(stored, ALBUM, piece));
    if (piece === 2) untilDone(() => stored.files.setWanted(Uint8Array.of(1, 1, 1)));
  }
  untilDone(() => stored.files.finish([0, 1, 2]));
  const back = new Uint8Array(ALBUM.content.length);
  untilDone(() => stored.files.read(0, back));
  expect(fingerprint(back)).toBe(fingerprint(ALBUM.content));
  stored.files.close();
  return failures;
}

test.each(["EIO", "ENOSPC", "EMFILE", "short write"])(
  "ST05: whichever single call of the disk worker fails with %s, what is stored in the end is exact",
  async (how) => {
    download(join(folder.path, "whole"));
    const { calls } = disk;
    expect(calls).toBeGreaterThan(20);

    let failures = 0;
    for (let call = 1; call <= calls; call++) {
      Object.assign(disk, { calls: 0, failAtCall: call, how });
      failures += download(join(folder.path, String(call)));
      Object.assign(disk, { failAtCall: 0, calls: 0 });
      const again = open(ALBUM, join(folder.path, String(call)));
      const back = new Uint8Array(ALBUM.content.length);
      again.files.read(0, back);
      expect(fingerprint(back), `call ${call}`).toBe(fingerprint(ALBUM.content));
      again.files.close();
    }
    if (how === "EIO") expect(failures).toBeGreaterThan(5);
  },
);

test("ST04: what cannot be written fails with the disk's code, and torrents beside it go on", async () => {
  disk.brokenRoot = join(folder.path, "broken");
  const broken = open(ALBUM, disk.brokenRoot, 1);
  const fine = open(ALBUM, join(folder.path, "fine"), 2);
  for (let piece = 0; piece < ALBUM.metainfo.pieceMap.pieceCount; piece++) {
    expect(() => store(broken, ALBUM, piece)).toThrow(expect.objectContaining({ code: "EIO" }));
    store(fine, ALBUM, piece);
  }
  const back = new Uint8Array(ALBUM.content.length);
  fine.files.read(0, back);
  expect(fingerprint(back)).toBe(fingerprint(ALBUM.content));

  broken.files.close();
  disk.brokenRoot = undefined;
  store(broken, ALBUM, 0);
  for (const torrent of [broken, fine]) torrent.files.close();
});
