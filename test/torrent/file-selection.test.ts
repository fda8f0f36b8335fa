import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  DEFAULT_PRIORITY,
  parseFileSelection,
  priorityOfFiles,
  priorityOfPieces,
  selectFiles,
  selectOnly,
} from "../../src/torrent/file-selection.ts";
import { aTorrent, file, multiFileInfo } from "../support/a-torrent.ts";
import { fuzzRuns } from "../support/fuzz-runs.ts";
import { hostileText } from "../support/text-arbitraries.ts";

const course = aTorrent(
  multiFileInfo(
    [
      file(["week-01", "intro.mp4"], 40_000),
      file([".pad", "9152"], 9152, { attr: "p" }),
      file(["week-01", "notes.pdf"], 5000),
      file(["week-02", "talk.mp4"], 20_000),
      file(["README"], 0),
    ],
    { name: "course" },
  ),
);

/** The files that a selection picks, by index; or the code and sentence of its fault. */
function select(text: string): number[] | string {
  const selection = parseFileSelection(text);
  if (!selection.ok) return `${selection.fault.code}: ${selection.fault.message}`;
  const selected = selectFiles(selection.value, course.files);
  if (!selected.ok) return `${selected.fault.code}: ${selected.fault.message}`;
  return [...selected.value.keys()].filter((i) => selected.value[i]);
}

describe("--select", () => {
  test.each<[string, number[]]>([
    ["1", [0]],
    ["2", [2]],
    ["1-2", [0, 2]],
    ["4,1", [0, 4]],
    ["1,1,1", [0]],
    ["week-0[12]/**", [0, 2, 3]],
    ["week-01/*", [0, 2]],
    ["course/week-02/**", [3]],
    ["*.mp4", [0, 3]],
    ["README", [4]],
    [" 1 , *.pdf ,", [0, 2]],
  ])("%j picks listed files, counted from 1, or by pattern", (text, expected) => {
    expect(select(text)).toEqual(expected);
  });

  test.each([
    ["", "selection-invalid: the selection is empty"],
    [",,", "selection-invalid: the selection is empty"],
    ["0", 'selection-invalid: "0" is no file number: they count from 1, ranges are like 3-5'],
    ["3-1", 'selection-invalid: "3-1" is no file number: they count from 1, ranges are like 3-5'],
    ["3-", 'selection-invalid: "3-" is no file number: they count from 1, ranges are like 3-5'],
    ["5", "selection-no-match: there is no file 5: the torrent has 4"],
    ["2-9", "selection-no-match: there is no file 9: the torrent has 4"],
    ["*.mkv", 'selection-no-match: no file matches "*.mkv"'],
    [".pad/*", 'selection-no-match: no file matches ".pad/*"'],
    ["week-0[12", 'selection-invalid: "week-0[12" is not a pattern: its [ ] are not right'],
  ])("%j is answered with what is wrong", (text, expected) => {
    expect(select(text)).toBe(expected);
  });

  test("takes arbitrary text without an exception", () => {
    fc.assert(
      fc.property(
        fc.oneof(hostileText(), fc.string({ unit: fc.constantFrom("1", "9", "-", ",", "*", "[", "]", "/") })),
        (text) => {
          const result = select(text);
          return typeof result === "string" ? result.startsWith("selection-") : result.length > 0;
        },
      ),
      { numRuns: fuzzRuns() },
    );
  });
});

describe("so= of a magnet link", () => {
  test("counts from 0 over all files, ignores what is not there, and never wants padding", () => {
    expect(selectOnly("0-2,9", course.files)).toEqual([true, false, true, false, false]);
    expect(selectOnly("0-250000", course.files)).toEqual([true, false, true, true, true]);
  });
});

describe("so= that selects nothing", () => {
  test.each(["", "a,-,7-4", "99", "1"])("%j is no selection", (so) => {
    expect(selectOnly(so, course.files)).toEqual([true, false, true, true, true]);
  });
});

describe("priorities", () => {
  test("of pieces are those of the most urgent file in them", () => {
    const files = priorityOfFiles(selectOnly("2,3", course.files));
    expect([...files]).toEqual([0, 0, DEFAULT_PRIORITY, DEFAULT_PRIORITY, 0]);
    expect([...priorityOfPieces(course, files)]).toEqual([0, 0, 0, DEFAULT_PRIORITY, DEFAULT_PRIORITY]);

    expect([...priorityOfPieces(course, Uint8Array.of(1, 7, 0, 7, 7))]).toEqual([1, 1, 1, 7, 7]);
  });

  test("that are missing mean that a file is not wanted", () => {
    expect([...priorityOfPieces(course, new Uint8Array(0))]).toEqual([0, 0, 0, 0, 0]);
  });
});
