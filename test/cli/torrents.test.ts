/** How torrents are named and listed on the command line. */
import { describe, expect, test } from "vitest";
import { durationArgument, parseDuration } from "../../src/cli/arguments/quantities.ts";
import { parseSchedule, scheduleText } from "../../src/cli/arguments/schedule.ts";
import { tableLines } from "../../src/cli/output/table.ts";
import { filterTorrents } from "../../src/cli/torrents/filter-torrents.ts";
import { findTorrent, findTorrents } from "../../src/cli/torrents/find-torrents.ts";
import { SwarmCensus } from "../../src/cli/transfers/swarm-census.ts";
import { TORRENT_COLUMNS } from "../../src/cli/views/torrent-columns.ts";
import { aPeer, aTorrent } from "../ui/support/snapshots.ts";

const HOLIDAY = aTorrent({
  id: `beef${"0".repeat(36)}`,
  name: "Holiday 2026",
  phase: "seeding",
  labels: ["family"],
});
const HOLIDAY_FILMS = aTorrent({
  id: `beefcafe${"1".repeat(32)}`,
  name: "Holiday films",
  phase: "paused",
  labels: [],
});
const BEEF = aTorrent({ id: `cafe${"2".repeat(36)}`, name: "beef", phase: "downloading", labels: [] });
const ALL = [HOLIDAY, HOLIDAY_FILMS, BEEF];

describe("a torrent is named", () => {
  test.each([
    ["its hash", HOLIDAY.id.toUpperCase(), HOLIDAY],
    ["the beginning of its hash", "beefcafe", HOLIDAY_FILMS],
    ["its name, also where that looks like a hash", "beef", BEEF],
    ["a part of its name in any case", "FILMS", HOLIDAY_FILMS],
  ])("by %s", (_, name, torrent) => {
    expect(findTorrent(ALL, name)).toBe(torrent);
  });

  test("each once, however often it is named", () => {
    expect(findTorrents(ALL, ["beef", "cafe2", HOLIDAY.id])).toEqual([BEEF, HOLIDAY]);
  });

  test("and not at all by what fits several or none", () => {
    expect(() => findTorrent(ALL, "holiday")).toThrow(/fits 2 torrents/);
    expect(() => findTorrent(ALL, "beff")).toThrow(expect.objectContaining({ hint: "Did you mean beef?" }));
    expect(() => findTorrent(ALL, "\x1b[2J")).toThrow(/"\ufffd\[2J"/);
  });
});

test("a filter's words are states, labels or parts of names, and all of them have to fit", () => {
  expect(filterTorrents(ALL, ["seeding"])).toEqual([HOLIDAY]);
  expect(filterTorrents(ALL, ["family"])).toEqual([HOLIDAY]);
  expect(filterTorrents(ALL, ["holiday", "paused"])).toEqual([HOLIDAY_FILMS]);
  expect(filterTorrents(ALL, [])).toEqual(ALL);
});

describe("a list of torrents", () => {
  test("has headings and aligned columns for people", () => {
    const [heading, ...lines] = tableLines(ALL, TORRENT_COLUMNS, "aligned");
    expect(heading).toMatch(/^ID +STATE +DONE +SIZE .* NAME$/);
    const at = heading?.indexOf("NAME");
    expect(lines.map((line) => line.slice(at))).toEqual(ALL.map(({ name }) => name));
  });

  test("has whole hashes between TABs for programs, and no heading", () => {
    const lines = tableLines(ALL, TORRENT_COLUMNS, "plain").map((line) => line.split("\t"));
    expect(lines.map((cells) => cells[0])).toEqual(ALL.map(({ id }) => id));
    expect(lines.map((cells) => cells.at(-1))).toEqual(ALL.map(({ name }) => name));
  });
});

describe("a schedule", () => {
  test.each([
    ["mon-fri 08:00-18:00", [{ days: [1, 2, 3, 4, 5], fromMinute: 480, toMinute: 1080 }]],
    ["22:00-6:30", [{ days: [0, 1, 2, 3, 4, 5, 6], fromMinute: 1320, toMinute: 390 }]],
    ["sat,sun 0:00-23:59", [{ days: [6, 0], fromMinute: 0, toMinute: 1439 }]],
    ["fri-mon 10:00-12:00", [{ days: [5, 6, 0, 1], fromMinute: 600, toMinute: 720 }]],
    ["", []],
  ])("%j is read, and written so that it is read again", (text, spans) => {
    expect(parseSchedule(text, "schedule")).toEqual(spans);
    expect(parseSchedule(scheduleText(spans), "schedule")).toEqual(spans);
  });

  test.each(["mon", "25:00-26:00", "08:00-18:60", "noday 08:00-18:00", "mon- 08:00-18:00", "08:00"])(
    "%j is refused",
    (text) => {
      expect(() => parseSchedule(text, "schedule")).toThrow(/not a time of the week/);
    },
  );
});

test.each([0, 1, 500, 90_000, 3_600_000, 14 * 86_400_000, 36 * 3_600_000])(
  "a duration of %i ms is written so that it is read again",
  (durationMs) => {
    expect(parseDuration(durationArgument(durationMs), "time")).toBe(durationMs);
  },
);

test("a census counts whom it met, also those who left at once", () => {
  const census = new SwarmCensus();
  const seed = aPeer({ address: "10.0.0.1:1", haveRatio: 1 });
  const half = aPeer({ address: "10.0.0.2:1", haveRatio: 0.5 });
  const stranger = aPeer({ address: "10.0.0.3:1", haveRatio: null });
  census.look({ peers: [half, stranger], copies: 0.5 });
  expect(census).toMatchObject({ peers: 1, seeds: 0, copies: 0.5, reachableRatio: 0.5 });
  census.look({ peers: [half, seed], copies: 1.5 });
  census.look({ peers: [], copies: 0 });
  expect(census).toMatchObject({ peers: 2, seeds: 1, copies: 1.5, reachableRatio: 1 });
});
