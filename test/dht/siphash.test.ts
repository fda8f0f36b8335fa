import { describe, expect, test } from "vitest";
import { toHex } from "../../src/core/bytes.ts";
import { SIPHASH_BYTES, sipHash, sipHashKey } from "../../src/dht/siphash.ts";

const counting = (length: number) => Uint8Array.from({ length }, (_, i) => i);
const KEY = sipHashKey(counting(16));

function digestOf(length: number): string {
  const out = new Uint8Array(SIPHASH_BYTES);
  sipHash(KEY, counting(length), length, out, 0);
  return toHex(out);
}

describe("SipHash-2-4", () => {
  test.each([
    [0, "310e0edd47db6f72"],
    [1, "fd67dc93c539f874"],
    [2, "5a4fa9d909806c0d"],
    [3, "2d7efbd796666785"],
    [7, "37d1018bf50002ab"],
    [8, "6224939a79f5f593"],
    [15, "e545be4961ca29a1"],
    [16, "db9bc2577fcc2a3f"],
    [63, "724506eb4c328a95"],
  ])("gives the reference digest of the first %i counting bytes", (length, expected) => {
    expect(digestOf(length)).toBe(expected);
  });
});
