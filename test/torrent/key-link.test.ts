import { describe, expect, test } from "vitest";
import { fromHex, toHex } from "../../src/core/bytes.ts";
import { infoHashFrom } from "../../src/core/ids.ts";
import { mutableTarget } from "../../src/dht/index.ts";
import {
  decodeKeyedTorrent,
  encodeKeyedTorrent,
  formatKeyLink,
  type KeyLink,
  parseKeyLink,
} from "../../src/torrent/key-link.ts";

const KEY = "8543d3e6115f0f98c944077a4493dcd543e49c739fd998550a1f614ab36ed63e";
const LINK = `magnet:?xs=urn:btpk:${KEY}`;

describe("a link to a key, BEP 46,", () => {
  test.each([
    [LINK, "cc3f9d90b572172053626f9980ce261a850d050b"],
    [`${LINK}&s=6e`, "59ee7c2cb9b4f7eb1986ee2d18fd2fdb8a56554f"],
  ])("leads to the target that the specification gives: %s", (text, target) => {
    const link = parseKeyLink(text) as KeyLink;
    expect(toHex(mutableTarget(link.publicKey, link.salt))).toBe(target);
    expect(formatKeyLink(link)).toBe(text);
  });

  test("is read in capitals, percent-encoded and beside other parameters", () => {
    const text = ` MAGNET:?dn=x&amp;xs=urn%3Abtpk%3A${KEY.toUpperCase()}&S=6E\n`;
    expect(formatKeyLink(parseKeyLink(text) as KeyLink)).toBe(`${LINK}&s=6e`);
  });

  test.each([
    "magnet:?xt=urn:btih:0123456789abcdef0123456789abcdef01234567",
    LINK.slice(0, -1),
    `${LINK}00`,
    `${LINK}&s=6`,
    `${LINK}&s=zz`,
    `${LINK}&s=${"00".repeat(65)}`,
    `${LINK}&dn=${"x".repeat(9_000)}`,
    KEY,
    "",
  ])("is nothing else: %s", (text) => {
    expect(parseKeyLink(text)).toBeUndefined();
  });

  test("finds the info-hash in the item, and nothing where there is none", () => {
    const infoHash = infoHashFrom(fromHex("0123456789abcdef0123456789abcdef01234567") as Uint8Array);
    expect(decodeKeyedTorrent(encodeKeyedTorrent(infoHash))).toEqual(infoHash);
    for (const value of ["de", "d2:ih2:xxe", "d2:ihi5ee", "5:hello", "", "d2:ih20:short"])
      expect(decodeKeyedTorrent(Buffer.from(value))).toBeUndefined();
  });
});
