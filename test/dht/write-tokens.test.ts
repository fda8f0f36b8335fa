import { describe, expect, test } from "vitest";
import { type Endpoint, endpoint } from "../../src/core/endpoint.ts";
import { TOKEN_BYTES, WriteTokens } from "../../src/dht/write-tokens.ts";
import { SeededRandom } from "../../src/sim/index.ts";

const MINUTE_MS = 60_000;
const ALICE = endpoint("1.2.3.4", 6881);
const HASH = Uint8Array.from({ length: 20 }, (_, i) => i);
const OTHER_HASH = HASH.map((byte) => byte ^ 1);

function issue(tokens: WriteTokens, asker: Endpoint, hash: Uint8Array, nowMs: number): Uint8Array {
  const token = new Uint8Array(TOKEN_BYTES);
  tokens.issue(asker, hash, 0, nowMs, token, 0);
  return token;
}

/** Tokens stand behind the hash, as they would in a datagram. */
function accepts(
  tokens: WriteTokens,
  asker: Endpoint,
  hash: Uint8Array,
  token: Uint8Array,
  nowMs: number,
): boolean {
  const bytes = new Uint8Array([...hash, ...token]);
  return tokens.accepts(asker, bytes, 0, hash.length, token.length, nowMs);
}

describe("write tokens, D5, DH06", () => {
  const tokens = new WriteTokens(new SeededRandom(1), 0);
  const token = issue(tokens, ALICE, HASH, 0);

  test("are accepted from the same address for the same hash, whatever the port", () => {
    expect(accepts(tokens, ALICE, HASH, token, 0)).toBe(true);
    expect(accepts(tokens, endpoint("1.2.3.4", 9), HASH, token, 0)).toBe(true);
  });

  test("are refused from another address and for another hash", () => {
    expect(accepts(tokens, endpoint("1.2.3.5", 6881), HASH, token, 0)).toBe(false);
    expect(accepts(tokens, ALICE, OTHER_HASH, token, 0)).toBe(false);
    expect(accepts(tokens, endpoint("2001:db8::1", 6881), HASH, token, 0)).toBe(false);
  });

  test("are refused with any bit flipped, cut or lengthened", () => {
    for (let bit = 0; bit < 8 * TOKEN_BYTES; bit++) {
      const forged = token.slice();
      forged[bit >> 3] = (forged[bit >> 3] as number) ^ (1 << (bit & 7));
      expect(accepts(tokens, ALICE, HASH, forged, 0)).toBe(false);
    }
    expect(accepts(tokens, ALICE, HASH, token.subarray(0, 7), 0)).toBe(false);
    expect(accepts(tokens, ALICE, HASH, new Uint8Array([...token, 0]), 0)).toBe(false);
    expect(accepts(tokens, ALICE, HASH, new Uint8Array(0), 0)).toBe(false);
  });

  test("live at least five and at most ten minutes", () => {
    for (const issuedAtMinutes of [0, 1, 4.9, 5.1, 9.9]) {
      const fresh = new WriteTokens(new SeededRandom(2), 0);
      const issued = issue(fresh, ALICE, HASH, issuedAtMinutes * MINUTE_MS);
      expect(accepts(fresh, ALICE, HASH, issued, (issuedAtMinutes + 4.9) * MINUTE_MS)).toBe(true);
      expect(accepts(fresh, ALICE, HASH, issued, (issuedAtMinutes + 10.1) * MINUTE_MS)).toBe(false);
    }
  });

  test("age while nobody asks", () => {
    const idle = new WriteTokens(new SeededRandom(3), 0);
    const old = issue(idle, ALICE, HASH, 0);
    expect(accepts(idle, ALICE, HASH, old, 3 * 60 * MINUTE_MS)).toBe(false);
  });

  test("of another node, or of the same before its restart, are refused", () => {
    expect(accepts(new WriteTokens(new SeededRandom(9), 0), ALICE, HASH, token, 0)).toBe(false);
  });

  test("work for IPv6", () => {
    const address = endpoint("2001:db8::1", 6881);
    const given = issue(tokens, address, HASH, 0);
    expect(accepts(tokens, address, HASH, given, 0)).toBe(true);
    expect(accepts(tokens, endpoint("2001:db8::2", 6881), HASH, given, 0)).toBe(false);
  });
});
