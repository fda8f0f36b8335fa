/**
 * Answers queries (BEP 5, 32, 33, 42, 44, 51): one query, at most one answer, written into the encoder's buffer.
 *
 * Answers must not make us a weapon: addresses of askers can be forged. An answer costs at most 5.0 times the
 * bytes of its query, 7.6 times where the asker has proved its address lately (it answered a query of ours, or used
 * a token), and an error never more than the query. To fit, nodes are left out before values, and values
 * give way to the filters of a scrape. Filters, items and samples (BEP 33, 44, 51) do not fit into that where the
 * query is short: an address that proved nothing gets 8,000 bytes of such answers in ten seconds. Malformed queries
 * get nothing; that is decided before they come here.
 */
import { mayContact, partyKey } from "../core/address-profile.ts";
import { BoundedCache } from "../core/bounded-cache.ts";
import type { AddressFamily, Endpoint } from "../core/endpoint.ts";
import { ID_BYTES } from "../core/ids.ts";
import type { Random } from "../core/ports.ts";
import { FILTER_BYTES } from "./bloom-filter.ts";
import { ClosestContacts } from "./closest-contacts.ts";
import { compactNodeBytes, compactPeerBytes } from "./compact-address.ts";
import { type Contact, GOOD_FOR_MS } from "./contact.ts";
import type { DhtSettings } from "./dht-config.ts";
import type { DhtFamily } from "./dht-family.ts";
import { asksForItself, type Introducer, NODES_FOR_NEWCOMERS, NODES_FOR_REPEATERS } from "./introducer.ts";
import { takePut } from "./item-puts.ts";
import { PUBLIC_KEY_BYTES, SIGNATURE_BYTES, type VerifySignature } from "./item-rules.ts";
import type { StoredItem } from "./item-store.ts";
import { type KrpcEncoder, MAX_ITEM_SENT_BYTES, MAX_SENT_BYTES } from "./krpc-encoder.ts";
import { ERROR_METHOD_UNKNOWN, ERROR_PROTOCOL, ERROR_SERVER, type KrpcMessage } from "./krpc-message.ts";
import type { OwnAnnounces } from "./own-announces.ts";
import { LARGE_ANSWERS, QueryLimiter } from "./query-limiter.ts";
import type { RoutingTable } from "./routing-table.ts";
import type { StoredSwarm, SwarmFilters } from "./stored-swarm.ts";
import { TOKEN_BYTES, type WriteTokens } from "./write-tokens.ts";

/** Bytes out per byte in (threats D2): what 8 nodes and 20 values cost, and 8 nodes and 50 values. */
const MAX_FACTOR_UNVERIFIED = 5.0;
const MAX_FACTOR_VERIFIED = 7.6;
const MAX_VALUES_UNVERIFIED = 20;
const MAX_VALUES_VERIFIED = 50;
/** Askers remembered for having used a token. */
const MAX_TOKEN_USERS = 1_024;

/** One asker and its question. */
export interface AskedQuery {
  readonly message: KrpcMessage;
  readonly from: Endpoint;
  /** The live contact that asks, if it is one. */
  readonly asker: Contact | undefined;
  readonly nowMs: number;
}

export interface ResponderParts {
  readonly settings: DhtSettings;
  readonly encoder: KrpcEncoder;
  readonly tokens: WriteTokens;
  readonly random: Random;
  readonly ownAnnounces: OwnAnnounces;
  /** Absent: mutable items are refused (BEP 44). */
  readonly verifySignature: VerifySignature | undefined;
  /** The node's tables; an answer may name nodes of both families (BEP 32). */
  familyOf(family: AddressFamily): DhtFamily | undefined;
  /** Of a bootstrap node. */
  introducerOf(family: AddressFamily): Introducer | undefined;
}

export class QueryResponder {
  readonly #parts: ResponderParts;
  readonly #found4 = new ClosestContacts();
  readonly #found6 = new ClosestContacts();
  /** Tables that the answer in the making names nodes of. */
  #table4: RoutingTable | undefined;
  #table6: RoutingTable | undefined;
  /** Made at the first announce: most nodes of a simulation never get one. */
  #tokenUsers: BoundedCache<string, number> | undefined;
  /** Made at the first large answer to a stranger. */
  #largeAnswers: QueryLimiter | undefined;

  constructor(parts: ResponderParts) {
    this.#parts = parts;
  }

  /** The answer to a query that came to `family`, valid until the next message is encoded; undefined for none. */
  respond(family: DhtFamily, query: AskedQuery): Uint8Array | undefined {
    const { message } = query;
    switch (message.queryName) {
      case "ping":
        return this.#acknowledge(family, query);
      case "find_node":
        return this.#nodes(family, query, message.targetAt);
      case "get_peers":
        return message.infoHashAt < 0 ? this.#badArguments(query) : this.#peers(family, query);
      case "announce_peer":
        return this.#store(family, query);
      case "sample_infohashes":
        return this.#samples(family, query);
      case "get":
        return this.#item(family, query);
      case "put":
        return this.#put(family, query);
      case "other":
        return this.#other(family, query);
    }
  }

  #acknowledge(family: DhtFamily, { message, from }: AskedQuery): Uint8Array {
    const { encoder } = this.#parts;
    encoder.beginReply(from, family.table.localNodeId);
    return encoder.endReply(message);
  }

  /** Methods of later BEPs that have a target still learn where to go on (as libtorrent and mldht answer them). */
  #other(family: DhtFamily, query: AskedQuery): Uint8Array | undefined {
    const { targetAt, infoHashAt } = query.message;
    if (targetAt >= 0 || infoHashAt >= 0) return this.#nodes(family, query, Math.max(targetAt, infoHashAt));
    return this.#error(query, ERROR_METHOD_UNKNOWN, "Method Unknown");
  }

  #nodes(family: DhtFamily, query: AskedQuery, targetAt: number): Uint8Array | undefined {
    if (targetAt < 0) return this.#badArguments(query);
    const { encoder } = this.#parts;
    const isVerified = this.#isVerified(query);
    const room = this.#roomFor(query, isVerified) - this.#frameBytes(query);
    this.#findNodesFor(family, query, targetAt, isVerified);
    encoder.beginReply(query.from, family.table.localNodeId);
    this.#writeNodes(room);
    return encoder.endReply(query.message);
  }

  #peers(family: DhtFamily, query: AskedQuery): Uint8Array {
    const { encoder, tokens } = this.#parts;
    const { message, from, nowMs } = query;
    const swarm = family.store.find(message.bytes, message.infoHashAt);
    const hasToken = !family.store.isFullFor(swarm, from);
    const own = this.#ownPeer(family, message);
    const isVerified = this.#isVerified(query);
    const answersScrape = message.isScrape && swarm !== undefined;
    let room = answersScrape
      ? this.#roomForLarge(query, isVerified, FILTERS_BYTES + TOKEN_FIELD_BYTES)
      : this.#roomFor(query, isVerified) - this.#frameBytes(query);
    if (hasToken) room -= TOKEN_FIELD_BYTES;
    const filters = message.isScrape && room >= FILTERS_BYTES ? swarm?.filters : undefined;
    if (filters !== undefined) room -= FILTERS_BYTES;
    const values = filters === undefined ? this.#countValues(family, swarm, own, room, isVerified) : 0;
    if (values > 0) room -= VALUES_FRAME_BYTES + values * valueBytes(family.family);
    this.#findNodesFor(family, query, message.infoHashAt, isVerified);

    if (filters === undefined) encoder.beginReply(from, family.table.localNodeId);
    else this.#beginScrapeReply(family, from, filters);
    this.#writeNodes(room);
    if (hasToken) {
      const tokenAt = encoder.token();
      tokens.issue(from, message.bytes, message.infoHashAt, nowMs, encoder.buffer, tokenAt);
    }
    if (values > 0) this.#writeValues(swarm, own, values, message.noSeeds);
    return encoder.endReply(message);
  }

  #beginScrapeReply({ table }: DhtFamily, asker: Endpoint, { seeds, peers }: SwarmFilters): void {
    this.#parts.encoder.beginScrapeReply(asker, table.localNodeId, peers.bytes, seeds.bytes);
  }

  #store(family: DhtFamily, query: AskedQuery): Uint8Array | undefined {
    const { message, from, nowMs } = query;
    const { settings, tokens } = this.#parts;
    const port = message.impliedPort ? from.port : message.port;
    if (message.infoHashAt < 0 || message.tokenAt < 0 || port < 1) return this.#badArguments(query);
    const { bytes, infoHashAt, tokenAt, tokenLength } = message;
    if (!tokens.accepts(from, bytes, infoHashAt, tokenAt, tokenLength, nowMs)) {
      return this.#error(query, ERROR_PROTOCOL, "Bad Token");
    }
    const peer: Endpoint = { host: from.host, port, family: from.family };
    if (!mayContact(settings.addressProfile, peer)) return this.#badArguments(query);
    this.#noteTokenUser(from, nowMs);
    const infoHash = bytes.subarray(infoHashAt, infoHashAt + 20);
    const isStored = family.store.add(infoHash, peer, message.isSeed, family.table.localNodeId, nowMs);
    return isStored ? this.#acknowledge(family, query) : this.#error(query, ERROR_SERVER, "Store Full");
  }

  /** Some nodes come before the samples, which come before the other nodes: who crawls needs both (BEP 51). */
  #samples(family: DhtFamily, query: AskedQuery): Uint8Array | undefined {
    const { message, from, nowMs } = query;
    if (message.targetAt < 0) return this.#badArguments(query);
    const { encoder } = this.#parts;
    const { sample } = family;
    const hashes = sample.hashesAt(nowMs);
    const forNodes = NODES_FRAME_BYTES + NODES_BESIDE_LARGE * compactNodeBytes(family.family);
    const wanted = SAMPLES_FRAME_BYTES + hashes.length;
    let room = this.#roomForLarge(query, this.#isVerified(query), wanted) - SAMPLES_FRAME_BYTES;
    const count = Math.max(0, Math.min(hashes.length / ID_BYTES, Math.floor((room - forNodes) / ID_BYTES)));
    room -= count * ID_BYTES;
    this.#findNodes(family, query, message.targetAt);
    encoder.beginReply(from, family.table.localNodeId);
    encoder.sampleInterval(sample.intervalSeconds);
    this.#writeNodes(room);
    encoder.samples(sample.total, hashes, count * ID_BYTES);
    return encoder.endReply(message);
  }

  /** BEP 44. What has no room is left out, except the item's number: who sees that asks others for the value. */
  #item(family: DhtFamily, query: AskedQuery): Uint8Array | undefined {
    const { message, from, nowMs } = query;
    const { bytes, targetAt } = message;
    if (targetAt < 0) return this.#badArguments(query);
    const { encoder, tokens } = this.#parts;
    const item = family.items.find(bytes.subarray(targetAt, targetAt + ID_BYTES), nowMs);
    const isNews = item?.signed === undefined || message.seq < item.signed.seq;
    const wanted = isNews && item !== undefined ? itemBytes(item) : 0;
    const forOthers = TOKEN_FIELD_BYTES + (item?.signed === undefined ? 0 : SEQ_FIELD_BYTES);
    let room = this.#roomForLarge(query, this.#isVerified(query), wanted + forOthers) - forOthers;
    const sent = wanted > 0 && wanted <= room ? item : undefined;
    room -= sent === undefined ? 0 : wanted;
    this.#findNodes(family, query, targetAt);

    encoder.beginReply(from, family.table.localNodeId);
    if (sent?.signed !== undefined) encoder.itemKey(sent.signed.publicKey);
    this.#writeNodes(room);
    if (item?.signed !== undefined) encoder.itemSeq(item.signed.seq);
    if (sent?.signed !== undefined) encoder.itemSignature(sent.signed.signature);
    const tokenAt = encoder.token();
    tokens.issue(from, bytes, targetAt, nowMs, encoder.buffer, tokenAt);
    if (sent !== undefined) encoder.itemValue(sent.value);
    return encoder.endReply(message);
  }

  #put(family: DhtFamily, query: AskedQuery): Uint8Array | undefined {
    const { message, from, nowMs } = query;
    const { tokens, verifySignature } = this.#parts;
    const parts = { store: family.items, tokens, verifySignature, localId: family.table.localNodeId };
    const refusal = takePut(parts, message, from, nowMs);
    if (refusal !== undefined) return this.#error(query, refusal.code, refusal.text);
    this.#noteTokenUser(from, nowMs);
    return this.#acknowledge(family, query);
  }

  /** Whoever used a token receives what is sent to that address. */
  #noteTokenUser(from: Endpoint, nowMs: number): void {
    this.#tokenUsers ??= new BoundedCache<string, number>(MAX_TOKEN_USERS);
    this.#tokenUsers.set(partyKey(this.#parts.settings.addressProfile, from), nowMs);
  }

  /** Room behind the frame for an answer that wants `wanted` bytes and some nodes there, as far as the asker may be given so much. */
  #roomForLarge(query: AskedQuery, isVerified: boolean, wanted: number): number {
    const { settings, random } = this.#parts;
    const frame = this.#frameBytes(query);
    const room = this.#roomFor(query, isVerified) - frame;
    const forNodes = NODES_FRAME_BYTES + NODES_BESIDE_LARGE * compactNodeBytes(query.from.family);
    const large = Math.min(wanted + forNodes, MAX_ITEM_SENT_BYTES - settings.overheadBytes - frame);
    if (large <= room || large < wanted) return room;
    if (isVerified) return large;
    this.#largeAnswers ??= new QueryLimiter(LARGE_ANSWERS, settings.addressProfile, random);
    return this.#largeAnswers.admits(query.from, query.nowMs, frame + large) ? large : room;
  }

  #badArguments(query: AskedQuery): Uint8Array | undefined {
    return this.#error(query, ERROR_PROTOCOL, "Invalid Arguments");
  }

  #error({ message }: AskedQuery, code: number, text: string): Uint8Array | undefined {
    const payload = this.#parts.encoder.error(message, code, text);
    return payload.length <= message.bytes.length ? payload : undefined;
  }

  /** As `#findNodes`, but that a bootstrap node names more to newcomers, and less to who asks again and again. */
  #findNodesFor(family: DhtFamily, query: AskedQuery, targetAt: number, isVerified: boolean): void {
    const { message, from, nowMs } = query;
    const introducer = this.#parts.introducerOf(family.family);
    if (introducer === undefined || !asksForItself(message, targetAt)) {
      this.#findNodes(family, query, targetAt);
      return;
    }
    if (!isVerified && !introducer.admits(from, nowMs)) {
      this.#findNodes(family, query, targetAt, NODES_FOR_REPEATERS);
      return;
    }
    this.#findNodes(family, query, targetAt);
    introducer.note(message, from, nowMs);
    if (isVerified) return;
    const found = family.family === 4 ? this.#found4 : this.#found6;
    found.contacts.length = found.count;
    const more = NODES_FOR_NEWCOMERS - found.count;
    introducer.choose(more, found.contacts, message.bytes, message.idAt, nowMs);
    found.count = found.contacts.length;
  }

  /** Finds the nodes that the answer shall name: of the asked family, or of those that `want` lists. */
  #findNodes(
    family: DhtFamily,
    { message, asker }: AskedQuery,
    targetAt: number,
    most: number = this.#parts.settings.k,
  ): void {
    const wantsV4 = message.hasWant ? message.wantsV4 : family.family === 4;
    const wantsV6 = message.hasWant ? message.wantsV6 : family.family === 6;
    this.#table4 = wantsV4 ? this.#parts.familyOf(4)?.table : undefined;
    this.#table6 = wantsV6 ? this.#parts.familyOf(6)?.table : undefined;
    this.#found4.begin(message.bytes, targetAt, most, 0, asker);
    this.#table4?.closest(this.#found4, message.bytes, targetAt);
    this.#found6.begin(message.bytes, targetAt, most, 0, asker);
    this.#table6?.closest(this.#found6, message.bytes, targetAt);
  }

  /** Writes as many of the found nodes as `room` bytes hold, IPv4 first; an empty list where a table has none. */
  #writeNodes(room: number): void {
    const { encoder } = this.#parts;
    let left = room;
    if (this.#table4 !== undefined && left >= NODES_FRAME_BYTES) {
      const count = fittingNodes(this.#found4.count, 4, left);
      encoder.nodes(this.#found4.contacts, count, 4);
      left -= NODES_FRAME_BYTES + count * compactNodeBytes(4);
    }
    if (this.#table6 !== undefined && left >= NODES_FRAME_BYTES) {
      encoder.nodes(this.#found6.contacts, fittingNodes(this.#found6.count, 6, left), 6);
    }
  }

  #countValues(
    family: DhtFamily,
    swarm: StoredSwarm | undefined,
    own: Endpoint | undefined,
    room: number,
    isVerified: boolean,
  ): number {
    const available = (swarm?.count ?? 0) + (own === undefined ? 0 : 1);
    const most = isVerified ? MAX_VALUES_VERIFIED : MAX_VALUES_UNVERIFIED;
    const fitting = Math.floor((room - VALUES_FRAME_BYTES) / valueBytes(family.family));
    return Math.max(0, Math.min(available, most, fitting));
  }

  /** `count` peers from a random one on, ourselves first if we are one. */
  #writeValues(
    swarm: StoredSwarm | undefined,
    own: Endpoint | undefined,
    count: number,
    noSeeds: boolean,
  ): void {
    const { encoder, random } = this.#parts;
    encoder.beginValues();
    let left = count;
    if (own !== undefined) {
      encoder.value(own);
      left--;
    }
    if (swarm !== undefined && left > 0) {
      const first = left < swarm.count ? random.integer(swarm.count) : 0;
      const untilEnd = Math.min(left, swarm.count - first);
      this.#writeRun(swarm, first, first + untilEnd, noSeeds);
      this.#writeRun(swarm, 0, left - untilEnd, noSeeds);
    }
    encoder.endValues();
  }

  /** Peers [`start`, `end`) as they are stored; where seeds are not wanted (BEP 33), without them. */
  #writeRun(swarm: StoredSwarm, start: number, end: number, noSeeds: boolean): void {
    const { encoder } = this.#parts;
    const { encoded, strideBytes } = swarm;
    if (!noSeeds || swarm.seeds === 0) {
      encoder.valuesRun(encoded, start * strideBytes, end * strideBytes);
      return;
    }
    for (let i = start; i < end; i++) {
      if (!swarm.isSeedAt(i)) encoder.valuesRun(encoded, i * strideBytes, (i + 1) * strideBytes);
    }
  }

  /** Ourselves as a peer of the hash, where we announce it and know our address. */
  #ownPeer(family: DhtFamily, message: KrpcMessage): Endpoint | undefined {
    const port = this.#parts.ownAnnounces.portOf(message.bytes, message.infoHashAt);
    const host = port === 0 ? undefined : family.ownHost();
    return host === undefined ? undefined : { host, port, family: family.family };
  }

  #roomFor({ message }: AskedQuery, isVerified: boolean): number {
    const factor = isVerified ? MAX_FACTOR_VERIFIED : MAX_FACTOR_UNVERIFIED;
    const mostBytes = MAX_SENT_BYTES - this.#parts.settings.overheadBytes;
    return Math.min(mostBytes, Math.floor(factor * message.bytes.length));
  }

  /** Bytes of an answer without nodes, token and values. */
  #frameBytes({ message, from }: AskedQuery): number {
    const { version, networkId } = this.#parts.settings;
    const identity = version.length + (networkId.length === 0 ? 0 : NETWORK_FRAME_BYTES + networkId.length);
    return FRAME_BYTES + compactPeerBytes(from.family) + message.transactionLength + identity;
  }

  #isVerified({ asker, from, nowMs }: AskedQuery): boolean {
    if (asker !== undefined && nowMs - asker.lastReplyMs < GOOD_FOR_MS && asker.isAt(from)) return true;
    if (this.#tokenUsers === undefined) return false;
    const usedAtMs = this.#tokenUsers.peek(partyKey(this.#parts.settings.addressProfile, from));
    return usedAtMs !== undefined && nowMs - usedAtMs < GOOD_FOR_MS;
  }
}

/** "d2:ip18:" "1:rd2:id20:" id "e" "1:t64:" "1:v4:" "1:y1:re", without address, transaction and version. */
const FRAME_BYTES = 8 + 11 + 20 + 1 + 6 + 5 + 7;
/** "1:n" and the length of an id. */
const NETWORK_FRAME_BYTES = 6;
/** "6:nodes6304:" */
const NODES_FRAME_BYTES = 12;
/** "6:valuesl" "e" */
const VALUES_FRAME_BYTES = 10;
/** "5:token8:" and the token */
const TOKEN_FIELD_BYTES: number = 9 + TOKEN_BYTES;

/** "3:seqi9007199254740991e" */
const SEQ_FIELD_BYTES = 23;

/** "8:intervali21600e" "3:numi2147483647e" "7:samples400:" */
const SAMPLES_FRAME_BYTES = 17 + 17 + 13;
/** Nodes that samples, items and filters leave room for: half of what find_node names. */
const NODES_BESIDE_LARGE = 4;

/** "4:BFpe256:", "4:BFsd256:" and the filters */
const FILTERS_BYTES: number = 2 * (10 + FILTER_BYTES);

/** A peer as a bencoded string: "6:" or "18:" before it. */
function valueBytes(family: AddressFamily): number {
  return family === 4 ? 8 : 21;
}

/** "1:v", the value, and for mutable items "1:k32:" and "3:sig64:" with what follows. */
function itemBytes({ value, signed }: StoredItem): number {
  const signature = signed === undefined ? 0 : 6 + PUBLIC_KEY_BYTES + 8 + SIGNATURE_BYTES;
  return 3 + value.length + signature;
}

function fittingNodes(count: number, family: AddressFamily, room: number): number {
  return Math.max(0, Math.min(count, Math.floor((room - NODES_FRAME_BYTES) / compactNodeBytes(family))));
}
