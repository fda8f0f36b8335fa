/** Ed25519 for tests of BEP 44: verification as the owner of a node hands it in, and a publisher who signs. */
import { createPrivateKey, createPublicKey, sign, verify } from "node:crypto";
import { toHex } from "../../src/core/bytes.ts";
import { mutableTarget, signedBytes, type VerifySignature } from "../../src/dht/index.ts";
import { SeededRandom } from "../../src/sim/index.ts";
import { latin1Bytes } from "./latin1.ts";

/** DER of an Ed25519 private key up to its 32 bytes (RFC 8410). */
const PKCS8_HEAD = "302e020100300506032b657004220420";
const SPKI_HEAD = "302a300506032b6570032100";

export const verifySignature: VerifySignature = (publicKey, signature, message) => {
  const der = Buffer.from(SPKI_HEAD + toHex(publicKey), "hex");
  return verify(null, message, createPublicKey({ key: der, format: "der", type: "spki" }), signature);
};

export interface SignedPut {
  readonly value: string;
  readonly salt?: string;
  readonly seq: number;
  readonly publicKey: Uint8Array;
  readonly signature: Uint8Array;
}

/** A publisher with a key of its own, the same for the same seed: targets follow from keys, and tests repeat. */
export function aPublisher(seed = 1) {
  const der = Buffer.from(PKCS8_HEAD + toHex(new SeededRandom(`publisher ${seed}`).bytes(32)), "hex");
  const privateKey = createPrivateKey({ key: der, format: "der", type: "pkcs8" });
  const publicKey = createPublicKey(privateKey);
  const key = new Uint8Array(publicKey.export({ format: "der", type: "spki" })).slice(-32);
  const signed = (seq: number, value: string, salt = ""): SignedPut => {
    const buffer = signedBytes(latin1Bytes(salt), seq, latin1Bytes(value));
    const signature = new Uint8Array(sign(null, buffer, privateKey));
    return { value, seq, publicKey: key, signature, ...(salt === "" ? {} : { salt }) };
  };
  return { target: (salt = "") => mutableTarget(key, latin1Bytes(salt)), signed };
}
