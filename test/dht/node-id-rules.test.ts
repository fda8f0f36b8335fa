import { describe, expect, test } from "vitest";
import { toHex, utf8Bytes } from "../../src/core/bytes.ts";
import { endpoint } from "../../src/core/endpoint.ts";
import { crc32c } from "../../src/dht/crc32c.ts";
import { idFitsAddress, nodeIdForAddress } from "../../src/dht/node-id-rules.ts";
import { SeededRandom } from "../../src/sim/index.ts";
import { bytesOf } from "../support/hex.ts";

/** BEP 42, "Example Node IDs". */
const VECTORS = [
  ["124.31.75.21", "5fbfbff10c5d6a4ec8a88e4c6ab4c28b95eee401"],
  ["21.75.31.124", "5a3ce9c14e7a08645677bbd1cfe7d8f956d53256"],
  ["65.23.51.170", "a5d43220bc8f112a3d426c84764f8c2a1150e616"],
  ["84.124.73.14", "1b0321dd1bb1fe518101ceef99462b947a01ff41"],
  ["43.213.53.83", "e56f6cbf5b7c4be0237986d5243b87aa6d51305a"],
] as const;

describe("node ids by BEP 42", () => {
  test("CRC-32C gives its check value", () => {
    expect(crc32c(utf8Bytes("123456789"))).toBe(0xe3069283);
  });

  test.each(VECTORS)("the example of %s fits its address and no other", (host, id) => {
    expect(idFitsAddress(bytesOf(id), endpoint(host, 1))).toBe(true);
    expect(idFitsAddress(bytesOf(id), endpoint("8.8.8.8", 1))).toBe(false);
  });

  test("one flipped bit among the first 21 does not fit", () => {
    const [host, hex] = VECTORS[0];
    for (let bit = 0; bit < 21; bit++) {
      const id = bytesOf(hex);
      id[bit >> 3] = (id[bit >> 3] as number) ^ (0x80 >> (bit & 7));
      expect(idFitsAddress(id, endpoint(host, 1))).toBe(false);
    }
  });

  test("IPv6 counts its first eight bytes", () => {
    const id = nodeIdForAddress("2a02:4f8:fffe:42::7", new SeededRandom(1));
    expect(idFitsAddress(id, endpoint("2a02:4f8:fffe:42::7", 1))).toBe(true);
    expect(idFitsAddress(id, endpoint("2a02:4f8:fffe:42:aaaa::9", 1))).toBe(true);
    expect(idFitsAddress(id, endpoint("2a02:4f8:fffe:43::7", 1))).toBe(false);
  });

  /** Not official, BEP 42 has none for IPv6: computed beside this program by its text. */
  test.each([
    ["2001:db8:85a3::", 1, "dc8408"],
    ["2001:db8:85a3::", 86, "ff8530"],
    ["2a02:4f8:fffe:42::", 7, "d6dba0"],
  ])("an id for %s with %i begins as it should", (host, choice, first21Bits) => {
    const zeros = new Uint8Array(20);
    zeros[19] = choice;
    const id = nodeIdForAddress(host, { bytes: () => zeros, float: () => 0, integer: () => 0 });

    expect(toHex(id.subarray(0, 3))).toBe(first21Bits);
  });

  test("a derived id fits, and each draw gives another", () => {
    const random = new SeededRandom("derive");
    const ids = Array.from({ length: 50 }, () => nodeIdForAddress("124.31.75.21", random));
    expect(ids.every((id) => idFitsAddress(id, endpoint("124.31.75.21", 1)))).toBe(true);
    expect(new Set(ids.map(toHex)).size).toBe(50);
  });

  test.each(["10.1.2.3", "192.168.0.1", "172.16.5.5", "169.254.1.1", "127.0.0.1", "fd00::1", "::1"])(
    "any id fits %s, which is not global",
    (host) => {
      expect(idFitsAddress(new Uint8Array(20), endpoint(host, 1))).toBe(true);
    },
  );
});
