/** One lookup with a run per address family: begun together, reported as one, ended when the last has ended. */
import { toHex } from "../core/bytes.ts";
import { sharedPrefixBits } from "../core/distance.ts";
import type { AddressFamily, Endpoint } from "../core/endpoint.ts";
import type { Clock } from "../core/ports.ts";
import type { DhtSettings } from "./dht-config.ts";
import type { DhtFamily } from "./dht-family.ts";
import type { FoundNode, LookupOutcome, LookupResult } from "./dht-lookups.ts";
import type { DhtLookupView } from "./dht-view.ts";
import type { LookupCandidate } from "./lookup-candidate.ts";
import type { LookupExperience } from "./lookup-experience.ts";
import { type LookupRequest, LookupRun } from "./lookup-run.ts";
import { PeersCollector } from "./peers-collector.ts";
import type { QuerySender } from "./query-sender.ts";

/** Threats D8. */
const MAX_LOOKUP_MS = 60_000;
/** How long a lookup waits for the first contact of a node that has none but asks bootstrap nodes or expects some. */
export const PATIENCE_MS = 10_000;

export interface LookupTaskParts {
  readonly clock: Clock;
  readonly settings: DhtSettings;
  readonly families: readonly DhtFamily[];
  readonly sender: QuerySender;
  readonly experience: LookupExperience;
  /** Bootstrap addresses of a family, asked where the table is nearly empty. */
  bootstrapOf(family: AddressFamily): readonly Endpoint[];
  /** Whether there may soon be a contact although there is none yet. */
  expectsContacts(): boolean;
  /** A bound holds a run back; it wants to be woken a little later. */
  onHeldBack(): void;
}

/** What a finished lookup hands to the announcer: who answered with a token, by family. */
export interface LookupEnd {
  readonly result: LookupResult;
  readonly storers: readonly {
    readonly family: DhtFamily;
    readonly candidates: readonly LookupCandidate[];
  }[];
}

export class LookupTask {
  readonly #parts: LookupTaskParts;
  readonly #request: LookupRequest;
  readonly #families: readonly DhtFamily[];
  readonly #onEnd: (end: LookupEnd) => void;
  readonly #peers: PeersCollector;
  readonly #startedAtMs: number;
  readonly #outcomes: LookupOutcome[] = [];
  #runs: LookupRun[] = [];
  #timeLimit: Disposable | undefined;
  #isEnded = false;

  constructor(
    parts: LookupTaskParts,
    request: LookupRequest,
    families: readonly DhtFamily[],
    onEnd: (end: LookupEnd) => void,
  ) {
    this.#parts = parts;
    this.#request = request;
    this.#families = families;
    this.#onEnd = onEnd;
    this.#peers = new PeersCollector(parts.settings.addressProfile);
    this.#startedAtMs = parts.clock.nowMs();
  }

  shouldWait(nowMs: number): boolean {
    const hasContacts = this.#families.some(
      ({ family, table }) =>
        table.size > 0 || table.hasReserves || this.#parts.bootstrapOf(family).length > 0,
    );
    return !hasContacts && nowMs - this.#startedAtMs < PATIENCE_MS && this.#parts.expectsContacts();
  }

  begin(): void {
    const { clock, settings, sender, experience } = this.#parts;
    this.#timeLimit = clock.setTimer(MAX_LOOKUP_MS, () => this.giveUp("limit"));
    this.#reportOwnStore();
    this.#runs = this.#families.map(
      (family) =>
        new LookupRun({
          family,
          sender,
          settings,
          experience,
          request: this.#request,
          peers: this.#peers,
          bootstrap: () => this.#parts.bootstrapOf(family.family),
          nowMs: () => clock.nowMs(),
          onHeldBack: () => this.#parts.onHeldBack(),
          onDone: (_run, outcome) => this.#runEnded(outcome),
        }),
    );
    for (const run of this.#runs) run.seed();
    for (const run of this.#runs) run.pump();
  }

  wake(): void {
    for (const run of this.#runs) run.wake();
  }

  /** Ends the lookup as it stands. */
  giveUp(outcome: LookupOutcome): void {
    if (this.#isEnded) return;
    for (const run of this.#runs) run.stop();
    this.#end(outcome);
  }

  view(): DhtLookupView {
    const { asked, answered, timedOut, hops, peersFound, firstPeersMs, closest } = this.#result("complete");
    const { target, purpose } = this.#request;
    const nearest = closest[0];
    return {
      targetHex: toHex(target),
      purpose,
      elapsedMs: this.#parts.clock.nowMs() - this.#startedAtMs,
      asked,
      answered,
      timedOut,
      inFlight: asked - answered - this.#sum((run) => run.machine.failedCount),
      hops,
      peersFound,
      firstPeersMs: firstPeersMs ?? null,
      closestBits: nearest === undefined ? 0 : sharedPrefixBits(target, nearest.id),
    };
  }

  #reportOwnStore(): void {
    const { purpose, handlers, target } = this.#request;
    if (purpose !== "get-peers") return;
    for (const family of this.#families) {
      const peers = this.#peers.filter(family.store.peersOf(target, MAX_OWN_PEERS));
      if (peers.length > 0) handlers.onPeers?.(peers, undefined);
    }
  }

  #runEnded(outcome: LookupOutcome): void {
    this.#outcomes.push(outcome);
    if (this.#outcomes.length < this.#families.length) return;
    const best = OUTCOMES_BEST_FIRST.find((it) => this.#outcomes.includes(it)) ?? "no-contacts";
    this.#end(best);
  }

  #end(outcome: LookupOutcome): void {
    this.#isEnded = true;
    this.#timeLimit?.[Symbol.dispose]();
    const storers = this.#runs.map((run) => ({
      family: run.family,
      candidates: run.machine.closestWithToken(),
    }));
    this.#onEnd({ result: this.#result(outcome), storers });
  }

  #result(outcome: LookupOutcome): LookupResult {
    const { k } = this.#parts.settings;
    const nowMs = this.#parts.clock.nowMs();
    const closest = this.#runs.flatMap((run) => run.machine.closest(k));
    const firstPeersAt = this.#runs.flatMap((run) => run.firstPeersAtMs ?? []);
    return {
      outcome,
      closest: closest.flatMap(foundNode),
      asked: this.#sum((run) => run.machine.asked),
      answered: this.#sum((run) => run.machine.answeredCount),
      timedOut: this.#sum((run) => run.timedOut),
      hops: closest.reduce((most, candidate) => Math.max(most, candidate.hop), 0),
      peersFound: this.#peers.count,
      elapsedMs: nowMs - this.#startedAtMs,
      firstPeersMs: firstPeersAt.length === 0 ? undefined : Math.min(...firstPeersAt) - this.#startedAtMs,
    };
  }

  #sum(count: (run: LookupRun) => number): number {
    return this.#runs.reduce((total, run) => total + count(run), 0);
  }
}

/** Peers of the own store that a lookup begins with. */
const MAX_OWN_PEERS = 100;
const OUTCOMES_BEST_FIRST: readonly LookupOutcome[] = ["complete", "limit", "no-contacts", "cancelled"];

function foundNode({ id, endpoint, rttMs }: LookupCandidate): FoundNode[] {
  return id === undefined ? [] : [{ id, endpoint, rttMs }];
}
