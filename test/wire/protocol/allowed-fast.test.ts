import { expect, test } from "vitest";
import { infoHashFrom } from "../../../src/core/ids.ts";
import { allowedFastSet } from "../../../src/wire/protocol/allowed-fast.ts";

const infoHash = infoHashFrom(new Uint8Array(20).fill(0xaa));

test("the allowed fast sets are those of BEP 6", () => {
  expect(allowedFastSet("80.4.4.200", infoHash, 1313, 7)).toEqual([1059, 431, 808, 1217, 287, 376, 1188]);
  expect(allowedFastSet("80.4.4.200", infoHash, 1313, 9)).toEqual([
    1059, 431, 808, 1217, 287, 376, 1188, 353, 508,
  ]);
});

test("a neighbour in the same /24 gets the same set", () => {
  expect(allowedFastSet("80.4.4.1", infoHash, 1313, 7)).toEqual(
    allowedFastSet("80.4.4.200", infoHash, 1313, 7),
  );
});

test("a torrent with fewer pieces than the set grants them all", () => {
  expect(allowedFastSet("80.4.4.200", infoHash, 3, 10).sort()).toEqual([0, 1, 2]);
});

test("the set is defined for IPv4 only", () => {
  expect(allowedFastSet("2001:db8::1", infoHash, 1313, 7)).toEqual([]);
});
