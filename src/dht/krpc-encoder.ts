/**
 * Encoder of KRPC datagrams (BEP 5, 32, 33, 42, 43, 44, 51). All messages of a process are written into one buffer: what a
 * method returns is valid until the next call, which is enough for `DatagramSocket.send`. Keys are written in
 * sorted order, so what leaves is canonical bencoding. Keeping answers within MAX_SENT_BYTES is the caller's
 * business (`query-responder.ts` counts before it writes); queries are far below.
 */
import type { AddressFamily, Endpoint } from "../core/endpoint.ts";
import { invariant } from "../core/invariant.ts";
import { FILTER_BYTES } from "./bloom-filter.ts";
import { compactNodeBytes, compactPeerBytes, writeEndpoint, writeIpv4 } from "./compact-address.ts";
import type { Contact } from "./contact.ts";
import type { StoredItem } from "./item-store.ts";
import type { KrpcMessage } from "./krpc-message.ts";
import { TOKEN_BYTES } from "./write-tokens.ts";

/**
 * Largest datagram we send: fits the 1,280 bytes that every IPv6 path carries, with room for sealing. BEP 32 says
 * 1,024, which an answer to a plain query stays far below (threats D1, D2), and asks receivers to take more.
 */
export const MAX_SENT_BYTES = 1_200;

/**
 * Largest datagram with an item (BEP 44): 1,000 bytes of value, key, signature and token do not fit into 1,200.
 * Still one Ethernet frame, and sent only to those who proved their address.
 */
export const MAX_ITEM_SENT_BYTES = 1_400;

/** What is the same in every message of one node. */
export interface MessageIdentity {
  /** Bytes of the `v` key; empty leaves it out. */
  readonly version: Uint8Array;
  /** BEP 43: marks our queries. */
  readonly readOnly: boolean;
  /** Id of the private network; absent or empty leaves it out. */
  readonly networkId?: Uint8Array | undefined;
}

/** Which node lists an answer shall hold (BEP 32): those of the asking family, or both. */
export type Want = "own" | "both";

export interface AnnounceArguments {
  readonly port: number;
  readonly impliedPort: boolean;
  readonly isSeed: boolean;
  readonly token: Uint8Array;
}

export interface PutArguments {
  readonly item: StoredItem;
  /** Empty for immutable items. */
  readonly salt: Uint8Array;
  /** The number that the stored item shall have. */
  readonly cas: number | undefined;
  readonly token: Uint8Array;
}

export class KrpcEncoder {
  readonly #identity: MessageIdentity;
  #length = 0;

  constructor(identity: MessageIdentity) {
    this.#identity = identity;
  }

  ping(transaction: number, id: Uint8Array): Uint8Array {
    this.#beginQuery(id);
    return this.#endQuery("1:q4:ping", transaction);
  }

  /** A ping whose transaction is `cookie`, 8 bytes that nobody has to remember. */
  pingWithCookie(cookie: Uint8Array, id: Uint8Array): Uint8Array {
    this.#beginQuery(id);
    this.#beginQueryEnd("1:q4:ping");
    this.#text("1:t8:");
    this.#bytes(cookie, 0, cookie.length);
    return this.#finish("q");
  }

  findNode(transaction: number, id: Uint8Array, target: Uint8Array, want: Want): Uint8Array {
    this.#beginQuery(id);
    this.#text("6:target20:");
    this.#bytes(target, 0, target.length);
    this.#want(want);
    return this.#endQuery("1:q9:find_node", transaction);
  }

  getPeers(
    transaction: number,
    id: Uint8Array,
    infoHash: Uint8Array,
    want: Want,
    noSeeds: boolean,
  ): Uint8Array {
    this.#beginQuery(id);
    this.#text("9:info_hash20:");
    this.#bytes(infoHash, 0, infoHash.length);
    if (noSeeds) this.#text("6:noseedi1e");
    this.#want(want);
    return this.#endQuery("1:q9:get_peers", transaction);
  }

  /** A get_peers that asks for filters (BEP 33). `want` says nothing new, but a longer query may be answered at length. */
  scrape(transaction: number, id: Uint8Array, infoHash: Uint8Array, family: AddressFamily): Uint8Array {
    this.#beginQuery(id);
    this.#text("9:info_hash20:");
    this.#bytes(infoHash, 0, infoHash.length);
    this.#text(family === 4 ? "6:scrapei1e4:wantl2:n4e" : "6:scrapei1e4:wantl2:n6e");
    return this.#endQuery("1:q9:get_peers", transaction);
  }

  /** BEP 51. `want` as in `scrape`. */
  sampleInfohashes(
    transaction: number,
    id: Uint8Array,
    target: Uint8Array,
    family: AddressFamily,
  ): Uint8Array {
    this.#beginQuery(id);
    this.#text("6:target20:");
    this.#bytes(target, 0, target.length);
    this.#text(family === 4 ? "4:wantl2:n4e" : "4:wantl2:n6e");
    return this.#endQuery("1:q17:sample_infohashes", transaction);
  }

  /** A get of BEP 44. `want` as in `scrape`. */
  getItem(transaction: number, id: Uint8Array, target: Uint8Array, family: AddressFamily): Uint8Array {
    this.#beginQuery(id);
    this.#text("6:target20:");
    this.#bytes(target, 0, target.length);
    this.#text(family === 4 ? "4:wantl2:n4e" : "4:wantl2:n6e");
    return this.#endQuery("1:q3:get", transaction);
  }

  /** A put of BEP 44. */
  putItem(transaction: number, id: Uint8Array, { item, salt, cas, token }: PutArguments): Uint8Array {
    const { value, signed } = item;
    this.#length = 0;
    this.#text(cas === undefined ? "d1:ad2:id20:" : `d1:ad3:casi${cas}e2:id20:`);
    this.#bytes(id, 0, id.length);
    if (signed !== undefined) {
      this.itemKey(signed.publicKey);
      if (salt.length > 0) {
        this.#text("4:salt");
        this.#string(salt, 0, salt.length);
      }
      this.itemSeq(signed.seq);
      this.itemSignature(signed.signature);
    }
    this.#text("5:token");
    this.#string(token, 0, token.length);
    this.itemValue(value);
    return this.#endQuery("1:q3:put", transaction);
  }

  announcePeer(
    transaction: number,
    id: Uint8Array,
    infoHash: Uint8Array,
    how: AnnounceArguments,
  ): Uint8Array {
    this.#beginQuery(id);
    if (how.impliedPort) this.#text("12:implied_porti1e");
    this.#text("9:info_hash20:");
    this.#bytes(infoHash, 0, infoHash.length);
    this.#text("4:porti");
    this.#integer(how.port);
    this.#text(how.isSeed ? "e4:seedi1e5:token" : "e5:token");
    this.#string(how.token, 0, how.token.length);
    return this.#endQuery("1:q13:announce_peer", transaction);
  }

  /** Begins an answer: tells `asker` the address we see (BEP 42), then our id. */
  beginReply(asker: Endpoint, id: Uint8Array): void {
    this.#beginAnswer(asker);
    this.#text("1:rd2:id20:");
    this.#bytes(id, 0, id.length);
  }

  /** Begins an answer with filters (BEP 33), whose keys come before all others. */
  beginScrapeReply(asker: Endpoint, id: Uint8Array, peers: Uint8Array, seeds: Uint8Array): void {
    this.#beginAnswer(asker);
    this.#text("1:rd4:BFpe256:");
    this.#bytes(peers, 0, FILTER_BYTES);
    this.#text("4:BFsd256:");
    this.#bytes(seeds, 0, FILTER_BYTES);
    this.#text("2:id20:");
    this.#bytes(id, 0, id.length);
  }

  /** `nodes` (IPv4) comes before `nodes6`, both before token and values. */
  nodes(contacts: readonly Contact[], count: number, family: AddressFamily): void {
    this.#text(family === 4 ? "5:nodes" : "6:nodes6");
    this.#integer(count * compactNodeBytes(family));
    this.#text(":");
    for (let i = 0; i < count; i++) this.#contact(contacts[i] as Contact);
  }

  /** BEP 51: comes before the nodes, `samples` behind them. */
  sampleInterval(intervalSeconds: number): void {
    this.#text("8:intervali");
    this.#integer(intervalSeconds);
    this.#text("e");
  }

  /** The first `length` bytes of `hashes`, and how many there are in storage. */
  samples(total: number, hashes: Uint8Array, length: number): void {
    this.#text("3:numi");
    this.#integer(total);
    this.#text("e7:samples");
    this.#string(hashes, 0, length);
  }

  /** Leaves room for a token; answers the offset in `buffer` where the caller has to write it. */
  token(): number {
    this.#text("5:token8:");
    const offset = this.#length;
    this.#length += TOKEN_BYTES;
    return offset;
  }

  /** BEP 44: comes before the nodes. */
  itemKey(publicKey: Uint8Array): void {
    this.#text("1:k32:");
    this.#bytes(publicKey, 0, publicKey.length);
  }

  /** Behind the nodes. */
  itemSeq(seq: number): void {
    this.#text(`3:seqi${seq}e`);
  }

  /** Behind the number. */
  itemSignature(signature: Uint8Array): void {
    this.#text("3:sig64:");
    this.#bytes(signature, 0, signature.length);
  }

  /** Bencoded, behind the token. */
  itemValue(value: Uint8Array): void {
    this.#text("1:v");
    this.#bytes(value, 0, value.length);
  }

  /** The message under construction. */
  get buffer(): Uint8Array {
    return BUFFER;
  }

  beginValues(): void {
    this.#text("6:valuesl");
  }

  /** Peers that are stored as bencoded strings: bytes [`start`, `end`) as they are. */
  valuesRun(bytes: Uint8Array, start: number, end: number): void {
    this.#bytes(bytes, start, end - start);
  }

  value(peer: Endpoint): void {
    this.#integer(compactPeerBytes(peer.family));
    this.#text(":");
    this.#length = writeEndpoint(BUFFER, this.#length, peer);
  }

  endValues(): void {
    this.#text("e");
  }

  endReply(query: KrpcMessage): Uint8Array {
    this.#text("e");
    return this.#end(query, "r");
  }

  /** BEP 5, "Errors": without address and version, so that it is never longer than what caused it. */
  error(query: KrpcMessage, code: number, text: string): Uint8Array {
    this.#length = 0;
    this.#text("d1:eli");
    this.#integer(code);
    this.#text("e");
    this.#integer(text.length);
    this.#text(":");
    this.#text(text);
    this.#text("e");
    this.#network();
    this.#text("1:t");
    this.#string(query.bytes, query.transactionAt, query.transactionLength);
    this.#text("1:y1:ee");
    return BUFFER.subarray(0, this.#length);
  }

  #beginAnswer(asker: Endpoint): void {
    this.#length = 0;
    this.#text(asker.family === 4 ? "d2:ip6:" : "d2:ip18:");
    this.#length = writeEndpoint(BUFFER, this.#length, asker);
    this.#network();
  }

  /** In sorted order it stands behind arguments, error and address, before method, values and transaction. */
  #network(): void {
    const { networkId } = this.#identity;
    if (networkId === undefined || networkId.length === 0) return;
    this.#text("1:n");
    this.#string(networkId, 0, networkId.length);
  }

  #beginQuery(id: Uint8Array): void {
    this.#length = 0;
    this.#text("d1:ad2:id20:");
    this.#bytes(id, 0, id.length);
  }

  #want(want: Want): void {
    if (want === "both") this.#text("4:wantl2:n42:n6e");
  }

  #beginQueryEnd(methodPart: string): void {
    this.#text("e");
    this.#network();
    this.#text(methodPart);
    if (this.#identity.readOnly) this.#text("2:roi1e");
  }

  #endQuery(methodPart: string, transaction: number): Uint8Array {
    this.#beginQueryEnd(methodPart);
    this.#text("1:t4:");
    this.#length = writeIpv4(BUFFER, this.#length, transaction);
    return this.#finish("q");
  }

  #end(query: KrpcMessage, kind: string): Uint8Array {
    this.#text("1:t");
    this.#string(query.bytes, query.transactionAt, query.transactionLength);
    return this.#finish(kind);
  }

  #finish(kind: string): Uint8Array {
    const version = this.#identity.version;
    if (version.length > 0) {
      this.#text("1:v");
      this.#string(version, 0, version.length);
    }
    this.#text("1:y1:");
    this.#text(kind);
    this.#text("e");
    invariant(this.#length <= MAX_ITEM_SENT_BYTES, `a message of ${this.#length} bytes`);
    return BUFFER.subarray(0, this.#length);
  }

  #contact(contact: Contact): void {
    const at = contact.writeAddress(BUFFER, contact.writeId(BUFFER, this.#length));
    BUFFER[at] = contact.port >>> 8;
    BUFFER[at + 1] = contact.port;
    this.#length = at + 2;
  }

  #string(bytes: Uint8Array, start: number, length: number): void {
    this.#integer(length);
    this.#text(":");
    this.#bytes(bytes, start, length);
  }

  #bytes(bytes: Uint8Array, start: number, length: number): void {
    const at = this.#length;
    if (length > SHORT_BYTES) BUFFER.set(bytes.subarray(start, start + length), at);
    else for (let i = 0; i < length; i++) BUFFER[at + i] = bytes[start + i] as number;
    this.#length = at + length;
  }

  #text(text: string): void {
    const at = this.#length;
    for (let i = 0; i < text.length; i++) BUFFER[at + i] = text.charCodeAt(i);
    this.#length = at + text.length;
  }

  /** Decimal digits of a non-negative integer below 2^31: ports, lengths, counts and codes. */
  #integer(value: number): void {
    let divisor = 1;
    while (divisor * 10 <= value) divisor *= 10;
    for (; divisor >= 1; divisor = Math.floor(divisor / 10)) {
      BUFFER[this.#length++] = CHAR_0 + (Math.floor(value / divisor) % 10);
    }
  }
}

const CHAR_0 = 0x30;
/** Up to here a loop copies faster than `set` (Node 20). */
const SHORT_BYTES = 48;
/** Longer than anything valid, so that a message too long is seen, not cut. */
const BUFFER: Uint8Array = new Uint8Array(4 * MAX_SENT_BYTES);
