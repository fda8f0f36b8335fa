/**
 * Drives one lookup in one address family: sends what the machine of `lookup.ts` asks for, feeds it what comes
 * back, and streams peers to whoever wants them.
 */
import { sharedPrefixBits } from "../core/distance.ts";
import type { Endpoint } from "../core/endpoint.ts";
import type { NodeId } from "../core/ids.ts";
import { ClosestContacts } from "./closest-contacts.ts";
import type { DhtSettings } from "./dht-config.ts";
import type { DhtFamily } from "./dht-family.ts";
import type { LookupHandlers, LookupOutcome, LookupStep, NamedNode, PeersHandlers } from "./dht-lookups.ts";
import type { KrpcMessage } from "./krpc-message.ts";
import { LookBehind } from "./look-behind.ts";
import { Lookup } from "./lookup.ts";
import { LookupCandidate } from "./lookup-candidate.ts";
import type { LookupExperience } from "./lookup-experience.ts";
import type { PeersCollector } from "./peers-collector.ts";
import type { Addressee, QuerySender, SendOutcome } from "./query-sender.ts";
import type { Query, QueryFailure, QueryOwner } from "./query-tracker.ts";

/** What a lookup asks for. `peers` is undefined for find_node. */
export interface LookupRequest {
  readonly target: Uint8Array;
  readonly purpose: "find-node" | "get-peers";
  readonly noSeeds: boolean;
  readonly needsToken: boolean;
  readonly handlers: LookupHandlers & PeersHandlers;
}

export interface LookupRunParts {
  readonly family: DhtFamily;
  readonly sender: QuerySender;
  readonly settings: DhtSettings;
  /** What lookups of this node have learned. */
  readonly experience: LookupExperience;
  readonly request: LookupRequest;
  /** Peers found by all runs of the same lookup. */
  readonly peers: PeersCollector;
  /** Addresses to ask where the table is nearly empty. */
  bootstrap(): readonly Endpoint[];
  nowMs(): number;
  /** A bound stands in the way that time removes: the run wants to be woken. */
  onHeldBack(): void;
  /** The run has nothing more to do; its owner reads the facts. Called once. */
  onDone(run: LookupRun, outcome: LookupOutcome): void;
}

export class LookupRun implements QueryOwner {
  readonly family: DhtFamily;
  readonly machine: Lookup;
  readonly #parts: LookupRunParts;
  #timedOut = 0;
  #firstPeersAtMs: number | undefined;
  #isEnded = false;
  /** The sender refused a query: try again when others have ended. */
  #isHeldBack = false;
  /** Nobody answers: whoever turns up meanwhile is asked, too. */
  #isStuck = false;

  constructor(parts: LookupRunParts) {
    this.family = parts.family;
    this.#parts = parts;
    const { settings, experience } = parts;
    const { tuning } = settings;
    this.machine = new Lookup({
      addressProfile: settings.addressProfile,
      k: settings.k,
      tuning,
      target: parts.request.target,
      localNodeId: parts.family.table.localNodeId,
      family: parts.family.family,
      networkSize: tuning.crowdDoubt ? parts.family.networkSize() : undefined,
      needsToken: parts.request.needsToken,
      maxTries: tuning.resends ? experience.loss.worthwhileTries : 1,
      isGenuine: (bytes, idAt) => parts.family.table.isGenuine(bytes, idAt),
      isDoubted: (address) => tuning.unreachableCache && experience.unreachable.has(address, parts.nowMs()),
    });
  }

  get timedOut(): number {
    return this.#timedOut;
  }

  get firstPeersAtMs(): number | undefined {
    return this.#firstPeersAtMs;
  }

  get isEnded(): boolean {
    return this.#isEnded;
  }

  /** Gathers whom to ask first: live contacts; where they are few, those in reserve and the bootstrap nodes. */
  seed(): number {
    const { request, settings, experience, bootstrap } = this.#parts;
    const { target } = request;
    let added = 0;
    SEEDS.begin(target, 0, SEEDS_PER_K * settings.k, 1);
    this.family.table.closest(SEEDS, target, 0);
    const live = SEEDS.contacts.slice(0, SEEDS.count);
    for (const { id, endpoint } of live) if (this.machine.addContact(id, endpoint)) added++;
    if (settings.tuning.announceCache && request.purpose === "get-peers") {
      const nodes = experience.endings.nodesNear(target, this.family.family, this.#parts.nowMs());
      for (const { id, endpoint } of nodes) if (this.machine.addContact(id, endpoint)) added++;
    }
    if (live.length >= settings.k) return added;
    for (const { id, endpoint } of this.family.table.reserves())
      if (this.machine.addContact(id, endpoint)) added++;
    for (const address of bootstrap()) if (this.machine.addAddress(address)) added++;
    return added;
  }

  /** A query has ended, or a contact was found: goes on if that helps. */
  wake(): void {
    if (this.#isStuck || this.#isHeldBack) this.pump();
  }

  /** Sends whatever may be sent now; ends the run when nothing is left. */
  pump(): void {
    this.#isHeldBack = false;
    this.#isStuck = false;
    while (!this.#isEnded) {
      const step = this.machine.next();
      if (step === "wait") return;
      if (step === "done") {
        this.#end();
        return;
      }
      if (step === "stuck") {
        this.#isStuck = this.seed() === 0;
        if (this.#isStuck) return;
        continue;
      }
      if (step instanceof LookBehind) {
        this.#askBehind(step);
        continue;
      }
      const outcome = this.#ask(step);
      if (outcome === "sent") continue;
      this.machine.notSent(step, outcome);
      if (outcome === "silent") continue;
      this.#isHeldBack = true;
      this.#parts.onHeldBack();
      return;
    }
  }

  /** Stops without telling anybody. */
  stop(): void {
    this.#isEnded = true;
  }

  queryAnswered(query: Query, message: KrpcMessage, rttMs: number): void {
    const candidate = query.subject;
    this.#parts.experience.unreachable.answered(query.to);
    if (this.#isEnded || !(candidate instanceof LookupCandidate)) return;
    if (this.machine.answered(candidate, message.id(), message.token(), rttMs)) {
      const nodes = this.#takeNodes(message, candidate);
      const peers = this.#takePeers(message, query.to);
      this.#report(candidate, "answered", rttMs, peers, nodes);
    }
    this.pump();
  }

  queryStalled(query: Query): void {
    const candidate = query.subject;
    if (this.#isEnded || !(candidate instanceof LookupCandidate)) return;
    candidate.query = query;
    this.machine.stalled(candidate);
    this.#report(candidate, "stalled", undefined, 0, 0);
    this.pump();
  }

  queryFailed(query: Query, failure: QueryFailure): void {
    const candidate = query.subject;
    this.#noteFailure(query, failure);
    if (this.#isEnded || !(candidate instanceof LookupCandidate)) return;
    if (failure === "timeout" || failure === "unreachable") this.#timedOut++;
    this.machine.failed(candidate);
    this.#report(candidate, "timed-out", undefined, 0, 0);
    this.pump();
  }

  /** Nothing that becomes of a question behind the dead changes what is known of who was asked, but for the nodes it brings. */
  #askBehind(look: LookBehind): void {
    const { namer, target } = look;
    const ended = (): void => {
      this.machine.lookEnded(look);
      if (!this.#isEnded) this.pump();
    };
    const owner: QueryOwner = {
      queryAnswered: (query, message, rttMs) => {
        this.#parts.experience.unreachable.answered(query.to);
        if (!this.#isEnded) this.#report(namer, "answered", rttMs, 0, this.#takeNodes(message, namer));
        ended();
      },
      queryStalled: ended,
      queryFailed: (query, failure) => {
        this.#noteFailure(query, failure);
        ended();
      },
    };
    const addressee: Addressee = { to: namer.endpoint, expectedId: namer.id, owner };
    if (this.#parts.sender.findNode(this.family, addressee, target, "own") !== "sent")
      this.machine.lookEnded(look);
  }

  #ask(candidate: LookupCandidate): SendOutcome {
    const { request, sender } = this.#parts;
    const addressee: Addressee = {
      to: candidate.endpoint,
      expectedId: candidate.id,
      owner: this,
      subject: candidate,
      again: candidate.query,
      isPatient: this.machine.isLastResort,
    };
    return request.purpose === "get-peers"
      ? sender.getPeers(this.family, addressee, request.target, request.noSeeds)
      : sender.findNode(this.family, addressee, request.target, "own");
  }

  /** Silence says something about a node only if it was asked as often as the network demands. */
  #noteFailure(query: Query, failure: QueryFailure): void {
    const { loss, unreachable } = this.#parts.experience;
    if (failure === "unreachable" || (failure === "timeout" && query.resent + 1 >= loss.worthwhileTries))
      unreachable.failed(query.to, this.#parts.nowMs());
  }

  #takeNodes(message: KrpcMessage, namer: LookupCandidate): number {
    return this.family.family === 4
      ? this.#addNodes(message, message.nodesAt, message.nodesLength, namer)
      : this.#addNodes(message, message.nodes6At, message.nodes6Length, namer);
  }

  #addNodes(message: KrpcMessage, at: number, length: number, namer: LookupCandidate): number {
    return at < 0 ? 0 : this.machine.addNodes(message.bytes, at, length, namer);
  }

  #takePeers(message: KrpcMessage, from: Endpoint): number {
    if (this.#parts.request.purpose !== "get-peers" || message.valuesAt < 0) return 0;
    const peers = this.#parts.peers.read(message);
    if (peers.length > 0) {
      this.#firstPeersAtMs ??= this.#parts.nowMs();
      this.#parts.request.handlers.onPeers?.(peers, from);
    }
    return peers.length;
  }

  #report(
    candidate: LookupCandidate,
    outcome: LookupStep["outcome"],
    rttMs: number | undefined,
    peers: number,
    nodes: number,
  ): void {
    const { handlers, target } = this.#parts.request;
    handlers.onStep?.({
      endpoint: candidate.endpoint,
      id: candidate.id,
      hop: candidate.hop,
      outcome,
      rttMs,
      sharedBits: candidate.id === undefined ? undefined : sharedPrefixBits(target, candidate.id),
      peers,
      nodes,
    });
  }

  #end(): void {
    this.#isEnded = true;
    const { settings, request, experience } = this.#parts;
    const closest = this.machine.closest(settings.k);
    const ids = closest.map((candidate) => candidate.id).filter((id): id is NodeId => id !== undefined);
    if (!this.machine.isExhausted && ids.length === settings.k) this.family.size.add(request.target, ids);
    if (request.purpose === "get-peers" && closest.length > 0)
      experience.endings.endedAt(
        request.target,
        this.family.family,
        closest.flatMap(nodeOf),
        this.#parts.nowMs(),
      );
    const outcome = closest.length === 0 ? "no-contacts" : this.machine.isExhausted ? "limit" : "complete";
    this.#parts.onDone(this, outcome);
  }
}

/** Contacts that a lookup begins with, by k: only the nearest that live are asked, and half of them may be dead. */
const SEEDS_PER_K = 4;
/** Scratch space of `seed`: synchronous, so one for all is enough. */
const SEEDS = new ClosestContacts();

function nodeOf({ id, endpoint }: LookupCandidate): NamedNode[] {
  return id === undefined ? [] : [{ id, endpoint }];
}
