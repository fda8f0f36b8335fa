/**
 * A decoded KRPC message (BEP 5, 32, 33, 42, 43): where its parts stand in the datagram, not copies of them.
 *
 * Two million messages a minute pass through a node under load and through the simulator, and a copy of every
 * id, token and list is most of what a conventional decoder costs. So the decoder keeps one `KrpcMessage` and
 * fills it anew for each datagram: it is valid only until the next one, and as long as the datagram's bytes are.
 * An offset of -1 means that the part is absent or had a wrong type or length.
 */
import type { AddressFamily, Endpoint } from "../core/endpoint.ts";
import { ID_BYTES, type NodeId, nodeIdFrom } from "../core/ids.ts";
import { compactPeerBytes, readEndpoint } from "./compact-address.ts";

export type KrpcKind = "query" | "reply" | "error";
/** Methods this node serves; `other` is any other name. */
export type QueryName =
  | "ping"
  | "find_node"
  | "get_peers"
  | "announce_peer"
  | "sample_infohashes"
  | "get"
  | "put"
  | "other";

/** BEP 5, "Errors". */
export const ERROR_GENERIC = 201;
export const ERROR_SERVER = 202;
export const ERROR_PROTOCOL = 203;
export const ERROR_METHOD_UNKNOWN = 204;
/** BEP 44, "Errors". */
export const ERROR_VALUE_TOO_BIG = 205;
export const ERROR_SIGNATURE = 206;
export const ERROR_SALT_TOO_BIG = 207;
export const ERROR_CAS_MISMATCH = 301;
export const ERROR_SEQ_OUTDATED = 302;

export class KrpcMessage {
  /** The datagram that all offsets refer to. */
  bytes: Uint8Array = NO_BYTES;
  kind: KrpcKind = "error";
  transactionAt = -1;
  transactionLength = 0;
  /** Sender's node id, 20 bytes; always there in queries and replies. */
  idAt = -1;
  /** BEP 43: the sender does not want to be kept. */
  isReadOnly = false;
  versionAt = -1;
  versionLength = 0;
  /** The private network that the message says it belongs to (`n`); of any length. */
  networkAt = -1;
  networkLength = 0;

  queryName: QueryName = "other";
  /** 20 bytes each. */
  targetAt = -1;
  infoHashAt = -1;
  tokenAt = -1;
  tokenLength = 0;
  /** 0 to 65535, else -1. */
  port = -1;
  impliedPort = false;
  /** BEP 33. */
  isSeed = false;
  noSeeds = false;
  isScrape = false;
  /** BEP 32: whether `want` was there, and what it held. */
  hasWant = false;
  wantsV4 = false;
  wantsV6 = false;

  /** Compact node lists as they came: of any length. */
  nodesAt = -1;
  nodesLength = 0;
  nodes6At = -1;
  nodes6Length = 0;
  /** First element of the list `values`; its elements are any bencoded values. */
  valuesAt = -1;
  /** BEP 33: filters of 256 bytes. */
  seedsFilterAt = -1;
  peersFilterAt = -1;
  /** BEP 51: stored hashes back to back, of any length; -1 where a number is absent or none. */
  samplesAt = -1;
  samplesLength = 0;
  intervalSeconds = -1;
  totalHashes = -1;
  /** BEP 44: the bencoded value as it came, of any kind and length. */
  itemAt = -1;
  itemLength = 0;
  /** 32 and 64 bytes; the salt has any length. */
  publicKeyAt = -1;
  signatureAt = -1;
  saltAt = -1;
  saltLength = 0;
  /** 0 to 2^53, else -1; a `cas` beyond is Infinity, as nothing equals it. */
  seq = -1;
  cas = -1;
  /** BEP 42: our address as the sender sees it; 4, 6, 16 or 18 bytes. */
  ipAt = -1;
  ipLength = 0;

  /** 0 where the error carries no number. */
  errorCode = 0;
  errorTextAt = -1;
  errorTextLength = 0;

  /** Forgets the former message. */
  reset(bytes: Uint8Array): void {
    this.bytes = bytes;
    this.transactionAt = this.idAt = this.versionAt = this.targetAt = this.infoHashAt = this.tokenAt = -1;
    this.nodesAt = this.nodes6At = this.valuesAt = this.ipAt = this.errorTextAt = this.port = -1;
    this.seedsFilterAt = this.peersFilterAt = this.networkAt = -1;
    this.itemAt = this.publicKeyAt = this.signatureAt = this.saltAt = this.seq = this.cas = -1;
    this.samplesAt = this.intervalSeconds = this.totalHashes = -1;
    this.isReadOnly = this.impliedPort = this.isSeed = this.noSeeds = this.isScrape = false;
    this.hasWant = this.wantsV4 = this.wantsV6 = false;
    this.queryName = "other";
    this.errorCode = 0;
  }

  /** Whether it is one of the network `id`; the empty id is that of mainline, which does not ask. */
  isOf(id: Uint8Array): boolean {
    if (id.length === 0) return true;
    if (this.networkAt < 0 || this.networkLength !== id.length) return false;
    for (let i = 0; i < id.length; i++) if (this.bytes[this.networkAt + i] !== id[i]) return false;
    return true;
  }

  /** A copy of the sender's id. */
  id(): NodeId {
    return nodeIdFrom(this.bytes.slice(this.idAt, this.idAt + ID_BYTES));
  }

  /** A copy of the token, if any. */
  token(): Uint8Array | undefined {
    return this.tokenAt < 0 ? undefined : this.bytes.slice(this.tokenAt, this.tokenAt + this.tokenLength);
  }

  /** A copy of the `v` key, if any: untrusted bytes. */
  version(): Uint8Array | undefined {
    return this.versionAt < 0
      ? undefined
      : this.bytes.slice(this.versionAt, this.versionAt + this.versionLength);
  }

  /** BEP 42: the address and port that the sender sees us at; undefined where it does not say both. */
  seenAs(family: AddressFamily): Endpoint | undefined {
    const isWhole = this.ipAt >= 0 && this.ipLength === compactPeerBytes(family);
    return isWhole ? readEndpoint(this.bytes, this.ipAt, family) : undefined;
  }

  /** A copy of the error's text: untrusted bytes. */
  errorText(): Uint8Array {
    return this.errorTextAt < 0
      ? NO_BYTES
      : this.bytes.slice(this.errorTextAt, this.errorTextAt + this.errorTextLength);
  }
}

const NO_BYTES = new Uint8Array(0);
