/**
 * Where the peers of one torrent come from, apart from those that peers tell each other (PEX, in the wire): the DHT,
 * the local network (BEP 14), the magnet link, addresses given by hand, resume data. Drops repetitions, our own address and what the profile
 * does not allow, and hands the rest to the swarm.
 *
 * The DHT is used in two ways. An announce (a lookup that also stores our port) runs from the start and every 15
 * minutes. In between, lookups repeat with growing pauses for as long as the torrent needs peers and knows too few;
 * with enough of them there are none.
 */
import { type AddressProfile, mayContact, mayContactNeighbour } from "../../core/address-profile.ts";
import { BoundedCache } from "../../core/bounded-cache.ts";
import { type Endpoint, formatEndpoint } from "../../core/endpoint.ts";
import type { InfoHash } from "../../core/ids.ts";
import type { Clock } from "../../core/ports.ts";
import type { AnnounceHandle, DhtNode, LookupHandle, LookupResult } from "../../dht/index.ts";
import type { LocalDiscovery, PeerSource } from "../../wire/index.ts";
import type { LookupFacts } from "../diagnosis/diagnosis-facts.ts";
import type { OwnAddresses } from "../own-addresses.ts";
import {
  ENOUGH_PEERS,
  FIRST_LOOKUP_PAUSE_MS,
  MAX_LOOKUP_PAUSE_MS,
  MAX_REMEMBERED_PEERS,
} from "../session-config.ts";
import type { DhtTrailSnapshot } from "../session-view.ts";
import { DhtTrail } from "./dht-trail.ts";
import { SwarmSize } from "./swarm-size.ts";

/** Newcomers are counted over this time (health model). */
const NEWCOMER_WINDOW_MS = 600_000;

/** What is used of the DHT. */
export type PeerFinder = Pick<DhtNode, "announce" | "lookupPeers" | "scrape">;

export interface PeerSourcesOptions {
  readonly clock: Clock;
  readonly infoHash: InfoHash;
  readonly addressProfile: AddressProfile;
  readonly ownAddresses: OwnAddresses;
  /** Undefined where no DHT runs. */
  readonly dht: PeerFinder | undefined;
  /** Undefined where nobody is looked for on the local network. */
  readonly neighbours: Pick<LocalDiscovery, "announce"> | undefined;
  /** Takes addresses that were not reported before. */
  readonly deliver: (peers: readonly Endpoint[], source: Exclude<PeerSource, "incoming">) => void;
  /** Peers at hand, connected or not, and whether more would help. */
  readonly demand: () => { readonly knownPeers: number; readonly needsPeers: boolean };
  readonly onChange: () => void;
}

/** How a torrent shows itself in the DHT while it runs. */
export interface Presence {
  /** Port to announce; undefined looks for peers without announcing. */
  readonly announcedPort: number | undefined;
  readonly isSeed: boolean;
}

export class PeerSources {
  /** How many peers there are, by the DHT's count. */
  readonly size: SwarmSize;
  readonly #options: PeerSourcesOptions;
  /** Address to when it was first seen; bounded, least recently reported first out. */
  readonly #seen = new BoundedCache<string, number>(MAX_REMEMBERED_PEERS);
  #presence: Presence | undefined;
  #announce: AnnounceHandle | undefined;
  #localAnnounce: Disposable | undefined;
  #lookup: LookupHandle | undefined;
  #isAnnouncing = false;
  #timer: Disposable | undefined;
  #nextLookupAtMs: number | undefined;
  #pauseMs = FIRST_LOOKUP_PAUSE_MS;
  #finishedLookups = 0;
  #foundOnlyUs = false;
  /** Whether the lookup that runs has met our own address, or that of somebody else. */
  #metSelf = false;
  #metOthers = false;
  #newcomers: number[] = [];
  readonly #trail = new DhtTrail();

  constructor(options: PeerSourcesOptions) {
    this.#options = options;
    this.size = new SwarmSize(options);
  }

  /** Announces and looks for peers until `stop`. Called again with another presence, announces that one. */
  start(presence: Presence): void {
    const isSame =
      this.#presence?.announcedPort === presence.announcedPort && this.#presence?.isSeed === presence.isSeed;
    if (isSame) return;
    this.stop();
    this.#presence = presence;
    this.#pauseMs = FIRST_LOOKUP_PAUSE_MS;
    this.size.start(shownAs(presence));
    const { neighbours, infoHash } = this.#options;
    this.#localAnnounce = neighbours?.announce(infoHash, (peer) => this.#foundNeighbour(peer));
    if (presence.announcedPort === undefined) this.#look();
    else this.#beginAnnounce(presence.announcedPort, presence.isSeed);
  }

  stop(): void {
    this.#presence = undefined;
    this.#localAnnounce?.[Symbol.dispose]();
    this.#localAnnounce = undefined;
    this.#announce?.stop();
    this.#announce = undefined;
    this.#isAnnouncing = false;
    const lookup = this.#lookup;
    this.#lookup = undefined;
    lookup?.cancel();
    this.size.stop();
    this.#clearTimer();
  }

  /** Looks for peers at once, and announces again. */
  lookNow(): void {
    this.#pauseMs = FIRST_LOOKUP_PAUSE_MS;
    this.#clearTimer();
    if (this.#announce === undefined) this.#look();
    else if (!this.#isAnnouncing) {
      this.#isAnnouncing = true;
      this.#announce.refresh();
    }
  }

  /** The DHT became usable: what ended without contacts is done over. */
  dhtJoined(): void {
    if (this.#presence !== undefined && this.#isHungry() && !this.#isActive()) this.lookNow();
  }

  /** Addresses from elsewhere; answers how many of them the address profile allows. */
  add(peers: readonly Endpoint[], source: Exclude<PeerSource, "incoming" | "dht" | "pex" | "lsd">): number {
    const allowed = peers.filter((peer) => this.#isAllowed(peer));
    for (const peer of allowed) this.#remember(peer);
    if (allowed.length > 0) this.#options.deliver(allowed, source);
    return allowed.length;
  }

  facts(): LookupFacts {
    const nowMs = this.#options.clock.nowMs();
    return {
      isActive: this.#isActive(),
      finished: this.#finishedLookups,
      nextInMs: this.#nextLookupAtMs === undefined ? undefined : Math.max(0, this.#nextLookupAtMs - nowMs),
      foundOnlyUs: this.#foundOnlyUs,
    };
  }

  /** The newest search; null where no DHT runs. */
  trail(): DhtTrailSnapshot | null {
    if (this.#options.dht === undefined) return null;
    return this.#trail.view(this.#isActive(), this.facts().nextInMs);
  }

  /** Distinct addresses first seen in the last ten minutes. */
  get newcomers(): number {
    const sinceMs = this.#options.clock.nowMs() - NEWCOMER_WINDOW_MS;
    this.#newcomers = this.#newcomers.filter((atMs) => atMs >= sinceMs);
    return this.#newcomers.length;
  }

  #beginAnnounce(port: number, isSeed: boolean): void {
    const { dht, infoHash } = this.#options;
    if (dht === undefined) return;
    this.#isAnnouncing = true;
    this.#trail.begin();
    const announce = dht.announce(infoHash, {
      port,
      isSeed,
      onPeers: (peers) => this.#found(peers),
      onStep: (step) => this.#trail.step(step),
      onEnd: (result) => {
        if (this.#announce !== announce) return;
        this.#isAnnouncing = false;
        this.#trail.announced(result);
        this.#ended(result.lookup);
      },
    });
    this.#announce = announce;
  }

  #look(): void {
    const { dht, infoHash } = this.#options;
    if (dht === undefined || this.#lookup !== undefined || this.#presence === undefined) return;
    this.#trail.begin();
    const lookup = dht.lookupPeers(infoHash, {
      noSeeds: this.#presence.isSeed,
      onPeers: (peers) => this.#found(peers),
      onStep: (step) => this.#trail.step(step),
      onEnd: (result) => {
        if (this.#lookup !== lookup) return;
        this.#lookup = undefined;
        this.#ended(result);
      },
    });
    this.#lookup = lookup;
  }

  #ended(result: LookupResult): void {
    this.#trail.end(result);
    if (result.outcome !== "no-contacts" && result.outcome !== "cancelled") this.#finishedLookups++;
    this.#foundOnlyUs = this.#metSelf && !this.#metOthers;
    this.#metSelf = false;
    this.#metOthers = false;
    this.#scheduleNext();
    this.#options.onChange();
  }

  /** Pauses double up to their maximum. A torrent that has enough peers then is spared the lookup. */
  #scheduleNext(): void {
    this.#clearTimer();
    const { clock } = this.#options;
    const pauseMs = this.#pauseMs;
    this.#pauseMs = Math.min(MAX_LOOKUP_PAUSE_MS, 2 * pauseMs);
    this.#nextLookupAtMs = clock.nowMs() + pauseMs;
    this.#timer = clock.setTimer(pauseMs, () => {
      this.#timer = undefined;
      this.#nextLookupAtMs = undefined;
      if (this.#isHungry()) this.#look();
      else this.#scheduleNext();
    });
  }

  #found(peers: readonly Endpoint[]): void {
    const fresh: Endpoint[] = [];
    for (const peer of peers) {
      const isSelf = this.#options.ownAddresses.has(peer);
      this.#metSelf ||= isSelf;
      this.#metOthers ||= !isSelf;
      if (this.#isAllowed(peer)) {
        this.#remember(peer);
        fresh.push(peer);
      }
    }
    if (fresh.length > 0) this.#options.deliver(fresh, "dht");
  }

  #foundNeighbour(peer: Endpoint): void {
    const { addressProfile, ownAddresses, deliver } = this.#options;
    if (!mayContactNeighbour(addressProfile, peer) || ownAddresses.has(peer)) return;
    this.#remember(peer);
    deliver([peer], "lsd");
  }

  #isAllowed(peer: Endpoint): boolean {
    const { addressProfile, ownAddresses } = this.#options;
    return mayContact(addressProfile, peer) && !ownAddresses.has(peer);
  }

  #remember(peer: Endpoint): void {
    const key = formatEndpoint(peer);
    if (this.#seen.get(key) !== undefined) return;
    const nowMs = this.#options.clock.nowMs();
    this.#seen.set(key, nowMs);
    this.#newcomers.push(nowMs);
    if (this.#newcomers.length > MAX_REMEMBERED_PEERS) this.#newcomers.shift();
  }

  #isHungry(): boolean {
    const { knownPeers, needsPeers } = this.#options.demand();
    return needsPeers && knownPeers < ENOUGH_PEERS;
  }

  #isActive(): boolean {
    return this.#isAnnouncing || this.#lookup !== undefined;
  }

  #clearTimer(): void {
    this.#timer?.[Symbol.dispose]();
    this.#timer = undefined;
    this.#nextLookupAtMs = undefined;
  }
}

/** How the DHT counts us. */
function shownAs({ announcedPort, isSeed }: Presence): "seed" | "peer" | "absent" {
  if (announcedPort === undefined) return "absent";
  return isSeed ? "seed" : "peer";
}
