/**
 * The 160-bit identifiers of the protocol. Brands keep a node id from being passed where an info-hash belongs;
 * at run time each is a plain `Uint8Array` of 20 bytes, and `IdHex` is its lower-case text, used as a Map key.
 */
import { compareBytes, fromHex, toHex } from "./bytes.ts";

declare const brand: unique symbol;
export type Brand<Base, Name extends string> = Base & { readonly [brand]: Name };

/** Length of node ids and v1 info-hashes: one SHA-1 (BEP 3, BEP 5). */
export const ID_BYTES = 20;

export type NodeId = Brand<Uint8Array, "NodeId">;
export type InfoHash = Brand<Uint8Array, "InfoHash">;
export type PeerId = Brand<Uint8Array, "PeerId">;
/** Forty lower-case hexadecimal digits of an info-hash. */
export type InfoHashHex = Brand<string, "InfoHashHex">;

export function nodeIdFrom(bytes: Uint8Array): NodeId {
  return exactly20(bytes, "node id") as NodeId;
}

export function infoHashFrom(bytes: Uint8Array): InfoHash {
  return exactly20(bytes, "info-hash") as InfoHash;
}

export function peerIdFrom(bytes: Uint8Array): PeerId {
  return exactly20(bytes, "peer id") as PeerId;
}

export function infoHashHex(hash: InfoHash): InfoHashHex {
  return toHex(hash) as InfoHashHex;
}

/** The info-hash of 40 hex digits, or `undefined` for any other text. */
export function infoHashFromHex(text: string): InfoHash | undefined {
  const bytes = text.length === 2 * ID_BYTES ? fromHex(text) : undefined;
  return bytes === undefined ? undefined : infoHashFrom(bytes);
}

export const compareIds: (a: Uint8Array, b: Uint8Array) => number = compareBytes;

function exactly20(bytes: Uint8Array, what: string): Uint8Array {
  if (bytes.length !== ID_BYTES) throw new RangeError(`A ${what} has ${ID_BYTES} bytes, got ${bytes.length}`);
  return bytes;
}
