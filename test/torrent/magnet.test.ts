import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { fromHex, toHex, utf8Bytes, utf8Text } from "../../src/core/bytes.ts";
import { endpoint, formatAddress } from "../../src/core/endpoint.ts";
import { infoHashFrom, infoHashFromHex } from "../../src/core/ids.ts";
import { formatMagnet, MAX_MAGNET_BYTES, MAX_MAGNET_PEERS, parseMagnet } from "../../src/torrent/magnet.ts";
import { mutatedBytes } from "../support/byte-arbitraries.ts";
import { fuzzRuns } from "../support/fuzz-runs.ts";
import { hostileText } from "../support/text-arbitraries.ts";

const HEX = "cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd";
const BASE32 = "ZXG43TONZXG43TONZXG43TONZXG43TON";
const MULTIHASH = `1220${"ab".repeat(32)}`;

function read(text: string) {
  const result = parseMagnet(text);
  if (!result.ok) throw new Error(`${result.fault.code}: ${result.fault.message}`);
  return result.value;
}

function faultOf(text: string): string | undefined {
  const result = parseMagnet(text);
  return result.ok ? undefined : result.fault.code;
}

describe("PA16: the info-hash", () => {
  test.each([
    ["hexadecimal", `magnet:?xt=urn:btih:${HEX}`],
    ["hexadecimal in upper case", `magnet:?xt=urn:btih:${HEX.toUpperCase()}`],
    ["base32", `magnet:?xt=urn:btih:${BASE32}`],
    ["base32 in lower case", `magnet:?xt=urn:btih:${BASE32.toLowerCase()}`],
    ["percent-encoded separators", `magnet:?xt=urn%3Abtih%3A${HEX}`],
    ["percent-encoded digits", `magnet:?xt=urn:btih:%63%64${HEX.slice(2)}`],
    ["percent-encoded name space", `magnet:?xt=%75rn:bt%69h:${HEX}`],
    ["keys in upper case", `magnet:?dN=x&XT=urn:BTIH:${HEX}`],
    ["a scheme in upper case", `MAGNET:?xt=urn:btih:${HEX}`],
    ["a numbered key", `magnet:?xt.1=urn:btih:${HEX}`],
    ["behind other parameters", `magnet:?dn=x&tr=y&xt=urn:btih:${HEX}`],
    ["behind a broken parameter", `magnet:?"foo=bar&&=&x&xt=urn:btih:${HEX}`],
    ["from the source of a web page", `magnet:?dn=x&amp;xt=urn:btih:${HEX}&amp;tr=y`],
    ["a line of a file", `  magnet:?xt=urn:btih:${HEX}\r\n`],
    ["twice the same", `magnet:?xt=urn:btih:${HEX}&xt=urn:btih:${BASE32}`],
    ["with one of version 2", `magnet:?xt=urn:btmh:${MULTIHASH}&xt=urn:btih:${HEX}`],
    ["with a broken one of version 2", `magnet:?xt=urn:btih:${HEX}&xt=urn:btmh:1220ab`],
    ["bare", HEX],
    ["bare in upper case", HEX.toUpperCase()],
    ["bare in base32", BASE32],
    ["bare with spaces around", ` ${HEX}\n`],
  ])("is read from %s", (_name, text) => {
    expect(toHex(read(text).infoHash)).toBe(HEX);
  });

  test("of base32 is RFC 4648", () => {
    expect(toHex(read("MFRGGZDFMZTWQ2LKNNWG23TPOBYXE43U").infoHash)).toBe(
      toHex(utf8Bytes("abcdefghijklmnopqrst")),
    );
  });

  test.each([
    ["nothing", "", "magnet-not-a-link"],
    ["a web address", "https://example.org/a.torrent", "magnet-not-a-link"],
    ["39 characters", HEX.slice(1), "magnet-not-a-link"],
    ["41 characters", `${HEX}a`, "magnet-not-a-link"],
    ["no question mark", `magnet:xt=urn:btih:${HEX}`, "magnet-not-a-link"],
    ["no topic", "magnet:?dn=x", "magnet-no-hash"],
    ["an empty link", "magnet:?", "magnet-no-hash"],
    ["another network", "magnet:?xt=urn:sha1:YNCKHTQCWBTRNJIV4WNAE52SJUQCZO5C", "magnet-no-hash"],
    ["a broken one of version 2", "magnet:?xt=urn:btmh:1220ab", "magnet-no-hash"],
    ["another multihash", `magnet:?xt=urn:btmh:1221${"ab".repeat(33)}`, "magnet-no-hash"],
    ["an empty hash", "magnet:?xt=urn:btih:", "magnet-bad-hash"],
    ["a short hash", "magnet:?xt=urn:btih:abababab", "magnet-bad-hash"],
    ["22 characters", "magnet:?xt=urn:btih:ababababababababababab", "magnet-bad-hash"],
    ["39 digits", `magnet:?xt=urn:btih:${HEX.slice(1)}`, "magnet-bad-hash"],
    ["41 digits", `magnet:?xt=urn:btih:${HEX}0`, "magnet-bad-hash"],
    ["40 letters that are no digits", `magnet:?xt=urn:btih:${"z".repeat(40)}`, "magnet-bad-hash"],
    ["a character outside of base32", `magnet:?xt=urn:btih:${BASE32.slice(1)}1`, "magnet-bad-hash"],
    ["a space before the hash", `magnet:?xt=urn:btih: ${HEX}`, "magnet-bad-hash"],
    ["a NUL in the hash", `magnet:?xt=urn:btih:%00${HEX.slice(1)}`, "magnet-bad-hash"],
    ["two torrents", `magnet:?xt=urn:btih:${HEX}&xt=urn:btih:${"ab".repeat(20)}`, "magnet-many-hashes"],
    ["version 2 only", `magnet:?xt=urn:btmh:${MULTIHASH}`, "v2-only"],
    [
      "8 KiB and one byte",
      `magnet:?xt=urn:btih:${HEX}&dn=${"x".repeat(MAX_MAGNET_BYTES)}`,
      "magnet-too-long",
    ],
    ["a megabyte", "x".repeat(2 ** 20), "magnet-too-long"],
    ["8 KiB of long characters", `magnet:?xt=urn:btih:${HEX}&dn=${"é".repeat(5000)}`, "magnet-too-long"],
  ])("is missed in %s", (_name, text, code) => {
    expect(faultOf(text)).toBe(code);
  });
});

describe("a magnet link", () => {
  const link = (rest: string) => read(`magnet:?xt=urn:btih:${HEX}&${rest}`);

  test("carries a name, decoded, with plus signs as spaces", () => {
    expect(link("dn=a+b%20c%C3%BC%2B").displayName).toBe("a b cü+");
    expect(link("dn=100%&dn=other").displayName).toBe("100%");
    expect(link("dn=%ff%fe").displayName).toBe("\ufffd\ufffd");
    expect(link("dn=&dn=x").displayName).toBe("x");
    expect(link("dn=").displayName).toBeUndefined();
  });

  test("counts trackers and web seeds and uses neither", () => {
    const magnet = link(
      "tr=http://a&tr=&tr.1=udp%3A%2F%2Fb&TR=http://a&ws=http://w&Ws=%FF&as=http://x&xs=http://y",
    );
    expect([magnet.ignoredTrackers, magnet.ignoredWebSeeds]).toEqual([3, 3]);
  });

  test("names peers by number only, at most ten, each once", () => {
    const peers = link(
      "x.pe=127.0.0.1:6881&x.pe=[::1]:6881&x.pe=%5B%3A%3A1%5D%3A6881&x.pe=localhost:1&x.pe=1.2.3.4:0&x.pe=1.2.3.4",
    ).peers;
    expect(peers).toEqual([endpoint("127.0.0.1", 6881), endpoint("::1", 6881)]);
    const many = Array.from({ length: 50 }, (_, i) => `x.pe=10.0.0.1:${i + 1}`).join("&");
    expect(link(many).peers).toHaveLength(MAX_MAGNET_PEERS);
  });

  test("with a thousand trackers is still only read", () => {
    expect(link("tr=a&".repeat(1000)).ignoredTrackers).toBe(1000);
  });

  test.each([
    ["so=0,2,4,6-8", "0,2,4,6-8"],
    ["so=0,2-4,3-5", "0,2-5"],
    ["so=2-4&so=1", "1-4"],
    ["so=7-4,100000000&so=10", "10"],
    ["so=%30%2C1", "0-1"],
    ["so=5,5,5", "5"],
    ["so=,,1", "1"],
    ["so=-4", undefined],
    ["so=3-", undefined],
    ["so=a", undefined],
    ['so="1,2"', undefined],
    ["so=1-2-3", undefined],
    ["so=4294967296", undefined],
    ["so=", undefined],
    ["", undefined],
  ])("selects files by %j (BEP 53)", (rest, expected) => {
    expect(link(rest).select).toBe(expected);
  });
});

describe("a written magnet link", () => {
  const infoHash = infoHashFromHex(HEX) as NonNullable<ReturnType<typeof infoHashFromHex>>;

  test("is the shortest that says everything", () => {
    expect(formatMagnet({ infoHash })).toBe(`magnet:?xt=urn:btih:${HEX}`);
    expect(
      formatMagnet({ infoHash, displayName: "it's a (test)*!", peers: [endpoint("127.0.0.1", 6881)] }),
    ).toBe(`magnet:?xt=urn:btih:${HEX}&dn=it%27s%20a%20%28test%29%2a%21&x.pe=127.0.0.1:6881`);
  });

  test("is read back as it was", () => {
    const peers = fc.oneof(
      fc.uint8Array({ minLength: 4, maxLength: 4 }),
      fc.uint8Array({ minLength: 16, maxLength: 16 }),
    );
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 20, maxLength: 20 }),
        hostileText().filter((text) => text.length < 300),
        fc.uniqueArray(fc.tuple(peers, fc.integer({ min: 1, max: 65_535 })), {
          maxLength: 4,
          selector: ([a, p]) => `${a}:${p}`,
        }),
        (hash, displayName, addresses) => {
          const list = addresses.map(([bytes, port]) => endpoint(formatAddress(bytes), port));
          const magnet = read(formatMagnet({ infoHash: infoHashFrom(hash), displayName, peers: list }));
          expect(magnet.infoHash).toEqual(hash);
          expect(magnet.displayName ?? "").toBe(displayName.replace(/\p{Surrogate}/gu, "\ufffd"));
          expect(magnet.peers).toEqual(list);
        },
      ),
    );
  });

  test("can stand between the quotes of a shell", () => {
    fc.assert(
      fc.property(
        hostileText().filter((text) => text.length < 300),
        (displayName) => {
          expect(formatMagnet({ infoHash, displayName })).toMatch(/^[\w:?=&%.~-]+$/);
        },
      ),
    );
  });
});

describe("PA16: arbitrary links", () => {
  const SEEDS = [
    `magnet:?xt=urn:btih:${HEX}&dn=a+b&tr=http%3A%2F%2Fa&x.pe=127.0.0.1:6881&so=0,2-4&ws=http://w`,
    `magnet:?xt.1=urn:btmh:${MULTIHASH}&xt.2=urn:btih:${BASE32}`,
    HEX,
  ].map(utf8Bytes);
  const parts = fc.constantFrom(
    "magnet:?",
    "xt=",
    "urn:btih:",
    HEX,
    BASE32,
    "&",
    "=",
    "%",
    "%00",
    "%ff",
    "so=",
    "x.pe=",
    "-",
    ",",
    "9999999999",
  );
  const texts = fc.oneof(
    hostileText(),
    mutatedBytes(SEEDS).map(utf8Text),
    fc.array(parts, { maxLength: 12 }).map((all) => `magnet:?xt=urn:btih:${HEX}&${all.join("")}`),
  );

  test("are read or refused, never more", () => {
    fc.assert(
      fc.property(texts, (text) => {
        const result = parseMagnet(text);
        if (!result.ok) return /^(magnet-[a-z-]+|v2-only)$/.test(result.fault.code);
        expect(result.value.infoHash).toHaveLength(20);
        expect(result.value.peers.length).toBeLessThanOrEqual(MAX_MAGNET_PEERS);
        expect(result.value.select ?? "0").toMatch(/^\d+(-\d+)?(,\d+(-\d+)?)*$/);
        return true;
      }),
      { numRuns: fuzzRuns() },
    );
  });

  test("hexadecimal and base32 of one hash are one torrent", () => {
    expect(fromHex(HEX)).toEqual(read(BASE32).infoHash);
  });
});
