/**
 * A node of the mainline DHT (BEP 5, 32, 33, 42, 43, 44, 51), both sides, as a synchronous engine: datagrams and calls in,
 * datagrams and events out, time and randomness injected. This file wires the parts; each rule stands in its own.
 *
 *   datagram -> decoder -> query -> query-intake -> limits, responder -> datagram
 *                    `---> reply -> reply-intake -> table, votes -> who asked: lookup, keeper, announce, ping
 */
import { toHex } from "../core/bytes.ts";
import type { AddressFamily, Endpoint } from "../core/endpoint.ts";
import type { InfoHash, NodeId } from "../core/ids.ts";
import { invariant } from "../core/invariant.ts";
import type { Clock, DatagramSocket, Random } from "../core/ports.ts";
import { Announcer } from "./announcer.ts";
import { AskedHosts } from "./asked-hosts.ts";
import { Bootstrapper, type TableCondition } from "./bootstrapper.ts";
import { type DhtConfig, type DhtSettings, settingsFrom } from "./dht-config.ts";
import type { DhtEvent } from "./dht-events.ts";
import { DhtFamily } from "./dht-family.ts";
import type {
  AnnounceHandle,
  AnnounceOptions,
  FoundNode,
  ItemGetResult,
  ItemPutResult,
  LookupHandle,
  LookupHandlers,
  NewItem,
  PeersLookupOptions,
  PingResult,
  SampleResult,
  ScrapeOptions,
} from "./dht-lookups.ts";
import { decodeState, encodeState, type SavedFamily, type SavedState } from "./dht-state.ts";
import type { DhtState, DhtView } from "./dht-view.ts";
import { Introducer } from "./introducer.ts";
import { type ItemExchangeParts, startGet, startPut } from "./item-exchange.ts";
import { itemToPut, type VerifySignature } from "./item-rules.ts";
import { KeyedIds } from "./keyed-ids.ts";
import { KrpcDecoder } from "./krpc-decoder.ts";
import { KrpcEncoder } from "./krpc-encoder.ts";
import { LookupExperience } from "./lookup-experience.ts";
import { Lookups } from "./lookups.ts";
import { Member } from "./member.ts";
import { NewFlowBudget } from "./new-flow-budget.ts";
import { familyView } from "./node-view.ts";
import { OwnAnnounces } from "./own-announces.ts";
import { PingCall } from "./ping-call.ts";
import { QueryIntake } from "./query-intake.ts";
import { limitsOfOurQueries, QueryLimiter } from "./query-limiter.ts";
import { QueryResponder } from "./query-responder.ts";
import { QuerySender } from "./query-sender.ts";
import { type Query, QueryTracker } from "./query-tracker.ts";
import { ReplyIntake } from "./reply-intake.ts";
import { SampleCall } from "./sample-call.ts";
import { startScrape } from "./scraper.ts";
import { StallTimes } from "./stall-times.ts";
import { TableKeeper } from "./table-keeper.ts";
import { TrafficMeter } from "./traffic-meter.ts";
import { WriteTokens } from "./write-tokens.ts";

/** Our own connection is judged this often; peers that expired are dropped every few times, and a lost contact is asked. */
const HEARTBEAT_MS = 10_000;
const BEATS_PER_SWEEP = 6;
/** A heartbeat that comes so late means that the machine slept (threats PR11). */
const SLEPT_MS = 3 * HEARTBEAT_MS;
/** Members whose ids were made with a key that was given up take new ones within this: not all at once. */
const NEW_ID_WITHIN_MS = 30_000;

export interface DhtNodeOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly config: DhtConfig;
  /** At least one. The owner routes their datagrams here: `handleDatagram`, `handleUnreachable`. */
  readonly sockets: { readonly v4?: DatagramSocket | undefined; readonly v6?: DatagramSocket | undefined };
  readonly onEvent: (event: DhtEvent) => void;
  /** What `exportState` gave an earlier node. Unreadable bytes are a warning, never an error. */
  readonly saved?: Uint8Array | undefined;
  /** Ed25519, for the mutable items of others (BEP 44). Without it they are refused. */
  readonly verifySignature?: VerifySignature | undefined;
}

export class DhtNode {
  readonly #options: DhtNodeOptions;
  readonly #settings: DhtSettings;
  readonly #ids: KeyedIds;
  readonly #decoder = new KrpcDecoder();
  readonly #traffic: TrafficMeter;
  readonly #stallTimes: StallTimes;
  readonly #experience = new LookupExperience();
  readonly #tracker: QueryTracker;
  readonly #asked: AskedHosts | undefined;
  readonly #sender: QuerySender;
  readonly #ownAnnounces = new OwnAnnounces();
  readonly #lookups: Lookups;
  readonly #members: readonly Member[];
  readonly #bootstrapper: Bootstrapper;
  readonly #announcer: Announcer;
  readonly #queries: QueryIntake;
  readonly #replies: ReplyIntake;
  readonly #saved: SavedState | undefined;
  #heartbeat: Disposable | undefined;
  #lastBeatMs = 0;
  #beats = 0;
  #phase: "idle" | "running" | "closed" = "idle";

  constructor(options: DhtNodeOptions) {
    this.#options = options;
    this.#settings = settingsFrom(options.config);
    this.#ids = new KeyedIds(options.config.idKeys ?? []);
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
    const stallTimes = new StallTimes(settings.tuning.stallMs);
    this.#stallTimes = stallTimes;
    const { newFlowsPerMinute } = settings.tuning;
    const isAtHome = settings.hasLimits && addressProfile === "public" && newFlowsPerMinute > 0;
    const flows = isAtHome ? new NewFlowBudget(newFlowsPerMinute) : undefined;
    const asked = settings.watchesReach ? new AskedHosts() : undefined;
    this.#asked = asked;
    const experience = this.#experience;
    const sender = new QuerySender({ clock, tracker, encoder, stallTimes, traffic, limiter, flows, asked });
    this.#tracker = tracker;
    this.#traffic = traffic;
    this.#sender = sender;
    const families = this.#newFamilies();
    this.#lookups = new Lookups({
      clock,
      settings,
      families,
      sender,
      experience,
      bootstrapOf: (family) => this.#bootstrapper.addressesOf(family),
      expectsContacts: () => this.#expectsContacts(),
    });
    this.#members = families.map((family) => this.#newMember(family, encoder));
    this.#bootstrapper = new Bootstrapper({
      clock,
      keeperOf: (family) => this.#memberOf(family)?.keeper,
      condition: () => this.#condition(),
      emit: (event) => this.#emit(event),
    });
    const ownAnnounces = this.#ownAnnounces;
    this.#announcer = new Announcer({
      clock,
      random,
      lookups: this.#lookups,
      sender,
      ownAnnounces,
      jitter: settings.tuning.announceJitter,
    });
    this.#queries = new QueryIntake({
      settings,
      random,
      traffic,
      asked,
      responder: new QueryResponder({
        settings,
        encoder,
        random,
        tokens: new WriteTokens(random, nowMs),
        ownAnnounces,
        verifySignature: options.verifySignature,
        familyOf: (family) => this.#memberOf(family)?.family,
        introducerOf: (family) => this.#memberOf(family)?.introducer,
      }),
      onCandidate: (family) => this.#candidateAppeared(family),
    });
    this.#replies = new ReplyIntake(
      {
        tracker,
        stallTimes,
        traffic,
        loss: experience.loss,
        onOwnAddress: (family) => this.#ownAddressAgreed(family),
      },
      nowMs,
    );
  }

  /** Begins maintenance and asks the saved contacts. Queries are answered even before. */
  start(): void {
    if (this.#phase !== "idle") return;
    this.#phase = "running";
    let restored = 0;
    for (const member of this.#members) {
      const { contacts = [], introductions = [] } = this.#saved?.[member.family.family] ?? {};
      restored += member.restore(contacts, this.#options.clock.nowMs());
      member.join();
      member.introducer?.restore(introductions);
      member.introducer?.start();
    }
    this.#bootstrapper.start(this.#options.config.bootstrapEndpoints ?? [], restored > 0);
    this.#lastBeatMs = this.#options.clock.nowMs();
    this.#heartbeat = this.#options.clock.setTimer(HEARTBEAT_MS, this.#onHeartbeat);
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
    if (!message.isOf(this.#settings.networkId)) {
      this.#traffic.totals.foreignIn++;
      return;
    }
    const nowMs = this.#options.clock.nowMs();
    if (message.kind === "query") {
      this.#queries.take(family, message, from, nowMs);
      return;
    }
    const member = this.#memberOf(from.family);
    if (message.kind === "reply" && member?.introducer?.takeReply(message, from, nowMs) === true) {
      this.#traffic.totals.repliesIn++;
      return;
    }
    this.#replies.take(family, message, from, nowMs);
    if (this.#phase === "running") member?.replyCame();
    this.#lookups.wake();
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

  /**
   * The machine woke up or its network changed: contacts are asked anew, announces repeated within a minute. Gaps of
   * the monotonic clock are noticed by the node itself; where it stands still during sleep, the owner has to tell.
   */
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

  /**
   * The network has these keys for ids from now on; see `DhtConfig.idKeys`. Contacts stay; who of us has an id that none of them made
   * takes a new one within half a minute.
   */
  takeIdKeys(keys: readonly Uint8Array[]): void {
    if (this.#phase === "closed") return;
    this.#ids.replace(keys);
    const { clock, random } = this.#options;
    clock.setTimer(random.integer(NEW_ID_WITHIN_MS), () => this.#replaceIds());
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

  /** Finds the item at `target` (BEP 44); for a mutable one the salt that the target was made with. */
  getItem(
    target: Uint8Array,
    salt: Uint8Array | undefined,
    onEnd: (result: ItemGetResult) => void,
  ): LookupHandle {
    const wanted = { target, salt: salt ?? new Uint8Array(0) };
    return startGet(this.#itemParts(), wanted, onEnd);
  }

  /** Stores an item on the closest nodes (BEP 44). It lives two hours there: put it again every hour. */
  putItem(newItem: NewItem, onEnd: (result: ItemPutResult) => void): LookupHandle {
    return startPut(this.#itemParts(), itemToPut(newItem), onEnd);
  }

  /** Estimates how many seeds and other peers the swarm has, from what the closest nodes store (BEP 33). */
  scrape(infoHash: InfoHash, options: ScrapeOptions): LookupHandle {
    const parts = {
      clock: this.#options.clock,
      settings: this.#settings,
      lookups: this.#lookups,
      sender: this.#sender,
      familyOf: (family: AddressFamily) => this.#memberOf(family)?.family,
    };
    return startScrape(parts, infoHash, options);
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

  /** Asks one node for a sample of the info-hashes it stores, and for nodes near `target` (BEP 51). */
  sampleInfohashes(
    endpoint: Endpoint,
    target: NodeId | InfoHash,
    onResult: (result: SampleResult) => void,
  ): void {
    const family = this.#memberOf(endpoint.family)?.family;
    const owner = new SampleCall(this.#settings.addressProfile, this.#tracker, onResult);
    const addressee = { to: endpoint, expectedId: undefined, owner, isPatient: true };
    if (family === undefined || this.#sender.sampleInfohashes(family, addressee, target) !== "sent")
      this.#options.clock.setTimer(0, () => onResult({ ok: false, reason: "refused" }));
  }

  view(): DhtView {
    const nowMs = this.#options.clock.nowMs();
    const viewOf = (family: AddressFamily) => {
      const member = this.#memberOf(family);
      return member === undefined ? null : familyView(member, nowMs);
    };
    return {
      nowMs,
      state: this.#state(),
      nodeId: toHex(this.#first.family.table.localNodeId),
      v4: viewOf(4),
      v6: viewOf(6),
      readOnly: this.#settings.readOnly,
      ...this.#traffic.rates(nowMs),
      totals: { ...this.#traffic.totals },
      answeredRatio: this.#traffic.answeredRatio(),
      medianRttMs: this.#stallTimes.medianMs ?? null,
      stallAfterMs: this.#stallTimes.stallAfterMs,
      lossRatio: this.#experience.loss.ratio,
      outstandingQueries: this.#tracker.size,
      activeLookups: this.#lookups.running,
      waitingLookups: this.#lookups.waiting,
      announcedHashes: this.#announcer.size,
      lookups: this.#lookups.views(),
      endedLookups: this.#lookups.recent.views(),
      lookupTimes: this.#lookups.recent.times(),
    };
  }

  /** Whether we asked a node at `host` in the last minutes, as far as that is watched. */
  hasAsked(host: string): boolean {
    return this.#asked?.isStranger(host, this.#options.clock.nowMs()) === false;
  }

  /** Our id in one address family; undefined where we have no socket. */
  nodeIdOf(family: AddressFamily): NodeId | undefined {
    return this.#memberOf(family)?.family.table.localNodeId;
  }

  /** The live contacts of one address family, in no useful order. */
  contactsOf(family: AddressFamily): FoundNode[] {
    const contacts = this.#memberOf(family)?.family.table.contacts() ?? [];
    return Array.from(contacts, ({ id, endpoint, rttMs }) => ({ id, endpoint, rttMs }));
  }

  /** Ids and contacts as bencoded bytes for the next start; holds no path and no key. */
  exportState(): Uint8Array {
    return encodeState({ 4: this.#export(4), 6: this.#export(6) });
  }

  /** Ends lookups, announces and timers. The sockets stay open: they are the owner's. */
  close(): void {
    if (this.#phase === "closed") return;
    this.#phase = "closed";
    this.#heartbeat?.[Symbol.dispose]();
    for (const { keeper, introducer } of this.#members) {
      keeper.close();
      introducer?.close();
    }
    this.#bootstrapper.close();
    this.#announcer.close();
    this.#tracker.takeAll();
    this.#lookups.close();
  }

  #itemParts(): ItemExchangeParts {
    const { clock, verifySignature } = this.#options;
    const familyOf = (family: AddressFamily): DhtFamily | undefined => this.#memberOf(family)?.family;
    return { clock, lookups: this.#lookups, sender: this.#sender, verifySignature, familyOf };
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

  /** BEP 32: "a node should use the same node id in both tables"; they part where addresses demand it (BEP 42). */
  #newFamilies(): DhtFamily[] {
    const { sockets, random, config } = this.#options;
    const freshId = this.#ids.newId(random);
    return [sockets.v4, sockets.v6].flatMap((socket) => {
      if (socket === undefined) return [];
      const savedId = config.hasFreshId === true ? undefined : this.#saved?.[socket.local.family].nodeId;
      const isSavedGood = savedId !== undefined && this.#ids.isGenuine(savedId, 0);
      const nodeId = this.#settings.fixedNodeId ?? (isSavedGood ? savedId : freshId);
      return [new DhtFamily(socket, nodeId, this.#ids, this.#settings, random)];
    });
  }

  #newMember(family: DhtFamily, encoder: KrpcEncoder): Member {
    const { clock, random } = this.#options;
    const { addressProfile, introduces, readOnly } = this.#settings;
    const parts = { clock, random, family, addressProfile, encoder, traffic: this.#traffic };
    const introducer = introduces && !readOnly ? new Introducer(parts) : undefined;
    const other = (): Member | undefined => this.#memberOf(family.family === 4 ? 6 : 4);
    const keeper = new TableKeeper({
      clock,
      random,
      family,
      sender: this.#sender,
      lookups: this.#lookups,
      k: this.#settings.k,
      hasQuarantine: this.#settings.addressProfile === "public" && this.#settings.tuning.quarantine,
      isReadOnly: this.#settings.readOnly,
      isSteady: this.#settings.tuning.steadyMaintenance,
      hearOther: (message) => other()?.keeper.hear(message),
      otherNeedsNodes: () => (other()?.family.table.size ?? this.#settings.k) < this.#settings.k,
      onJoined: () => this.#joined(family.family),
    });
    return new Member(family, keeper, introducer);
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

  #export(of: AddressFamily): SavedFamily {
    return (
      this.#memberOf(of)?.export() ??
      this.#saved?.[of] ?? { nodeId: undefined, contacts: [], introductions: [] }
    );
  }

  #noteSilence(query: Query): void {
    const member = this.#memberOf(query.to.family);
    this.#replies.noteSilence(member?.family, query, this.#options.clock.nowMs());
    this.#lookups.wake();
  }

  #candidateAppeared(family: DhtFamily): void {
    if (this.#phase === "running") this.#memberOf(family.family)?.keeper.reserveGrew();
  }

  #joined(of: AddressFamily): void {
    const member = this.#memberOf(of);
    this.#announcer.contactsAppeared();
    if (member?.becomeJoined())
      this.#emit({ kind: "joined", family: of, contacts: member.family.table.size });
  }

  readonly #onHeartbeat = (): void => {
    const nowMs = this.#options.clock.nowMs();
    const hasSlept = nowMs - this.#lastBeatMs >= SLEPT_MS;
    this.#lastBeatMs = nowMs;
    this.#heartbeat = this.#options.clock.setTimer(HEARTBEAT_MS, this.#onHeartbeat);
    if (hasSlept) this.networkChanged();
    const isSweep = ++this.#beats % BEATS_PER_SWEEP === 0;
    for (const member of this.#members) {
      if (isSweep) {
        member.family.store.sweep(nowMs);
        member.family.items.sweep(nowMs);
        this.#askLost(member.family, nowMs);
      }
      if (this.#isUsable(member) || !member.becomeLost()) continue;
      this.#bootstrapper.lookAgain();
      this.#emit({ kind: "lost", family: member.family.family });
    }
  };

  /** One a minute of those that fell silent; who answers is a contact again. */
  #askLost(family: DhtFamily, nowMs: number): void {
    const { table, lost } = family;
    const contact = lost.next(nowMs, (it) => table.find(it.id, 0) !== undefined);
    if (contact === undefined) return;
    const { id, endpoint } = contact;
    this.#sender.ping(family, { to: endpoint, expectedId: id, owner: new PingCall(() => {}) });
  }

  #isUsable(member: Member): boolean {
    return member.hasUsableContact && !this.#replies.isCutOff(this.#options.clock.nowMs());
  }

  #condition(): TableCondition {
    if (!this.#members.some((member) => this.#isUsable(member))) return "empty";
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

  #replaceIds(): void {
    if (this.#phase === "closed" || this.#settings.fixedNodeId !== undefined) return;
    const { clock, random } = this.#options;
    const freshId = this.#ids.newId(random);
    for (const member of this.#members) {
      const { table, family } = member.family;
      if (table.isGenuine(table.localNodeId, 0)) continue;
      member.takeId(freshId, clock.nowMs());
      this.#emit({ kind: "node-id-changed", family, nodeId: freshId });
    }
  }

  /** Others agree on our address: in `public`, our id shall fit it (BEP 42). */
  #ownAddressAgreed({ family, votes }: DhtFamily): void {
    const { addressProfile, fixedNodeId } = this.#settings;
    if (votes.host !== undefined) this.#emit({ kind: "external-address", family, host: votes.host });
    if (addressProfile !== "public" || fixedNodeId !== undefined || this.#ids.areKeyed) return;
    const { random, clock } = this.#options;
    const nodeId = this.#memberOf(family)?.takeFittingId(random, clock.nowMs());
    if (nodeId !== undefined) this.#emit({ kind: "node-id-changed", family, nodeId });
  }

  #emit(event: DhtEvent): void {
    if (this.#phase !== "closed") this.#options.onEvent(event);
  }
}
