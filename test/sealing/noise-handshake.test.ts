/** The handshake of sealed connections against a published vector, and what it refuses. */
import { createPrivateKey } from "node:crypto";
import { expect, test } from "vitest";
import { toHex, utf8Bytes } from "../../src/core/bytes.ts";
import { keyPairOf, nodeSealingCrypto } from "../../src/platform/sealing-crypto.ts";
import type { SealingCrypto } from "../../src/sealing/index.ts";
import { NoiseHandshake } from "../../src/sealing/noise-handshake.ts";
import { NoiseNonce } from "../../src/sealing/noise-nonce.ts";
import { bytesOf } from "../support/hex.ts";

const NOTHING = new Uint8Array(0);

/** An X25519 private key as PKCS #8 (RFC 8410) up to its 32 bytes. */
const PKCS8_HEAD = "302e020100300506032b656e04220420";

/** Cryptography whose "fresh" keys are always the same. */
function withKey(privateHex: string): SealingCrypto {
  const der = Buffer.from(PKCS8_HEAD + privateHex, "hex");
  const pair = keyPairOf(createPrivateKey({ key: der, format: "der", type: "pkcs8" }));
  return { ...nodeSealingCrypto, newKeyPair: () => pair };
}

/** `Noise_NNpsk0_25519_ChaChaPoly_SHA256` of the cacophony vectors, which the Rust implementation "snow" publishes too. */
const VECTOR = {
  prologue: "4a6f686e2047616c74",
  psk: "54686973206973206d7920417573747269616e20706572737065637469766521",
  initiator: "893e28b9dc6ca8d611ab664754b8ceb7bac5117349a4439a6b0569da977c464a",
  responder: "bbdb4cdbd309f1a1f2e1456967fe288cadd6f712d65dc7b7793d5e63da6b375b",
  messages: [
    [
      "4c756477696720766f6e204d69736573",
      "ca35def5ae56cec33dc2036731ab14896bc4c75dbb07a61f879f8e3afa4c794479b962b8aff8485742ac32f905ba45369e2465fb59e138a93d67a0d1266b6a54",
    ],
    [
      "4d757272617920526f746862617264",
      "95ebc60d2b1fa672c1f46a8aa265ef51bfe38e7ccb39ec5be34069f144808843d6062704d5a9c422a8e834423f8c1feada7e8d0d910a1a2cd030fb584221e3",
    ],
    ["462e20412e20486179656b", "e632c3763d7669067383433197a3baddf146e9e70ad4b4e9e59e0f"],
    ["4361726c204d656e676572", "64c6bee32ea91c8474bb4c21d7a700109ad45af77b29764ba5eb1e"],
    [
      "4a65616e2d426170746973746520536179",
      "e2fa0bed0603b62d3ccac2ecabbf3fe33f3e86514909b323361626266cb2471cc8",
    ],
    [
      "457567656e2042f6686d20766f6e2042617765726b",
      "0c01dc9cec1fe4ddd692e8dd32188aa351088dc91183639a53b57aa4692b5ebdef8b8ca111",
    ],
  ],
} as const;

function vectorSide(privateHex: string): NoiseHandshake {
  return new NoiseHandshake(withKey(privateHex), bytesOf(VECTOR.psk), bytesOf(VECTOR.prologue));
}

test("both sides write and read the published vector", () => {
  const initiator = vectorSide(VECTOR.initiator);
  const responder = vectorSide(VECTOR.responder);
  const [first, second, ...transport] = VECTOR.messages;
  const one = initiator.writeFirst(bytesOf(first[0]));
  expect(toHex(one)).toBe(first[1]);
  expect(toHex(responder.readFirst(one) ?? NOTHING)).toBe(first[0]);
  const two = responder.writeSecond(bytesOf(second[0])) ?? NOTHING;
  expect(toHex(two)).toBe(second[1]);
  expect(toHex(initiator.readSecond(two) ?? NOTHING)).toBe(second[0]);
  const keys = initiator.split();
  expect(responder.split()).toEqual(keys);
  const nonces = [new NoiseNonce(), new NoiseNonce()];
  transport.forEach(([payload, ciphertext], i) => {
    const key = i % 2 === 0 ? keys.fromInitiator : keys.fromResponder;
    const plain = bytesOf(payload);
    const sealed = new Uint8Array(plain.length + 16);
    const nonce = nonces[i % 2]?.next() ?? NOTHING;
    nodeSealingCrypto.seal(key, nonce, plain, NOTHING, sealed, 0);
    expect(toHex(sealed)).toBe(ciphertext);
  });
});

test("whoever has another key, or means another network, is not understood", () => {
  const key = new Uint8Array(32).fill(1);
  const prologue = utf8Bytes("network");
  const first = new NoiseHandshake(nodeSealingCrypto, key, prologue).writeFirst(utf8Bytes("hello"));
  const reader = (psk: Uint8Array, network: Uint8Array) =>
    new NoiseHandshake(nodeSealingCrypto, psk, network);
  expect(reader(key, prologue).readFirst(first)).toEqual(Buffer.from("hello"));
  expect(reader(new Uint8Array(32).fill(2), prologue).readFirst(first)).toBeUndefined();
  expect(reader(key, utf8Bytes("another")).readFirst(first)).toBeUndefined();
  for (let at = 0; at < first.length; at++) {
    const changed = first.slice();
    changed[at] = (changed[at] as number) ^ 1;
    expect(reader(key, prologue).readFirst(changed)).toBeUndefined();
  }
});

test("a public key of low order ends the handshake", () => {
  const key = new Uint8Array(32).fill(1);
  const weak: SealingCrypto = {
    ...nodeSealingCrypto,
    newKeyPair: () => ({ publicKey: new Uint8Array(32), agree: () => undefined }),
  };
  const first = new NoiseHandshake(weak, key, NOTHING).writeFirst(NOTHING);
  const responder = new NoiseHandshake(nodeSealingCrypto, key, NOTHING);
  expect(responder.readFirst(first)).toBeDefined();
  expect(responder.writeSecond(NOTHING)).toBeUndefined();
});
