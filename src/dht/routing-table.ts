/**
 * The routing table of one address family (BEP 5, "Routing Table"; Maymounkov & Mazières 2002, section 2.4).
 *
 * `k-bucket` holds the tree of live contacts; everything that is policy stands here, in front of it. The tree
 * never sees a contact that has not answered us from the very address asked, with the transaction we chose and the
 * id we expected. Its own `closest` is not used: it compares distances as floating-point numbers, which tie beyond
 * 53 bits, and allocates a sorted copy per call; `closest` here walks the same tree and is exact.
 *
 * A bucket is a depth: the contacts that share exactly that many leading bits with our id. The tree splits towards
 * our id as it fills; the width of a bucket is enforced before it is asked to add. The far buckets, which most
 * lookups begin in, are wider than the others (libtorrent, pymdht).
 *
 *   heard of -> replacement -> (asked, answered) -> live, or replacement while the bucket is full
 *   live -> failed once: not handed out; replaced if someone verified waits -> failed MAX_FAILURES times: forgotten
 */
import { type AddressProfile, mayContact, partyKey, subnetKey } from "../core/address-profile.ts";
import { equalBytes } from "../core/bytes.ts";
import { sharedPrefixBits } from "../core/distance.ts";
import type { AddressFamily, Endpoint } from "../core/endpoint.ts";
import { ID_BYTES, type NodeId } from "../core/ids.ts";
import { Bucket } from "./bucket.ts";
import type { ClosestContacts } from "./closest-contacts.ts";
import { addressBits, readInt32 } from "./compact-address.ts";
import { Contact } from "./contact.ts";
import { ContactList } from "./contact-list.ts";
import { victimFor } from "./contact-rank.ts";
import { ContactTree, leafAt } from "./contact-tree.ts";
import type { DhtTuning } from "./dht-tuning.ts";
import type { KeyedIds } from "./keyed-ids.ts";
import { idFitsAddress } from "./node-id-rules.ts";

/** BEP 5 suggests one more try after the first failure; we allow two, for lost packets. */
export const MAX_FAILURES = 3;

/** Nobody shares more bits with us by chance; who claims to is remembered only after it answered. */
const DEEPEST_RESERVE = 40;

export interface RoutingTableOptions {
  readonly localNodeId: NodeId;
  /** Which ids may be kept; absent: all. */
  readonly ids?: KeyedIds | undefined;
  readonly family: AddressFamily;
  readonly addressProfile: AddressProfile;
  /** Contacts per bucket, but for the far ones. */
  readonly k: number;
  readonly tuning: Pick<DhtTuning, "farBucketWidths" | "prefixSlots" | "prefersNear" | "replacements">;
}

export type Admission =
  /** Known at this address: its times are renewed. */
  | "renewed"
  | "added"
  /** Took the place of a contact that failed, or whose id does not fit its address. */
  | "replaced"
  /** Its bucket is full of others as good. */
  | "reserved"
  /** Ours, not allowed by the profile or not of the network, or in the place of another: same id elsewhere, same address, same network. */
  | "refused";

export class RoutingTable {
  readonly #options: RoutingTableOptions;
  #localId: NodeId;
  #tree: ContactTree;
  /** By depth; sparse. */
  readonly #buckets: (Bucket | undefined)[] = [];
  /** The same contacts as in the tree, sorted by id. */
  readonly #list = new ContactList();

  constructor(options: RoutingTableOptions) {
    this.#options = options;
    this.#localId = options.localNodeId;
    this.#tree = new ContactTree(options.localNodeId, options.k);
  }

  /** Whether ids follow from the network's keys, and not from addresses. */
  get hasKeyedIds(): boolean {
    return this.#options.ids?.areKeyed === true;
  }

  /** Whether the id at `idAt` of `bytes` may be one of this network's. */
  isGenuine(bytes: Uint8Array, idAt: number): boolean {
    return this.#options.ids === undefined || this.#options.ids.isGenuine(bytes, idAt);
  }

  get localNodeId(): NodeId {
    return this.#localId;
  }

  /** Live contacts. */
  get size(): number {
    return this.#list.size;
  }

  /** Depth of the deepest bucket that holds anything, -1 for an empty table. */
  get deepest(): number {
    return this.#buckets.length - 1;
  }

  bucketAt(depth: number): Bucket | undefined {
    return this.#buckets[depth];
  }

  capacityAt(depth: number): number {
    return this.#options.tuning.farBucketWidths[depth] ?? this.#options.k;
  }

  /** Every live contact, in no useful order. */
  contacts(): IterableIterator<Contact> {
    return this.#list.contacts();
  }

  get hasReserves(): boolean {
    return this.#buckets.some((bucket) => bucket !== undefined && bucket.replacements.length > 0);
  }

  /** Everybody in reserve, farthest buckets first. */
  *reserves(): Generator<Contact> {
    for (const bucket of this.#buckets) if (bucket !== undefined) yield* bucket.replacements;
  }

  /** The live contact with the id at `idAt` of `bytes`. */
  find(bytes: Uint8Array, idAt: number): Contact | undefined {
    return this.#list.find(bytes, idAt);
  }

  /** Whether this very contact is live. */
  has(contact: Contact): boolean {
    return this.#list.has(contact);
  }

  /** Fills `found` with the live contacts nearest to the id at `targetAt`; equals sorting all by distance. */
  closest(found: ClosestContacts, target: Uint8Array, targetAt: number): void {
    this.#list.closest(found, target, targetAt);
  }

  /** A node answered as it must; `id` is copied by the caller where it lives longer than the datagram. */
  answered(id: NodeId, address: Endpoint, nowMs: number, rttMs: number): Admission {
    const known = this.find(id, 0);
    if (known !== undefined) {
      if (!known.isAt(address)) return "refused";
      known.noteReply(nowMs, rttMs);
      return "renewed";
    }
    if (!this.#isAcceptable(id, address)) return "refused";
    const depth = sharedPrefixBits(this.#localId, id);
    const contact = this.#reserved(depth, id, address) ?? this.#newContact(id, address, depth);
    contact.noteReply(nowMs, rttMs);
    return this.#admit(contact, nowMs);
  }

  /** A node was named by another, asked us, or was saved: keeps it in reserve if its bucket needs somebody. */
  heard(id: NodeId, address: Endpoint, nowMs: number, how: "named" | "asked-us" | "saved"): boolean {
    const isWanted = how === "saved" || this.needs(id, 0);
    if (!isWanted || this.find(id, 0) !== undefined || !this.#isAcceptable(id, address)) return false;
    const depth = sharedPrefixBits(this.#localId, id);
    if (this.#neighbourAt(address) !== undefined) return false;
    if (this.#reserved(depth, id, address) !== undefined) return false;
    const contact = this.#newContact(id, address, depth);
    if (how === "asked-us") contact.noteQuery(nowMs);
    return this.#bucket(depth, nowMs).reserve(contact, this.capacityAt(depth));
  }

  /** Whether the id at `idAt` is of use: its bucket has room, or few wait for a place in it. */
  needs(bytes: Uint8Array, idAt: number): boolean {
    const depth = this.#depthOf(bytes, idAt);
    if (depth > DEEPEST_RESERVE) return false;
    const bucket = this.#buckets[depth];
    if (bucket === undefined) return true;
    const waiting = bucket.replacements.length;
    return waiting < this.#options.k * (bucket.count < this.capacityAt(depth) ? 2 : 0.5);
  }

  /** `contact` did not answer. `isOurFault`: nobody answers, so nobody is forgotten for it. */
  failed(contact: Contact, nowMs: number, isOurFault: boolean): void {
    contact.failures = isOurFault ? Math.max(1, contact.failures) : contact.failures + 1;
    const bucket = this.#buckets[contact.depth];
    if (bucket === undefined) return;
    if (!this.has(contact)) {
      if (contact.failures > 1) bucket.release(contact);
      return;
    }
    const replacement = isOurFault ? undefined : bucket.bestVerified(nowMs);
    if (replacement === undefined && contact.failures < MAX_FAILURES) return;
    this.#remove(contact);
    if (replacement !== undefined) this.#admit(replacement, nowMs);
  }

  /** The address of `contact` answers with another id now: it is no longer who we knew. */
  forget(contact: Contact, nowMs: number): void {
    const bucket = this.#buckets[contact.depth];
    if (!this.has(contact)) {
      bucket?.release(contact);
      return;
    }
    this.#remove(contact);
    const replacement = bucket?.bestVerified(nowMs);
    if (replacement !== undefined) this.#admit(replacement, nowMs);
  }

  /** We have a new id: the same contacts, sorted around it. Those whose bucket is full now wait in reserve. */
  rebase(localNodeId: NodeId, nowMs: number): void {
    const contacts = [...this.#list.contacts()];
    this.#localId = localNodeId;
    this.#tree = new ContactTree(localNodeId, this.#options.k);
    this.#list.clear();
    this.#buckets.length = 0;
    for (const contact of contacts) {
      if (contact.hasId(localNodeId, 0)) continue;
      contact.depth = sharedPrefixBits(localNodeId, contact.id);
      this.#admit(contact, nowMs);
    }
  }

  #depthOf(bytes: Uint8Array, idAt: number): number {
    const difference = readInt32(bytes, idAt) ^ readInt32(this.#localId, 0);
    return difference !== 0
      ? Math.clz32(difference)
      : sharedPrefixBits(this.#localId, bytes.subarray(idAt, idAt + ID_BYTES));
  }

  #newContact(id: NodeId, address: Endpoint, depth: number): Contact {
    const contact = new Contact(id, address, idFitsAddress(id, address));
    contact.depth = depth;
    return contact;
  }

  #isAcceptable(id: NodeId, address: Endpoint): boolean {
    if (address.family !== this.#options.family || equalBytes(id, this.#localId)) return false;
    return mayContact(this.#options.addressProfile, address) && this.isGenuine(id, 0);
  }

  #reserved(depth: number, id: NodeId, address: Endpoint): Contact | undefined {
    return this.#buckets[depth]?.replacements.find((it) => it.hasId(id, 0) && it.isAt(address));
  }

  #bucket(depth: number, nowMs: number): Bucket {
    let bucket = this.#buckets[depth];
    if (bucket === undefined) {
      while (this.#buckets.length < depth) this.#buckets.push(undefined);
      bucket = new Bucket(nowMs);
      this.#buckets[depth] = bucket;
    }
    return bucket;
  }

  /** A verified contact that is not live yet. */
  #admit(contact: Contact, nowMs: number): Admission {
    const bucket = this.#bucket(contact.depth, nowMs);
    bucket.release(contact);
    if (!this.#makesWay(this.#neighbourOf(contact), contact)) return "refused";
    if (!this.#makesWay(this.#sharerOfSubnet(contact), contact)) return "refused";
    if (bucket.count < this.capacityAt(contact.depth)) {
      this.#insert(contact, nowMs);
      return "added";
    }
    const { tuning, k } = this.#options;
    const incumbents = this.#contactsAt(contact.depth);
    const victim = victimFor(contact, incumbents, this.capacityAt(contact.depth), tuning, nowMs);
    if (victim === undefined) {
      if (tuning.replacements) bucket.reserve(contact, k);
      return "reserved";
    }
    this.#remove(victim);
    this.#insert(contact, nowMs);
    return "replaced";
  }

  /**
   * Whether `incumbent`, who stands where only one may, lets `newcomer` in: not while it answers, unless it has the
   * very address of the newcomer, who answered from there just now.
   */
  #makesWay(incumbent: Contact | undefined, newcomer: Contact): boolean {
    if (incumbent === undefined) return true;
    if (incumbent.failures === 0 && !incumbent.isAtSameAddress(newcomer)) return false;
    this.#remove(incumbent);
    return true;
  }

  /** The live contact that is the same party: one per address in `public`, else per address and port. */
  #neighbourAt(address: Endpoint): Contact | undefined {
    const isOneForAll = this.#options.addressProfile === "public" && address.family === 4;
    const bits = addressBits(address);
    return this.#list.findAt(bits, (contact) => isOneForAll || this.#isSameParty(contact, address));
  }

  #neighbourOf(contact: Contact): Contact | undefined {
    return this.#options.addressProfile === "public" && !contact.isIpv6
      ? this.#list.findAt(contact.addressBits, () => true)
      : this.#neighbourAt(contact.endpoint);
  }

  #isSameParty({ endpoint }: Contact, address: Endpoint): boolean {
    const { addressProfile } = this.#options;
    return partyKey(addressProfile, endpoint) === partyKey(addressProfile, address);
  }

  /** In `public`, one contact per /24 (/64) and bucket: the live one that shares it with `contact`. */
  #sharerOfSubnet(contact: Contact): Contact | undefined {
    if (this.#options.addressProfile !== "public") return undefined;
    return this.#contactsAt(contact.depth).find((other) => other !== contact && sharesSubnet(other, contact));
  }

  /** Live contacts of one depth: a leaf beside our path in the tree, or part of the leaf that holds our own id. */
  #contactsAt(depth: number): Contact[] {
    return leafAt(this.#tree.root, this.#localId, depth).filter((contact) => contact.depth === depth);
  }

  #insert(contact: Contact, nowMs: number): void {
    const bucket = this.#bucket(contact.depth, nowMs);
    bucket.count++;
    bucket.lastRefreshMs = nowMs;
    this.#list.add(contact);
    this.#tree.numberOfNodesPerKBucket = this.capacityAt(contact.depth);
    this.#tree.add(contact);
  }

  #remove(contact: Contact): void {
    const bucket = this.#buckets[contact.depth];
    if (bucket !== undefined) bucket.count--;
    this.#list.remove(contact);
    this.#tree.remove(contact.id);
  }
}

function sharesSubnet(a: Contact, b: Contact): boolean {
  if (!a.isIpv6 || !b.isIpv6) return a.addressBits >>> 8 === b.addressBits >>> 8;
  return subnetKey(a.endpoint) === subnetKey(b.endpoint);
}
