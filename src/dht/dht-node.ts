/**
 * A node of the mainline DHT (BEP 5, 32, 42, 43), both sides, as a synchronous engine: datagrams and calls in,
 * datagrams and events out, time and randomness injected. This file wires the parts; each rule stands in its own.
 *
 *   datagram -> decoder -> query -> query-intake -> limits, responder -> datagram
 *                    `---> reply -> reply-intake -> table, votes -> who asked: lookup, keeper, announce, ping
 */
import { toHex } from "../core/bytes.ts";
import type { AddressFamily, Endpoint } from "../core/endpoint.ts";
import { ID_BYTES, type InfoHash, type NodeId, nodeIdFrom } from "../core/ids.ts";
import { invariant } from "../core/invariant.ts";
import type { Clock, DatagramSocket, Random } from "../core/ports.ts";
import { Announcer } from "./announcer.ts";
import { Bootstrapper, type TableCondition } from "./bootstrapper.ts";
import { type DhtConfig, type DhtSettings, settingsFrom } from "./dht-config.ts";
import type { DhtEvent } from "./dht-events.ts";
import { DhtFamily } from "./dht-family.ts";
import type {
  AnnounceHandle,
  AnnounceOptions,
  LookupHandle,
  LookupHandlers,
  PeersLookupOptions,
  PingResult,
} from "./dht-lookups.ts";
import {
  decodeState,
  encodeState,
  MAX_SAVED_CONTACTS,
  type SavedFamily,
  type SavedState,
} from "./dht-state.ts";
import type { DhtState, DhtView } from "./dht-view.ts";
import { KrpcDecoder } from "./krpc-decoder.ts";
import { KrpcEncoder } from "./krpc-encoder.ts";
import { Lookups } from "./lookups.ts";
import { idFitsAddress, nodeIdForAddress } from "./node-id-rules.ts";
import { familyView } from "./node-view.ts";
import { OwnAnnounces } from "./own-announces.ts";
import { PeerStore } from "./peer-store.ts";
import { PingCall } from "./ping-call.ts";
import { QueryIntake } from "./query-intake.ts";
import { limitsOfOurQueries, QueryLimiter } from "./query-limiter.ts";
import { QueryResponder } from "./query-responder.ts";
import { QuerySender } from "./query-sender.ts";
import { type Query, QueryTracker } from "./query-tracker.ts";
import { ReplyIntake } from "./reply-intake.ts";
import { RoutingTable } from "./routing-table.ts";
import { StallTimes } from "./stall-times.ts";
import { TableKeeper } from "./table-keeper.ts";
import { TrafficMeter } from "./traffic-meter.ts";
import { WriteTokens } from "./write-tokens.ts";

/** Expired peers are dropped, and our own connection is judged, this often. */
const HOUSEKEEPING_MS = 60_000;
/** BEP 42 ids follow our address, but not every mood of those who report it (threats DH17). */
const LEAST_BETWEEN_IDS_MS = 10 * 60_000;

export interface DhtNodeOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly config: DhtConfig;
  /** At least one. The owner routes their datagrams here: `handleDatagram`, `handleUnreachable`. */
  readonly sockets: { readonly v4?: DatagramSocket | undefined; readonly v6?: DatagramSocket | undefined };
  readonly onEvent: (event: DhtEvent) => void;
  /** What `exportState` gave an earlier node. Unreadable bytes are a warning, never an error. */
  readonly saved?: Uint8Array | undefined;
}

/** One family with who keeps its table, and whether others have been told that it works. */
interface Member {
  readonly family: DhtFamily;
  readonly keeper: TableKeeper;
  state: "young" | "joined" | "lost";
  lastNewIdMs: number;
}

export class DhtNode {
  readonly #options: DhtNodeOptions;
  readonly #settings: DhtSettings;
  readonly #decoder = new KrpcDecoder();
  readonly #traffic: TrafficMeter;
  readonly #stallTimes = new StallTimes();
  readonly #tracker: QueryTracker;
  readonly #sender: QuerySender;
  readonly #ownAnnounces = new OwnAnnounces();
  readonly #lookups: Lookups;
  readonly #members: readonly Member[];
  readonly #bootstrapper: Bootstrapper;
  readonly #announcer: Announcer;
  readonly #queries: QueryIntake;
  readonly #replies: ReplyIntake;
  readonly #saved: SavedState | undefined;
  #housekeeping: Disposable | undefined;
  #phase: "idle" | "running" | "closed" = "idle";

  constructor(options: DhtNodeOptions) {
    this.#options = options;
    this.#settings = settingsFrom(options.config);
    this.#saved = this.#readSaved();
    const { clock, random, sockets } = options;
    invariant(sockets.v4 !== undefined || sockets.v6 !== undefined, "a node needs a socket");
    const settings = this.#settings;
    const nowMs = clock.nowMs();
    const tracker = new QueryTracker(clock, random, settings.addressProfile, (query) =>
      this.#noteSilence(query),
    );
    const traffic = new TrafficMeter(nowMs);
    const encoder = new KrpcEncoder(settings);
    const { addressProfile } = settings;
    const limiter = new QueryLimiter(limitsOfOurQueries(addressProfile), addressProfile, random);
    const stallTimes = this.#stallTimes;
    const sender = new QuerySender({ clock, tracker, encoder, stallTimes, traffic, limiter });
    this.#tracker = tracker;
    this.#traffic = traffic;
    this.#sender = sender;
    const families = this.#newFamilies();
    this.#lookups = new Lookups({
      clock,
      settings,
      families,
      sender,
      bootstrapOf: (family) => this.#bootstrapper.addressesOf(family),
      expectsContacts: () => this.#expectsContacts(),
    });
    this.#members = families.map((family) => this.#newMember(family));
    this.#bootstrapper = new Bootstrapper({
      clock,
      keeperOf: (family) => this.#memberOf(family)?.keeper,
      condition: () => this.#condition(),
      emit: (event) => this.#emit(event),
    });
    const ownAnnounces = this.#ownAnnounces;
    this.#announcer = new Announcer({ clock, random, lookups: this.#lookups, sender, ownAnnounces });
    this.#queries = new QueryIntake({
      settings,
      random,
      traffic,
      responder: new QueryResponder({
        settings,
        encoder,
        random,
        tokens: new WriteTokens(random, nowMs),
        ownAnnounces,
        familyOf: (family) => this.#memberOf(family)?.family,
      }),
      onCandidate: (family) => this.#candidateAppeared(family),
    });
    this.#replies = new ReplyIntake(
      { tracker, stallTimes, traffic, onOwnAddress: (family) => this.#ownAddressAgreed(family) },
      nowMs,
    );
  }

  /** Begins maintenance and asks the saved contacts. Queries are answered even before. */
  start(): void {
    if (this.#phase !== "idle") return;
    this.#phase = "running";
    const savedCount = this.#members.reduce((sum, member) => sum + this.#restore(member), 0);
    this.#bootstrapper.start(this.#options.config.bootstrapEndpoints ?? [], savedCount > 0);
    for (const { family, keeper } of this.#members) {
      if (family.table.size > 0 || family.table.hasReserves) keeper.join();
    }
    this.#housekeeping = this.#options.clock.setTimer(HOUSEKEEPING_MS, this.#onHousekeeping);
  }

  /** A datagram that begins with `d`, borrowed for the call. Never throws on input; sends at most one answer. */
  handleDatagram(payload: Uint8Array, from: Endpoint): void {
    const family = this.#memberOf(from.family)?.family;
    if (this.#phase === "closed" || family === undefined) return;
    this.#traffic.totals.bytesIn += payload.length;
    if (this.#decoder.decode(payload) !== undefined) {
      this.#traffic.totals.malformedIn++;
      return;
    }
    const message = this.#decoder.message;
    const nowMs = this.#options.clock.nowMs();
    if (message.kind === "query") {
      this.#queries.take(family, message, from, nowMs);
      return;
    }
    this.#replies.take(family, message, from, nowMs);
    this.#afterReply(from.family);
  }

  /** The network said that `to` cannot be reached: queries to it fail at once. */
  handleUnreachable(to: Endpoint): void {
    for (const query of this.#tracker.takeAllTo(to)) {
      this.#noteSilence(query);
      query.owner.queryFailed(query, "unreachable");
    }
    this.#lookups.wake();
  }

  /** Asks these nodes for our neighbourhood; addresses are resolved by the caller. May be called again, or with nothing. */
  bootstrap(endpoints: readonly Endpoint[]): void {
    if (this.#phase === "closed") return;
    this.#bootstrapper.ask(endpoints);
    this.#lookups.wake();
  }

  /** The machine woke up or its network changed: contacts are asked anew, announces repeated within a minute. */
  networkChanged(): void {
    if (this.#phase !== "running") return;
    for (const query of this.#tracker.takeAll()) query.owner.queryFailed(query, "closed");
    for (const { family, keeper } of this.#members) {
      family.votes.clear();
      keeper.rejoin();
    }
    this.#bootstrapper.lookAgain();
    this.#announcer.networkChanged();
  }

  /** Finds peers of `infoHash` and streams them (get_peers). */
  lookupPeers(infoHash: InfoHash, options: PeersLookupOptions): LookupHandle {
    const { noSeeds = false, onEnd } = options;
    return this.#lookups.start(
      { target: infoHash.slice(), purpose: "get-peers", noSeeds, needsToken: false, handlers: options },
      ({ result }) => onEnd?.(result),
    );
  }

  /** Finds the nodes closest to `target` (find_node). */
  findNode(target: NodeId | InfoHash, handlers: LookupHandlers): LookupHandle {
    return this.#lookups.start(
      { target: target.slice(), purpose: "find-node", noSeeds: false, needsToken: false, handlers },
      ({ result }) => handlers.onEnd?.(result),
    );
  }

  /** A lookup, then announce_peer to the closest nodes that gave a token; again every 15 minutes until stopped. */
  announce(infoHash: InfoHash, options: AnnounceOptions): AnnounceHandle {
    invariant(options.port >= 1 && options.port <= 0xffff, `announce of port ${options.port}`);
    return this.#announcer.start(infoHash, options);
  }

  /** Asks one node whether it is there. The result comes after the call has returned. */
  ping(endpoint: Endpoint, onResult: (result: PingResult) => void): void {
    const family = this.#memberOf(endpoint.family)?.family;
    const addressee = { to: endpoint, expectedId: undefined, owner: new PingCall(onResult) };
    if (family === undefined || this.#sender.ping(family, addressee) !== "sent")
      this.#options.clock.setTimer(0, () => onResult({ ok: false, reason: "refused" }));
  }

  view(): DhtView {
    const nowMs = this.#options.clock.nowMs();
    const viewOf = (family: AddressFamily) => {
      const member = this.#memberOf(family);
      return member === undefined ? null : familyView(member.family, nowMs);
    };
    return {
      state: this.#state(),
      nodeId: toHex(this.#first.family.table.localNodeId),
      v4: viewOf(4),
      v6: viewOf(6),
      readOnly: this.#settings.readOnly,
      ...this.#traffic.rates(nowMs),
      totals: { ...this.#traffic.totals },
      answeredRatio: this.#traffic.answeredRatio(),
      medianRttMs: this.#stallTimes.medianMs ?? null,
      outstandingQueries: this.#tracker.size,
      activeLookups: this.#lookups.running,
      waitingLookups: this.#lookups.waiting,
      announcedHashes: this.#announcer.size,
      lookups: this.#lookups.views(),
    };
  }

  /** Ids and contacts as bencoded bytes for the next start; holds no path and no key. */
  exportState(): Uint8Array {
    return encodeState({ 4: this.#export(4), 6: this.#export(6) });
  }

  /** Ends lookups, announces and timers. The sockets stay open: they are the owner's. */
  close(): void {
    if (this.#phase === "closed") return;
    this.#phase = "closed";
    this.#housekeeping?.[Symbol.dispose]();
    for (const { keeper } of this.#members) keeper.close();
    this.#bootstrapper.close();
    this.#announcer.close();
    this.#tracker.takeAll();
    this.#lookups.close();
  }

  #memberOf(family: AddressFamily): Member | undefined {
    for (const member of this.#members) if (member.family.family === family) return member;
    return undefined;
  }

  get #first(): Member {
    const [first] = this.#members;
    invariant(first !== undefined, "a node without a socket");
    return first;
  }

  #newFamilies(): DhtFamily[] {
    const { sockets, random } = this.#options;
    const settings = this.#settings;
    const freshId = nodeIdFrom(random.bytes(ID_BYTES));
    return [sockets.v4, sockets.v6].flatMap((socket) => {
      if (socket === undefined) return [];
      const { family } = socket.local;
      const table = new RoutingTable({
        localNodeId: settings.fixedNodeId ?? this.#saved?.[family].nodeId ?? freshId,
        family,
        addressProfile: settings.addressProfile,
        k: settings.k,
        farBucketWidths: settings.farBucketWidths,
      });
      const store = new PeerStore({
        family,
        limitsByAddress: settings.addressProfile === "public",
        maxHashes: settings.maxStoredHashes,
        maxPeers: settings.maxStoredPeers,
        random,
      });
      return [new DhtFamily(socket, table, store, settings.addressProfile)];
    });
  }

  #newMember(family: DhtFamily): Member {
    const { clock, random } = this.#options;
    const other = (): Member | undefined => this.#memberOf(family.family === 4 ? 6 : 4);
    const keeper = new TableKeeper({
      clock,
      random,
      family,
      sender: this.#sender,
      lookups: this.#lookups,
      k: this.#settings.k,
      hasQuarantine: this.#settings.addressProfile === "public",
      hearOther: (message) => other()?.keeper.hear(message),
      otherNeedsNodes: () => (other()?.family.table.size ?? this.#settings.k) < this.#settings.k,
      onJoined: () => this.#joined(family.family),
    });
    return { family, keeper, state: "young", lastNewIdMs: Number.NEGATIVE_INFINITY };
  }

  #readSaved(): SavedState | undefined {
    const { saved, clock } = this.#options;
    if (saved === undefined) return undefined;
    const state = decodeState(saved);
    if (state.ok) return state.value;
    clock.setTimer(0, () =>
      this.#emit({ kind: "warning", code: "dht-state-unreadable", message: state.fault.message }),
    );
    return undefined;
  }

  /** Puts the saved contacts in reserve: they count as live when they have answered. Answers how many were taken. */
  #restore({ family }: Member): number {
    let restored = 0;
    const nowMs = this.#options.clock.nowMs();
    for (const { id, endpoint } of this.#saved?.[family.family].contacts ?? []) {
      if (family.table.heard(id, endpoint, nowMs, "named")) restored++;
    }
    return restored;
  }

  /** Live contacts, good ones first, then those in reserve: a start without a network forgets nobody. */
  #export(of: AddressFamily): SavedFamily {
    const table = this.#memberOf(of)?.family.table;
    if (table === undefined) return this.#saved?.[of] ?? { nodeId: undefined, contacts: [] };
    const live = [...table.contacts()].sort(
      (a, b) => a.failures - b.failures || a.lastReplyMs - b.lastReplyMs,
    );
    return {
      nodeId: table.localNodeId,
      contacts: [...live, ...table.reserves()].slice(0, MAX_SAVED_CONTACTS),
    };
  }

  #noteSilence(query: Query): void {
    const member = this.#memberOf(query.to.family);
    this.#replies.noteSilence(member?.family, query, this.#options.clock.nowMs());
    this.#lookups.wake();
  }

  #afterReply(of: AddressFamily): void {
    const member = this.#memberOf(of);
    if (member !== undefined && this.#phase === "running" && member.family.table.size > 0) {
      if (member.state === "lost") {
        member.state = "young";
        member.keeper.rejoin();
      } else if (member.keeper.phase === "empty") member.keeper.join();
    }
    this.#lookups.wake();
  }

  #candidateAppeared(family: DhtFamily): void {
    if (this.#phase === "running") this.#memberOf(family.family)?.keeper.reserveGrew();
  }

  #joined(of: AddressFamily): void {
    const member = this.#memberOf(of);
    if (member === undefined) return;
    this.#announcer.contactsAppeared();
    if (member.state === "joined") return;
    member.state = "joined";
    this.#emit({ kind: "joined", family: of, contacts: member.family.table.size });
  }

  readonly #onHousekeeping = (): void => {
    const nowMs = this.#options.clock.nowMs();
    this.#housekeeping = this.#options.clock.setTimer(HOUSEKEEPING_MS, this.#onHousekeeping);
    for (const member of this.#members) {
      member.family.store.sweep(nowMs);
      if (member.state === "joined" && !this.#isUsable(member)) this.#lose(member);
    }
  };

  #isUsable({ family }: Member): boolean {
    if (this.#replies.isCutOff(this.#options.clock.nowMs())) return false;
    for (const contact of family.table.contacts()) if (contact.failures === 0) return true;
    return false;
  }

  #lose(member: Member): void {
    member.state = "lost";
    if (member.family.table.size === 0) member.keeper.becomeEmpty();
    this.#bootstrapper.lookAgain();
    this.#emit({ kind: "lost", family: member.family.family });
  }

  /** How well the better of our tables is. */
  #condition(): TableCondition {
    const usable = this.#members.filter((member) => this.#isUsable(member));
    if (usable.length === 0) return "empty";
    return this.#members.every((member) => member.family.table.size >= this.#settings.k) ? "well" : "small";
  }

  #expectsContacts(): boolean {
    return this.#bootstrapper.isHopeful || this.#members.some((member) => member.keeper.phase === "joining");
  }

  #state(): DhtState {
    if (this.#phase !== "running") return this.#phase;
    if (this.#members.some((member) => member.state === "joined")) return "joined";
    if (this.#members.some((member) => member.state === "lost")) return "lost";
    return this.#members.some((member) => member.family.table.size > 0) ? "joining" : "bootstrapping";
  }

  /** Others agree on our address: in `public`, our id should fit it (BEP 42). */
  #ownAddressAgreed(family: DhtFamily): void {
    const member = this.#memberOf(family.family);
    const { host } = family.votes;
    if (member === undefined || host === undefined) return;
    this.#emit({ kind: "external-address", family: family.family, host });
    const nowMs = this.#options.clock.nowMs();
    const mayChange =
      this.#settings.addressProfile === "public" &&
      this.#settings.fixedNodeId === undefined &&
      nowMs - member.lastNewIdMs >= LEAST_BETWEEN_IDS_MS;
    if (!mayChange || idFitsAddress(family.table.localNodeId, { host })) return;
    member.lastNewIdMs = nowMs;
    const nodeId = nodeIdForAddress(host, this.#options.random);
    family.table.rebase(nodeId, nowMs);
    member.keeper.rejoin();
    this.#emit({ kind: "node-id-changed", family: family.family, nodeId });
  }

  #emit(event: DhtEvent): void {
    if (this.#phase !== "closed") this.#options.onEvent(event);
  }
}
