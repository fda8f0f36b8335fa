/**
 * Judges a put (BEP 44) and stores what passes. Cheap checks come first: a signature is verified only for an asker
 * that holds a token for this very item.
 */
import type { Endpoint } from "../core/endpoint.ts";
import { ID_BYTES } from "../core/ids.ts";
import {
  immutableTarget,
  isCanonical,
  MAX_SALT_BYTES,
  MAX_VALUE_BYTES,
  mutableTarget,
  PUBLIC_KEY_BYTES,
  SIGNATURE_BYTES,
  signedBytes,
  type VerifySignature,
} from "./item-rules.ts";
import type { ItemStore, StoredItem } from "./item-store.ts";
import {
  ERROR_CAS_MISMATCH,
  ERROR_PROTOCOL,
  ERROR_SALT_TOO_BIG,
  ERROR_SEQ_OUTDATED,
  ERROR_SERVER,
  ERROR_SIGNATURE,
  ERROR_VALUE_TOO_BIG,
  type KrpcMessage,
} from "./krpc-message.ts";
import type { WriteTokens } from "./write-tokens.ts";

/** Why a put is refused, as the error answers it. */
export interface PutRefusal {
  readonly code: number;
  readonly text: string;
}

export interface PutParts {
  readonly store: ItemStore;
  readonly tokens: WriteTokens;
  /** Absent: mutable items are refused. */
  readonly verifySignature: VerifySignature | undefined;
  readonly localId: Uint8Array;
}

/** Stores the item of a put, or says why not. */
export function takePut(
  parts: PutParts,
  message: KrpcMessage,
  from: Endpoint,
  nowMs: number,
): PutRefusal | undefined {
  const { store, verifySignature } = parts;
  const malformed = formRefusal(message);
  if (malformed !== undefined) return malformed;
  const salt = saltOf(message);
  const item = itemOf(message, salt);
  if (!isCanonical(item.value)) return { code: ERROR_PROTOCOL, text: "Invalid Value" };
  if (!holdsToken(parts.tokens, message, item.target, from, nowMs))
    return { code: ERROR_PROTOCOL, text: "Bad Token" };
  if (item.signed !== undefined) {
    if (verifySignature === undefined) return { code: ERROR_SERVER, text: "No Mutable Items" };
    const { publicKey, signature, seq } = item.signed;
    if (!verifySignature(publicKey, signature, signedBytes(salt, seq, item.value)))
      return { code: ERROR_SIGNATURE, text: "Invalid Signature" };
  }
  const cas = message.cas < 0 ? undefined : message.cas;
  const outcome = store.put(item, cas, parts.localId, nowMs);
  if (outcome === "cas-mismatch") return { code: ERROR_CAS_MISMATCH, text: "CAS Mismatch" };
  return outcome === "outdated" ? { code: ERROR_SEQ_OUTDATED, text: "Sequence Number Too Low" } : undefined;
}

/** What can be said of a put before its bytes are looked at. */
function formRefusal(message: KrpcMessage): PutRefusal | undefined {
  const { publicKeyAt, signatureAt, seq, itemAt, itemLength, saltAt, saltLength } = message;
  const isMutable = publicKeyAt >= 0;
  const isWhole = isMutable ? signatureAt >= 0 && seq >= 0 : signatureAt < 0;
  if (itemAt < 0 || message.tokenAt < 0 || !isWhole)
    return { code: ERROR_PROTOCOL, text: "Invalid Arguments" };
  if (itemLength > MAX_VALUE_BYTES) return { code: ERROR_VALUE_TOO_BIG, text: "Value Too Big" };
  if (saltAt >= 0 && saltLength > MAX_SALT_BYTES) return { code: ERROR_SALT_TOO_BIG, text: "Salt Too Big" };
  return undefined;
}

function itemOf(message: KrpcMessage, salt: Uint8Array): StoredItem {
  const { bytes, itemAt, itemLength, publicKeyAt, signatureAt, seq } = message;
  const value = bytes.slice(itemAt, itemAt + itemLength);
  if (publicKeyAt < 0) return { target: immutableTarget(value), value, signed: undefined };
  const publicKey = bytes.slice(publicKeyAt, publicKeyAt + PUBLIC_KEY_BYTES);
  const signature = bytes.slice(signatureAt, signatureAt + SIGNATURE_BYTES);
  return { target: mutableTarget(publicKey, salt), value, signed: { publicKey, signature, seq } };
}

function saltOf({ bytes, saltAt, saltLength }: KrpcMessage): Uint8Array {
  return saltAt < 0 ? new Uint8Array(0) : bytes.slice(saltAt, saltAt + saltLength);
}

/** The token is bound to the item's target, which a put does not carry. */
function holdsToken(
  tokens: WriteTokens,
  { bytes, tokenAt, tokenLength }: KrpcMessage,
  target: Uint8Array,
  from: Endpoint,
  nowMs: number,
): boolean {
  const joined = new Uint8Array(ID_BYTES + tokenLength);
  joined.set(target);
  joined.set(bytes.subarray(tokenAt, tokenAt + tokenLength), ID_BYTES);
  return tokens.accepts(from, joined, 0, ID_BYTES, tokenLength, nowMs);
}
