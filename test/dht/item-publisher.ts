/** Ed25519 for tests of BEP 44: verification as the owner of a node hands it in, and a publisher who signs. */
import { createPublicKey, generateKeyPairSync, sign, verify } from "node:crypto";
import { toHex } from "../../src/core/bytes.ts";
import { mutableTarget, signedBytes, type VerifySignature } from "../../src/dht/index.ts";
import { latin1Bytes } from "./latin1.ts";

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

/** A publisher with a key of its own. */
export function aPublisher() {
  const { publicKey, privateKey } = generateKeyPairSync("ed25519");
  const key = new Uint8Array(publicKey.export({ format: "der", type: "spki" })).slice(-32);
  const signed = (seq: number, value: string, salt = ""): SignedPut => {
    const buffer = signedBytes(latin1Bytes(salt), seq, latin1Bytes(value));
    const signature = new Uint8Array(sign(null, buffer, privateKey));
    return { value, seq, publicKey: key, signature, ...(salt === "" ? {} : { salt }) };
  };
  return { target: (salt = "") => mutableTarget(key, latin1Bytes(salt)), signed };
}
