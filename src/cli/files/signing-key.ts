/** The Ed25519 key of somebody who publishes items in the DHT, in a file of its own (PEM, PKCS #8). */
import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, sign } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { ClientError } from "../../core/errors.ts";
import { PUBLIC_KEY_BYTES } from "../../dht/index.ts";

export interface SigningKey {
  readonly publicKey: Uint8Array;
  sign(message: Uint8Array): Uint8Array;
}

/** Reads the key, or makes one that only this user can read. Rejects with USAGE when the file holds something else. */
export async function openSigningKey(path: string): Promise<SigningKey> {
  const text = await readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    throw unusable(path, error.message);
  });
  return signingKey(text === undefined ? await makeKey(path) : parseKey(path, text));
}

async function makeKey(path: string): Promise<KeyObject> {
  const { privateKey } = generateKeyPairSync("ed25519");
  const pem = privateKey.export({ format: "pem", type: "pkcs8" });
  await writeFile(path, pem, { flag: "wx", mode: 0o600 }).catch((error: Error) => {
    throw new ClientError("PATH_NOT_WRITABLE", `Cannot write the key to ${path}: ${error.message}`);
  });
  return privateKey;
}

function parseKey(path: string, text: string): KeyObject {
  let key: KeyObject;
  try {
    key = createPrivateKey(text);
  } catch {
    throw unusable(path, "not a private key");
  }
  if (key.asymmetricKeyType !== "ed25519") throw unusable(path, "not an Ed25519 key");
  return key;
}

function unusable(path: string, why: string): ClientError {
  return new ClientError("USAGE", `--key: ${path} cannot be used: ${why}`, {
    hint: "Name a file that is not there yet, and a key is made.",
  });
}

function signingKey(privateKey: KeyObject): SigningKey {
  const spki = createPublicKey(privateKey).export({ format: "der", type: "spki" });
  return {
    publicKey: new Uint8Array(spki.subarray(-PUBLIC_KEY_BYTES)),
    sign: (message) => new Uint8Array(sign(null, message, privateKey)),
  };
}
