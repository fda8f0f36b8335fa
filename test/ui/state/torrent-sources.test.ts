import fc from "fast-check";
import { expect, test } from "vitest";
import { findSources } from "../../../src/ui/state/torrent-sources.ts";
import { fuzzRuns } from "../../support/fuzz-runs.ts";

const HASH = "4be190c2a1f3d5e7b9081726354453627180f9a8";
const BASE32 = "JPQZBQVB6PK6POIIC4TDKRCTMJYYB6NI";

test("finds a magnet link with its hash and name, whatever surrounds it", () => {
  expect(findSources(`  see magnet:?xt=urn:btih:${HASH.toUpperCase()}&dn=A%20b+c&tr=udp://x  there`)).toEqual(
    [
      {
        kind: "magnet",
        text: `magnet:?xt=urn:btih:${HASH.toUpperCase()}&dn=A%20b+c&tr=udp://x`,
        infoHash: HASH,
        name: "A b c",
      },
    ],
  );
});

test.each([
  ["a hash in hex", HASH],
  ["a hash in base32", BASE32],
  ["what is left of a link whose beginning was lost", `net:?xt=urn:btih:${HASH}&dn=x`],
])("finds %s", (_case, text) => {
  expect(findSources(text)).toMatchObject([{ kind: "magnet" }]);
});

test("a hash twice is one torrent, and so is its link", () => {
  expect(findSources(`magnet:?xt=urn:btih:${HASH}\n${HASH} ${HASH.toUpperCase()}`)).toHaveLength(1);
});

test.each([
  ["a path", "/srv/with space/a.torrent", "/srv/with space/a.torrent"],
  ["a relative path", "b.TORRENT", "b.TORRENT"],
  ["a quoted path", "'/srv/it is/a.torrent'", "/srv/it is/a.torrent"],
  ["a dropped path", "/srv/with\\ space/a\\(1\\).torrent", "/srv/with space/a(1).torrent"],
  ["a file address", "file:///srv/with%20space/a.torrent", "/srv/with space/a.torrent"],
  ["a Windows path", "C:\\Users\\ada\\a.torrent", "C:\\Users\\ada\\a.torrent"],
])("finds %s", (_case, text, path) => {
  expect(findSources(text)).toEqual([{ kind: "file", path }]);
});

test("finds several at once", () => {
  const found = findSources(
    `magnet:?xt=urn:btih:${HASH}\n${"a".repeat(40)}\n/x/one.torrent\n'/x/two.torrent' '/x/3.torrent'`,
  );
  expect(found.map((source) => (source.kind === "file" ? source.path : source.infoHash))).toEqual([
    HASH,
    "a".repeat(40),
    "/x/two.torrent",
    "/x/3.torrent",
    "/x/one.torrent",
  ]);
});

test.each(["", "hello", "magnet", `${HASH}0`, "notes.txt", "http://example.org/x"])(
  "finds nothing in %j",
  (text) => {
    expect(findSources(text)).toEqual([]);
  },
);

test("never throws and never finds more than a hundred, in any text", () => {
  const parts = fc.constantFrom(
    "magnet:?xt=urn:btih:",
    HASH,
    "&dn=%E0%A4",
    "%",
    "'",
    '"',
    "\n",
    " ",
    ".torrent",
    "file://",
    "\\",
  );
  fc.assert(
    fc.property(fc.array(fc.oneof(parts, fc.string({ maxLength: 8 })), { maxLength: 30 }), (texts) => {
      expect(findSources(texts.join("")).length).toBeLessThanOrEqual(100);
    }),
    { numRuns: fuzzRuns() },
  );
});

test("stays fast on a paste of a megabyte", () => {
  expect(findSources("a".repeat(1_000_000))).toEqual([]);
  expect(findSources("magnet:?".repeat(100_000)).length).toBeLessThanOrEqual(100);
  expect(findSources("'".repeat(100_000))).toEqual([]);
});
