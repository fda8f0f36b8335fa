/** The cipher of datagrams: the vectors of RFC 8439, and the answers of the system's library to everything else. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { nodeSealingCrypto } from "../../src/platform/sealing-crypto.ts";
import { ChaCha20Poly1305 } from "../../src/sealing/chacha20-poly1305.ts";

const hex = (text: string): Uint8Array => new Uint8Array(Buffer.from(text.replaceAll(/\s/g, ""), "hex"));

function sealed(key: Uint8Array, nonce: Uint8Array, text: Uint8Array, additional: Uint8Array): Uint8Array {
  const buffer = new Uint8Array(text.length + 16);
  buffer.set(text);
  new ChaCha20Poly1305(key).seal(nonce, buffer, 0, text.length, additional);
  return buffer;
}

/** Section 2.8.2. */
test("the RFC's text is sealed as the RFC says", () => {
  const text = new TextEncoder().encode(
    "Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the future, sunscreen would be it.",
  );
  const key = Uint8Array.from({ length: 32 }, (_, i) => 0x80 + i);
  const result = sealed(key, hex("070000004041424344454647"), text, hex("50515253c0c1c2c3c4c5c6c7"));
  expect(Buffer.from(result).toString("hex")).toBe(
    "d31a8d34648e60db7b86afbc53ef7ec2a4aded51296e08fea9e2b5a736ee62d63dbea45e8ca9671282fafb69da92728b1a71de0a9e060b2905d6a5b67ecd3b3692ddbd7f2d778b8c9803aee328091b58fab324e4fad675945585808b4831d7bc3ff4def08e4b7a9de576d26586cec64b6116" +
      "1ae10b594f09e26a7e902ecbd0600691",
  );
});

/** Limbs that are all ones, products that carry through all of them: where such code goes wrong. */
const bytes = (length: number) =>
  fc.oneof(
    fc.uint8Array({ minLength: length, maxLength: length }),
    fc.constantFrom(0x00, 0xff, 0xfb).map((value) => new Uint8Array(length).fill(value)),
  );
const texts = fc.nat(1_500).chain(bytes);

test("whatever is sealed, the system's library seals it so too, and what is opened is what was sealed", () => {
  fc.assert(
    fc.property(bytes(32), bytes(12), texts, fc.nat(40).chain(bytes), (key, nonce, text, additional) => {
      const ours = sealed(key, nonce, text, additional);
      const theirs = new Uint8Array(text.length + 16);
      nodeSealingCrypto.seal(key, nonce, text, additional, theirs, 0);
      expect(ours).toEqual(theirs);
      const into = new Uint8Array(text.length);
      const cipher = new ChaCha20Poly1305(key);
      expect(cipher.open(nonce, ours, 0, ours.length, additional, into)).toBe(true);
      expect(into).toEqual(text);
    }),
    { numRuns: 150 },
  );
});

/**
 * Poly1305 alone, by the one-time keys that its vectors need (RFC 8439, appendix A.3): sums that are just below, at and above
 * 2^130 - 5. They cannot be reached through the AEAD, whose one-time key nobody chooses, but the library's answer to many texts
 * comes near: the last block below makes up for whatever the ones before did.
 */
test("sums around the modulus come out as those of the library", () => {
  const key = new Uint8Array(32).fill(3);
  for (let i = 0; i < 400; i++) {
    const nonce = new Uint8Array(12);
    new DataView(nonce.buffer).setUint32(0, i);
    const text = new Uint8Array(16 * (i % 5)).fill(i % 2 === 0 ? 0xff : 0);
    const theirs = new Uint8Array(text.length + 16);
    nodeSealingCrypto.seal(key, nonce, text, new Uint8Array(0), theirs, 0);
    expect(sealed(key, nonce, text, new Uint8Array(0))).toEqual(theirs);
  }
});

test("one bit that differs, anywhere, and nothing is opened", () => {
  const key = new Uint8Array(32).fill(9);
  const nonce = new Uint8Array(12).fill(1);
  const additional = Uint8Array.of(1, 2, 3);
  const cipher = new ChaCha20Poly1305(key);
  const good = sealed(key, nonce, new Uint8Array(100).fill(5), additional);
  const into = new Uint8Array(100);
  for (let bit = 0; bit < 8 * good.length; bit++) {
    const forged = good.slice();
    forged[bit >> 3] = (forged[bit >> 3] as number) ^ (1 << (bit & 7));
    expect(cipher.open(nonce, forged, 0, forged.length, additional, into)).toBe(false);
  }
  expect(cipher.open(nonce, good, 0, good.length, Uint8Array.of(1, 2, 4), into)).toBe(false);
  expect(cipher.open(nonce, good.subarray(0, 15), 0, 15, additional, into)).toBe(false);
  expect(into.every((byte) => byte === 0)).toBe(true);
});
