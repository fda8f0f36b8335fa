import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  concludeVerification,
  type FileStamp,
  planVerification,
  type ResumeContent,
  type VerifyPlan,
} from "../../src/storage/index.ts";
import { Bitfield } from "../../src/torrent/bitfield.ts";
import { FileLayout } from "../../src/torrent/file-layout.ts";
import type { Metainfo } from "../../src/torrent/metainfo.ts";
import { aTorrent, file, multiFileInfo, PIECE_BYTES } from "../support/a-torrent.ts";
import { fewerFuzzRuns } from "../support/fuzz-runs.ts";

/** Three files: pieces 0 to 3, 3 to 5 and 6 to 7; the second ends with padding. */
const torrent = aTorrent(
  multiFileInfo([
    file(["a"], 3.5 * PIECE_BYTES),
    file(["b"], 2 * PIECE_BYTES),
    file([".pad", "8192"], PIECE_BYTES / 2, { attr: "p" }),
    file(["c"], 2 * PIECE_BYTES),
    file(["empty"], 0),
  ]),
);
const LENGTHS = [3.5 * PIECE_BYTES, 2 * PIECE_BYTES, 2 * PIECE_BYTES];

const stamp = (lengthBytes: number, modifiedUnixMs = 1000): FileStamp => ({ lengthBytes, modifiedUnixMs });
const onDisk = (a: FileStamp | null, b: FileStamp | null, c: FileStamp | null) => [a, b, null, c, stamp(0)];
const COMPLETE = onDisk(
  stamp(LENGTHS[0] as number),
  stamp(LENGTHS[1] as number),
  stamp(LENGTHS[2] as number),
);

function content(pieces: readonly number[], changes: Partial<ResumeContent> = {}): ResumeContent {
  const have = new Bitfield(8);
  for (const piece of pieces) have.set(piece);
  return {
    have: have.bytes,
    stamps: COMPLETE,
    filePriorities: new Uint8Array(5).fill(4),
    isClean: true,
    ...changes,
  };
}

const ALL = [0, 1, 2, 3, 4, 5, 6, 7];
const listed = (field: Bitfield) => ALL.filter((piece) => field.has(piece));
const summary = (plan: VerifyPlan) => ({ trusted: listed(plan.trusted), toCheck: listed(plan.toCheck) });
const plan = (
  saved: ResumeContent | undefined,
  stamps: readonly (FileStamp | null)[],
  metainfo: Metainfo = torrent,
) => planVerification({ metainfo, saved, stamps });

describe("without resume data", () => {
  test("nothing is believed, and what exists is looked at", () => {
    expect(summary(plan(undefined, COMPLETE))).toEqual({ trusted: [], toCheck: ALL });
    expect(summary(plan(undefined, onDisk(null, stamp(1), null)))).toEqual({
      trusted: [],
      toCheck: [3, 4, 5],
    });
  });

  test("an empty folder costs nothing", () => {
    expect(summary(plan(undefined, onDisk(null, null, null)))).toEqual({ trusted: [], toCheck: [] });
  });

  test("resume data that does not fit the torrent is none", () => {
    const stamps = onDisk(stamp(LENGTHS[0] as number), null, null);
    for (const changes of [{ have: new Uint8Array(2) }, { have: new Uint8Array(0) }, { stamps: [null] }]) {
      expect(summary(plan(content(ALL, changes), stamps))).toEqual({ trusted: [], toCheck: [0, 1, 2, 3] });
    }
  });
});

describe("files that are as they were saved", () => {
  test("are believed, and nothing is hashed", () => {
    expect(summary(plan(content(ALL), COMPLETE))).toEqual({ trusted: ALL, toCheck: [] });
    expect(summary(plan(content([0, 2, 5]), COMPLETE))).toEqual({ trusted: [0, 2, 5], toCheck: [] });
    expect(summary(plan(content([0, 2, 5], { isClean: false }), COMPLETE))).toEqual({
      trusted: [0, 2, 5],
      toCheck: [],
    });
  });
});

describe("ST07, ST08: files that somebody else changed", () => {
  test("cut short before the checkpoint saw it: the same stamp does not help a claim that cannot be true", () => {
    const short = onDisk(stamp(2 * PIECE_BYTES), COMPLETE[1] as FileStamp, COMPLETE[3] as FileStamp);
    expect(summary(plan(content(ALL, { stamps: short }), short))).toEqual({
      trusted: [4, 5, 6, 7],
      toCheck: [0, 1, 2, 3],
    });
    expect(summary(plan(content([0, 1], { stamps: short }), short))).toEqual({
      trusted: [0, 1],
      toCheck: [],
    });
  });

  test.each<[string, FileStamp]>([
    ["written to", stamp(LENGTHS[1] as number, 2000)],
    ["cut short", stamp(5, 1000)],
    ["emptied", stamp(0, 1000)],
    ["made longer", stamp((LENGTHS[1] as number) + 1, 1000)],
    ["replaced by an older copy", stamp(LENGTHS[1] as number, 500)],
  ])("%s: their pieces are hashed again, those of the others are not", (_name, changed) => {
    const stamps = onDisk(COMPLETE[0] as FileStamp, changed, COMPLETE[3] as FileStamp);
    expect(summary(plan(content(ALL), stamps))).toEqual({ trusted: [0, 1, 2, 6, 7], toCheck: [3, 4, 5] });
  });

  test("put there whole: pieces that were never claimed are looked at too", () => {
    const stamps = onDisk(
      COMPLETE[0] as FileStamp,
      stamp(LENGTHS[1] as number, 2000),
      COMPLETE[3] as FileStamp,
    );
    expect(summary(plan(content([0]), stamps))).toEqual({ trusted: [0], toCheck: [3, 4, 5] });
  });
});

describe("ST10: files that are gone", () => {
  test("lose their pieces unless the check finds them elsewhere", () => {
    const stamps = onDisk(COMPLETE[0] as FileStamp, null, COMPLETE[3] as FileStamp);
    expect(summary(plan(content(ALL), stamps))).toEqual({ trusted: [0, 1, 2, 6, 7], toCheck: [3, 4, 5] });
    expect(summary(plan(content([0, 1, 4]), stamps))).toEqual({ trusted: [0, 1], toCheck: [4] });
  });

  test("and were gone when it was saved: their claimed pieces may lie in the part file", () => {
    const saved = content([0, 1, 2, 3], { stamps: onDisk(COMPLETE[0] as FileStamp, null, null) });
    const stamps = onDisk(COMPLETE[0] as FileStamp, null, null);
    expect(summary(plan(saved, stamps))).toEqual({ trusted: [0, 1, 2], toCheck: [3] });
  });
});

describe("ST11: after an unclean end", () => {
  const half = onDisk(stamp(2 * PIECE_BYTES), null, null);

  test("claimed pieces of the file that was being written are believed, a few as samples hashed", () => {
    const grown = onDisk(stamp(3 * PIECE_BYTES, 5000), null, null);
    const result = plan(content([0, 1], { stamps: half, isClean: false }), grown);
    expect([...listed(result.trusted), ...listed(result.samples)].sort()).toEqual([0, 1]);
    expect(listed(result.samples).length).toBeGreaterThan(0);
  });

  test("pieces that came in after the checkpoint are looked for", () => {
    const grown = onDisk(stamp(3 * PIECE_BYTES, 5000), null, null);
    const result = plan(content([0, 1], { stamps: half, isClean: false }), grown);
    expect(listed(result.toCheck)).toEqual(expect.arrayContaining([2]));
    expect(listed(result.toCheck)).not.toContain(4);
  });

  test("a file that was not there yet is looked at", () => {
    const born = onDisk(stamp(2 * PIECE_BYTES), stamp(10, 5000), null);
    const result = plan(content([0, 1], { stamps: half, isClean: false }), born);
    expect(listed(result.trusted)).toEqual([0, 1]);
    expect(listed(result.toCheck)).toEqual([3, 4, 5]);
  });

  test("a file that shrank was not written by us alone", () => {
    const shrunk = onDisk(stamp(PIECE_BYTES, 5000), null, null);
    expect(listed(plan(content([0, 1], { stamps: half, isClean: false }), shrunk).toCheck)).toEqual([
      0, 1, 2, 3,
    ]);
  });

  test("a file that was complete was not written by us", () => {
    const touched = onDisk(stamp(LENGTHS[0] as number, 5000), null, null);
    const stamps = onDisk(stamp(LENGTHS[0] as number), null, null);
    const result = plan(content([0, 1, 2, 3], { stamps, isClean: false }), touched);
    expect(summary(result)).toEqual({ trusted: [], toCheck: [0, 1, 2, 3] });
  });

  test("a clean end leaves no excuse for a file that differs", () => {
    const grown = onDisk(stamp(3 * PIECE_BYTES, 5000), null, null);
    expect(listed(plan(content([0, 1], { stamps: half }), grown).trusted)).toEqual([]);
  });

  test("a large torrent is not read as a whole: samples stand for it, and lost pieces are fetched again", () => {
    const pieceBytes = 2 ** 20;
    const big = aTorrent(multiFileInfo([file(["big"], 10_000 * pieceBytes)], { "piece length": pieceBytes }));
    const have = new Bitfield(10_000);
    for (let piece = 0; piece < 5000; piece++) have.set(piece);
    const saved: ResumeContent = {
      have: have.bytes,
      stamps: [stamp(5000 * pieceBytes)],
      filePriorities: Uint8Array.of(4),
      isClean: false,
    };
    const result = planVerification({ metainfo: big, saved, stamps: [stamp(5100 * pieceBytes, 5000)] });
    expect([result.toCheck.count, result.samples.count]).toEqual([16, 16]);
    expect(result.trusted.count + result.samples.count).toBe(5000);
  });
});

describe("the conclusion", () => {
  const grown = onDisk(stamp(3 * PIECE_BYTES, 5000), null, null);
  const unclean = (pieces: readonly number[]) =>
    plan(content(pieces, { stamps: onDisk(stamp(3 * PIECE_BYTES), null, null), isClean: false }), grown);

  test("holds what was believed and what was found right", () => {
    const found = new Bitfield(8);
    for (const piece of listed(unclean([0, 1, 2]).samples)) found.set(piece);
    found.set(3);
    const { have, toCheck } = concludeVerification(unclean([0, 1, 2]), found);
    expect([listed(have), toCheck.count]).toEqual([[0, 1, 2, 3], 0]);
  });

  test("believes nothing of a written file when one sample is wrong", () => {
    const pieces = Array.from({ length: 200 }, (_, i) => i);
    const big = aTorrent(multiFileInfo([file(["big"], 400 * PIECE_BYTES)]));
    const have = new Bitfield(400);
    for (const piece of pieces) have.set(piece);
    const saved: ResumeContent = {
      have: have.bytes,
      stamps: [stamp(200 * PIECE_BYTES)],
      filePriorities: Uint8Array.of(4),
      isClean: false,
    };
    const result = planVerification({ metainfo: big, saved, stamps: [stamp(201 * PIECE_BYTES, 5000)] });
    const samples = pieces.filter((piece) => result.samples.has(piece));
    const right = new Bitfield(400);
    for (const piece of samples.slice(1)) right.set(piece);

    const { have: present, toCheck } = concludeVerification(result, right);

    expect(present.count).toBe(samples.length - 1);
    expect(toCheck.count).toBe(200 - samples.length);
    expect(pieces.every((piece) => samples.includes(piece) || toCheck.has(piece))).toBe(true);
  });
});

describe("PA19: whatever was saved and whatever is on disk", () => {
  const stamps = fc.option(
    fc.record({ lengthBytes: fc.constantFrom(0, 1, 57_344), modifiedUnixMs: fc.constantFrom(1, 2) }),
  );
  const contents = fc.record({
    have: fc.uint8Array({ minLength: 1, maxLength: 1 }),
    stamps: fc.array(stamps, { minLength: 5, maxLength: 5 }),
    filePriorities: fc.constant(new Uint8Array(5)),
    isClean: fc.boolean(),
  });

  test("no piece is both believed and hashed, and none is believed without a claim and without its files", () => {
    const layout = new FileLayout(torrent.files);
    fc.assert(
      fc.property(
        fc.option(contents, { nil: undefined }),
        fc.array(stamps, { minLength: 5, maxLength: 5 }),
        (saved, now) => {
          const result = plan(saved, now);
          return ALL.every((piece) => {
            if (result.samples.has(piece) && !result.toCheck.has(piece)) return false;
            if (result.doubtful.has(piece) && !result.trusted.has(piece)) return false;
            if (!result.trusted.has(piece)) return true;
            const spans = layout.spansOf(torrent.pieceMap.startOf(piece), torrent.pieceMap.bytesOf(piece));
            const isThere = spans.every(
              (span) => torrent.files[span.fileIndex]?.isPadding || now[span.fileIndex] !== null,
            );
            return isThere && !result.toCheck.has(piece) && ((saved?.have[0] ?? 0) & (0x80 >> piece)) !== 0;
          });
        },
      ),
      { numRuns: fewerFuzzRuns(2) },
    );
  });
});
