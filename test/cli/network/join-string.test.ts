/** The word that lets somebody into a network: nothing gets lost in it, and no slip of the hand goes unseen. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { decodeJoinString, encodeJoinString } from "../../../src/cli/network/join-string.ts";
import type { NetworkDefinition } from "../../../src/cli/network/network-definition.ts";

const LAB: NetworkDefinition = {
  name: "lab",
  idHex: "00112233445566ff",
  mode: "plain",
  bootstrap: ["192.0.2.7:7000", "[2001:db8::7]:7000", "dht.example.org:6881"],
};

test("a join string says all of the network", () => {
  expect(decodeJoinString(encodeJoinString(LAB))).toEqual(LAB);
  const lone = { ...LAB, bootstrap: [] };
  expect(decodeJoinString(encodeJoinString(lone))).toEqual(lone);
  const keys = [1, 2].map((n) => ({ hex: `${n}f`.repeat(32), fromUnixMs: n * 1_700_000_000_000 }));
  const sealed = { ...LAB, mode: "sealed", keys } as const;
  expect(decodeJoinString(encodeJoinString(sealed))).toEqual(sealed);
});

test("white space around it does not matter, as files and terminals add it", () => {
  expect(decodeJoinString(` ${encodeJoinString(LAB)}\r\n`)).toEqual(LAB);
});

test("a character that changed, came or went is noticed", () => {
  const text = encodeJoinString(LAB);
  const slips = fc.tuple(fc.nat(text.length - 1), fc.constantFrom("change", "insert", "remove"), fc.nat(63));
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  fc.assert(
    fc.property(slips, ([at, slip, letter]) => {
      const inserted = slip === "remove" ? "" : (alphabet[letter] as string);
      const changed = text.slice(0, at) + inserted + text.slice(slip === "insert" ? at : at + 1);
      fc.pre(changed !== text);
      // Base64 has bits to spare at its end: another letter there may mean the same bytes.
      let network: NetworkDefinition | undefined;
      try {
        network = decodeJoinString(changed);
      } catch (error) {
        expect(error).toMatchObject({ code: "USAGE" });
      }
      if (network !== undefined) expect(network).toEqual(LAB);
    }),
  );
});

test("any other text is refused with a reason, never with a crash", () => {
  const texts = fc.oneof(
    fc.string(),
    fc.string().map((text) => `starling-plain-1-${Buffer.from(text).toString("base64url")}`),
  );
  fc.assert(
    fc.property(texts, (text) => {
      expect(() => decodeJoinString(text)).toThrow(/not a usable join string/);
    }),
  );
});

test.each([
  ["starling-plain-2-AAAA", /version 2/],
  ["starling-other-1-AAAA", /mode “other”/],
])("%s is of a time to come, and is told so", (text, reason) => {
  expect(() => decodeJoinString(text)).toThrow(reason);
});
