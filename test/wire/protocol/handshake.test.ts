import { expect, test } from "vitest";
import { toHex } from "../../../src/core/bytes.ts";
import { infoHashFrom, peerIdFrom } from "../../../src/core/ids.ts";
import { decodeFeatures, encodeHandshake, RESERVED_OFFSET } from "../../../src/wire/protocol/handshake.ts";
import { clientOfPeerId, makePeerId } from "../../../src/wire/protocol/peer-id.ts";

const infoHash = infoHashFrom(new Uint8Array(20).fill(0xaa));
const peerId = peerIdFrom(new Uint8Array(20).fill(0xbb));

test("the handshake has the layout of BEP 3 and the reserved bits of BEP 4", () => {
  const bytes = encodeHandshake(infoHash, peerId, { hasExtensions: true, hasFast: true, hasDht: true });

  expect(toHex(bytes)).toBe(
    `13426974546f7272656e742070726f746f636f6c0000000000100005${"aa".repeat(20)}${"bb".repeat(20)}`,
  );
});

test("each feature has its own bit and survives the round trip", () => {
  for (const hasExtensions of [true, false])
    for (const hasFast of [true, false])
      for (const hasDht of [true, false]) {
        const features = { hasExtensions, hasFast, hasDht };
        const bytes = encodeHandshake(infoHash, peerId, features);
        expect(decodeFeatures(bytes, RESERVED_OFFSET)).toEqual(features);
      }
});

test("PA12 bits that nobody knows are ignored", () => {
  expect(decodeFeatures(new Uint8Array(8).fill(0xff), 0)).toEqual({
    hasExtensions: true,
    hasFast: true,
    hasDht: true,
  });
});

test("our peer id opens with the client prefix of BEP 20 and differs from torrent to torrent", () => {
  let next = 0;
  const random = { bytes: (n: number) => new Uint8Array(n).fill(next++), float: () => 0, integer: () => 0 };
  const one = makePeerId("-ST0100-", random);
  const two = makePeerId("-ST0100-", random);

  expect(new TextDecoder().decode(one.subarray(0, 8))).toBe("-ST0100-");
  expect(one).not.toEqual(two);
  expect(clientOfPeerId(one)).toBe("Starling 0.1");
});

test.each([
  ["-lt0D80-", "rTorrent 0.13.8"],
  ["-LT20B0-", "libtorrent 2.0.11"],
  ["-TR4050-", "Transmission 4.0.5"],
  ["-qB5000-", "qBittorrent 5.0"],
  ["-ZZ1234-", "ZZ 1.2.3.4"],
  ["M7-10-2--", ""],
  ["-\u001b[1234-", ""],
])("the peer id %s names %s", (head, client) => {
  const id = new Uint8Array(20);
  id.set(new TextEncoder().encode(head));

  expect(clientOfPeerId(id)).toBe(client);
});
