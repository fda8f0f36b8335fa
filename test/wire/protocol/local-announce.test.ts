import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { utf8Bytes, utf8Text } from "../../../src/core/bytes.ts";
import { infoHashFrom } from "../../../src/core/ids.ts";
import {
  decodeLocalAnnounce,
  encodeLocalAnnounce,
  LOCAL_GROUPS,
  MAX_ANNOUNCED_HASHES,
} from "../../../src/wire/protocol/local-announce.ts";
import { fuzzRuns } from "../../support/fuzz-runs.ts";

const hash = (byte: number) => infoHashFrom(new Uint8Array(20).fill(byte));
const HEX = "ab".repeat(20);

describe("an announce of local discovery", () => {
  test("is the text that BEP 14 describes", () => {
    const bytes = encodeLocalAnnounce(LOCAL_GROUPS[4], {
      port: 6_881,
      infoHashes: [hash(0xab), hash(0xcd)],
      cookie: "x1",
    });

    expect(utf8Text(bytes)).toBe(
      "BT-SEARCH * HTTP/1.1\r\nHost: 239.192.152.143:6771\r\nPort: 6881\r\n" +
        `Infohash: ${HEX}\r\nInfohash: ${"cd".repeat(20)}\r\ncookie: x1\r\n\r\n\r\n`,
    );
    expect(decodeLocalAnnounce(bytes)).toEqual({
      port: 6_881,
      infoHashes: [hash(0xab), hash(0xcd)],
      cookie: "x1",
    });
  });

  test("names the group of its family, and never exceeds 1,200 bytes", () => {
    const infoHashes = Array.from({ length: MAX_ANNOUNCED_HASHES }, (_, i) => hash(i));
    const bytes = encodeLocalAnnounce(LOCAL_GROUPS[6], { port: 65_535, infoHashes, cookie: "f".repeat(16) });

    expect(utf8Text(bytes)).toContain("Host: [ff15::efc0:988f]:6771\r\n");
    expect(bytes.length).toBeLessThanOrEqual(1_200);
  });

  test("is read in any case, in any order of lines, with lines that nobody knows, without a cookie", () => {
    const text = `bt-search * HTTP/1.0\r\nX-New: 1\r\nINFOHASH:  ${HEX.toUpperCase()}  \r\nport:51413\r\n\r\n`;

    expect(decodeLocalAnnounce(utf8Bytes(text))).toEqual({
      port: 51_413,
      infoHashes: [hash(0xab)],
      cookie: undefined,
    });
  });

  test.each([
    ["no port", `BT-SEARCH * HTTP/1.1\r\nInfohash: ${HEX}\r\n\r\n`],
    ["port 0", `BT-SEARCH * HTTP/1.1\r\nPort: 0\r\nInfohash: ${HEX}\r\n\r\n`],
    ["a port beyond 65535", `BT-SEARCH * HTTP/1.1\r\nPort: 65536\r\nInfohash: ${HEX}\r\n\r\n`],
    ["a port with a sign", `BT-SEARCH * HTTP/1.1\r\nPort: +681\r\nInfohash: ${HEX}\r\n\r\n`],
    ["no info-hash", "BT-SEARCH * HTTP/1.1\r\nPort: 6881\r\n\r\n"],
    ["an info-hash of 39 digits", `BT-SEARCH * HTTP/1.1\r\nPort: 6881\r\nInfohash: ${HEX.slice(1)}\r\n\r\n`],
    ["another method", `M-SEARCH * HTTP/1.1\r\nPort: 6881\r\nInfohash: ${HEX}\r\n\r\n`],
    [
      "more than 2,048 bytes",
      `BT-SEARCH * HTTP/1.1\r\nPort: 6881\r\nInfohash: ${HEX}\r\nX: ${"x".repeat(2_000)}`,
    ],
    ["nothing", ""],
  ])("is none with %s", (_what, text) => {
    expect(decodeLocalAnnounce(utf8Bytes(text))).toBeUndefined();
  });

  test("is not misled by any bytes", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.boolean(), (tail, hasHead) => {
        const head = utf8Bytes(hasHead ? `BT-SEARCH * HTTP/1.1\r\nInfohash: ${HEX}\r\n` : "");
        const announce = decodeLocalAnnounce(new Uint8Array([...head, ...tail]));
        if (announce === undefined) return;
        expect(announce.port).toBeGreaterThan(0);
        expect(announce.infoHashes.length).toBeGreaterThan(0);
      }),
      { numRuns: fuzzRuns() },
    );
  });
});
