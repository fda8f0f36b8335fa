/**
 * Announces (BEP 5, "announce_peer"): a lookup that collects tokens, an announce to the nearest nodes that gave one,
 * and the same again every 15 minutes, spread by chance so that nodes that started together do not stay together.
 * A round that reached nobody is repeated soon, with growing pauses, or as soon as there are contacts.
 */
import type { NodeId } from "../core/ids.ts";
import type { Clock, Random } from "../core/ports.ts";
import type { DhtFamily } from "./dht-family.ts";
import type { AnnounceHandle, AnnounceOptions, LookupHandle, LookupResult } from "./dht-lookups.ts";
import type { LookupCandidate } from "./lookup-candidate.ts";
import type { LookupEnd } from "./lookup-task.ts";
import type { Lookups } from "./lookups.ts";
import type { OwnAnnounces } from "./own-announces.ts";
import type { QuerySender } from "./query-sender.ts";
import type { Query, QueryOwner } from "./query-tracker.ts";

/** Peers live 45 minutes in our store and 30 in the shortest-lived ones: two rounds may fail. libtorrent: 15. */
const INTERVAL_MS = 15 * 60_000;
/** After a round that reached nobody: first pause, doubled each time up to the second. */
const FIRST_RETRY_MS = 5_000;
const LONGEST_RETRY_MS = 5 * 60_000;
/** After a change of network all rounds come within this time (threats PR11: 60 s). */
const SPREAD_AFTER_CHANGE_MS = 50_000;
/** Pause before announces are sent that a bound on outstanding queries held back. */
const HELD_BACK_MS = 500;

export interface AnnouncerParts {
  readonly clock: Clock;
  readonly random: Random;
  readonly lookups: Lookups;
  readonly sender: QuerySender;
  readonly ownAnnounces: OwnAnnounces;
  /** Rounds come up to this share earlier or later. */
  readonly jitter: number;
}

export class Announcer {
  readonly #parts: AnnouncerParts;
  readonly #announces = new Set<Announce>();

  constructor(parts: AnnouncerParts) {
    this.#parts = parts;
  }

  get size(): number {
    return this.#announces.size;
  }

  start(infoHash: Uint8Array, options: AnnounceOptions): AnnounceHandle {
    const announce = new Announce(this.#parts, infoHash, options);
    this.#announces.add(announce);
    this.#parts.ownAnnounces.set(infoHash, options.port);
    announce.beginRound();
    return {
      stop: () => {
        if (!this.#announces.delete(announce)) return;
        this.#parts.ownAnnounces.delete(infoHash);
        announce.stop();
      },
      refresh: () => announce.beginRound(),
    };
  }

  /** There are contacts now: rounds that had reached nobody begin at once. */
  contactsAppeared(): void {
    for (const announce of this.#announces) announce.retryNow();
  }

  /** Our address may have changed: every round comes soon, but not all at the same moment. */
  networkChanged(): void {
    for (const announce of this.#announces)
      announce.schedule(this.#parts.random.float() * SPREAD_AFTER_CHANGE_MS);
  }

  close(): void {
    for (const announce of this.#announces) announce.stop();
    this.#announces.clear();
  }
}

/** A node that shall store us. */
class Storer {
  readonly family: DhtFamily;
  readonly candidate: LookupCandidate;
  tries = 0;
  settled = 0;
  isStored = false;
  isRefused = false;

  constructor(family: DhtFamily, candidate: LookupCandidate) {
    this.family = family;
    this.candidate = candidate;
  }

  get isSettled(): boolean {
    return this.isStored || (this.tries > 0 && this.settled >= this.tries);
  }
}

/** The announces of one hash. */
class Announce implements QueryOwner {
  readonly #parts: AnnouncerParts;
  readonly #infoHash: Uint8Array;
  readonly #options: AnnounceOptions;
  #lookup: LookupHandle | undefined;
  #result: LookupResult | undefined;
  #storers: Storer[] = [];
  #timer: Disposable | undefined;
  #failedRounds = 0;
  #isStopped = false;

  constructor(parts: AnnouncerParts, infoHash: Uint8Array, options: AnnounceOptions) {
    this.#parts = parts;
    this.#infoHash = infoHash.slice();
    this.#options = options;
  }

  /** Begins a round unless one is running. */
  beginRound(): void {
    if (this.#isStopped || this.#lookup !== undefined) return;
    this.#clearTimer();
    const { onPeers, onStep } = this.#options;
    this.#lookup = this.#parts.lookups.start(
      {
        target: this.#infoHash,
        purpose: "get-peers",
        noSeeds: this.#options.isSeed ?? false,
        needsToken: true,
        handlers: { onPeers, onStep },
      },
      (end) => this.#lookupEnded(end),
    );
  }

  retryNow(): void {
    if (this.#failedRounds > 0 && this.#lookup === undefined) this.beginRound();
  }

  /** The next round begins in `delayMs`. */
  schedule(delayMs: number): void {
    if (this.#isStopped || this.#lookup !== undefined) return;
    this.#clearTimer();
    this.#timer = this.#parts.clock.setTimer(delayMs, () => this.beginRound());
  }

  stop(): void {
    this.#isStopped = true;
    this.#clearTimer();
    this.#lookup?.cancel();
  }

  queryAnswered(query: Query): void {
    if (!(query.subject instanceof Storer)) return;
    query.subject.isStored = true;
    this.#settle(query.subject);
  }

  /** Packets get lost, and an announce may be repeated. */
  queryStalled(query: Query): void {
    if (query.subject instanceof Storer && query.subject.tries < MAX_TRIES) this.#send(query.subject);
  }

  queryFailed(query: Query, failure: string): void {
    if (!(query.subject instanceof Storer)) return;
    if (failure === "error") query.subject.isRefused = true;
    this.#settle(query.subject);
  }

  #lookupEnded({ result, storers }: LookupEnd): void {
    if (this.#isStopped) return;
    this.#result = result;
    this.#storers = storers.flatMap(({ family, candidates }) =>
      candidates.map((candidate) => new Storer(family, candidate)),
    );
    this.#sendAll();
    if (this.#storers.length === 0) this.#endRound();
  }

  /** Sends what was not sent yet; what a bound holds back comes a little later. */
  #sendAll(): void {
    this.#clearTimer();
    let isHeldBack = false;
    for (const storer of this.#storers) {
      if (storer.tries === 0 && !this.#send(storer)) isHeldBack = true;
    }
    if (isHeldBack) this.#timer = this.#parts.clock.setTimer(HELD_BACK_MS, () => this.#sendAll());
  }

  #send(storer: Storer): boolean {
    const { id, endpoint, token } = storer.candidate;
    if (token === undefined) return true;
    const outcome = this.#parts.sender.announcePeer(
      storer.family,
      { to: endpoint, expectedId: id as NodeId, owner: this, subject: storer },
      this.#infoHash,
      {
        port: this.#options.port,
        impliedPort: this.#options.impliedPort ?? false,
        isSeed: this.#options.isSeed ?? false,
        token,
      },
    );
    if (outcome === "sent") storer.tries++;
    return outcome === "sent";
  }

  #settle(storer: Storer): void {
    storer.settled++;
    if (!this.#isStopped && this.#result !== undefined && this.#storers.every((it) => it.isSettled))
      this.#endRound();
  }

  #endRound(): void {
    const lookup = this.#result;
    if (lookup === undefined) return;
    const storedOn = this.#storers.filter((storer) => storer.isStored).length;
    const refused = this.#storers.filter((storer) => storer.isRefused && !storer.isStored).length;
    this.#result = undefined;
    this.#lookup = undefined;
    this.#storers = [];
    this.#failedRounds = lookup.answered > 0 ? 0 : this.#failedRounds + 1;
    this.schedule(this.#pauseMs());
    this.#options.onEnd?.({ lookup, storedOn, refused });
  }

  #pauseMs(): number {
    if (this.#failedRounds > 0)
      return Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** (this.#failedRounds - 1));
    const { jitter, random } = this.#parts;
    return INTERVAL_MS * (1 + jitter * (2 * random.float() - 1));
  }

  #clearTimer(): void {
    this.#timer?.[Symbol.dispose]();
    this.#timer = undefined;
  }
}

/** An announce is sent again when it stalls: it may be stored twice without harm. */
const MAX_TRIES = 3;
