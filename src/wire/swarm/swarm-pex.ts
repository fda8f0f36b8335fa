/**
 * Peers tell each other whom they are connected with (BEP 11). Told are only addresses that somebody listens on:
 * those that we dialled, and those that a peer says it accepts connections at (BEP 10, `p`).
 *
 * Private torrents (BEP 27) would have to do without; they are refused before there is a swarm for them.
 */
import { type AddressScope, addressScope, mayContact } from "../../core/address-profile.ts";
import { type Endpoint, formatEndpoint } from "../../core/endpoint.ts";
import type { PeerConnection } from "../peer/peer-connection.ts";
import { extendedMessage } from "../protocol/message-encoder.ts";
import {
  decodePexMessage,
  encodePexMessage,
  PEX_HOLEPUNCH,
  PEX_REACHABLE,
  PEX_SEED,
  PEX_UTP,
  type PexMessage,
  type PexPeer,
} from "../protocol/ut-pex.ts";
import type { PeerPool } from "./peer-pool.ts";
import { PexLedger } from "./pex-ledger.ts";
import type { SwarmContext } from "./swarm-context.ts";

/** How near to us an address is. Whoever is further away has no business with those that are nearer. */
const NEARNESS: Readonly<Record<AddressScope, number>> = {
  unroutable: Number.POSITIVE_INFINITY,
  loopback: 2,
  private: 1,
  public: 0,
};

/** Addresses of each peer's list that are remembered for hole punching: as many as a large swarm's members have connections. */
const MAX_REMEMBERED_NAMES = 200;

export class SwarmPex {
  readonly #swarm: SwarmContext;
  readonly #pool: PeerPool;
  readonly #ledgers = new Map<PeerConnection, PexLedger>();
  /** Whom we could name, as of the last look, and the number of that list: most looks find the list of before. */
  #listening: readonly ListeningPeer[] = [];
  #listeningVersion = 0;
  #rosterVersion = -1;
  /** Whom each peer says that it is connected with. */
  readonly #named = new Map<PeerConnection, Set<string>>();

  constructor(swarm: SwarmContext, pool: PeerPool) {
    this.#swarm = swarm;
    this.#pool = pool;
  }

  /** Body of a ut_pex message. */
  received(peer: PeerConnection, body: Uint8Array): void {
    if (!this.#swarm.shared.config.exchangesPeers) return;
    const { nowMs } = this.#swarm.shared.turns;
    const pace = this.#ledgerOf(peer).received(nowMs);
    if (pace === "flood") peer.close("flood", "exchanged peers too often");
    if (pace !== "in-time") return;
    const message = decodePexMessage(body);
    if (!message.ok) {
      peer.close("protocol-error", `ut_pex: ${message.fault.message}`);
      return;
    }
    this.#remember(peer, message.value);
    for (const named of message.value.added) {
      if (this.#isOfUse(named) && mayMeet(peer.address, named.address))
        this.#pool.add(named.address, "pex", nowMs, peer.party);
    }
  }

  /** Peers that say they are connected with `address`. */
  whoNamed(address: Endpoint): PeerConnection[] {
    const key = formatEndpoint(address);
    return [...this.#named].filter(([, names]) => names.has(key)).map(([peer]) => peer);
  }

  #remember(peer: PeerConnection, { added, dropped }: PexMessage): void {
    const names = this.#named.get(peer) ?? new Set<string>();
    this.#named.set(peer, names);
    for (const { address } of added)
      if (names.size < MAX_REMEMBERED_NAMES) names.add(formatEndpoint(address));
    for (const address of dropped) names.delete(formatEndpoint(address));
  }

  /** Two that have everything have nothing to give each other. */
  #isOfUse(named: PexPeer): boolean {
    const isSeed = (named.flags & PEX_SEED) !== 0;
    return !isSeed || this.#swarm.content?.picker.isComplete !== true;
  }

  /** About once a second: tells each peer what is new to it, once a minute. */
  second(): void {
    if (!this.#swarm.shared.config.exchangesPeers) return;
    const { nowMs } = this.#swarm.shared.turns;
    for (const peer of this.#swarm.roster.connected) {
      if (peer.utPexId === 0) continue;
      const ledger = this.#ledgerOf(peer);
      if (!ledger.isDue(nowMs)) continue;
      this.#lookWhoListens();
      if (ledger.knowsVersion === this.#listeningVersion) continue;
      const named = this.#listening.filter(({ peer: other }) => isToldTo(peer, other));
      const message = ledger.next(
        named.map(({ peer: other, address }) => ({ address, flags: this.#flagsOf(other) })),
        nowMs,
      );
      if (message === undefined) ledger.knowsVersion = this.#listeningVersion;
      else peer.outbox.write(extendedMessage(peer.utPexId, encodePexMessage(message)));
    }
  }

  left(peer: PeerConnection): void {
    this.#ledgers.delete(peer);
    this.#named.delete(peer);
  }

  #ledgerOf(peer: PeerConnection): PexLedger {
    const ledger = this.#ledgers.get(peer) ?? new PexLedger(peer.connectedAtMs);
    this.#ledgers.set(peer, ledger);
    return ledger;
  }

  #lookWhoListens(): void {
    const { roster, shared } = this.#swarm;
    if (roster.version === this.#rosterVersion) return;
    this.#rosterVersion = roster.version;
    const listening: ListeningPeer[] = [];
    for (const peer of roster.connected) {
      const address = listeningAddress(peer);
      if (address !== undefined && mayContact(shared.profile, address)) listening.push({ peer, address });
    }
    if (isSameList(listening, this.#listening)) return;
    this.#listening = listening;
    this.#listeningVersion++;
  }

  #flagsOf(peer: PeerConnection): number {
    const isSeed = peer.isUploadOnly || this.#swarm.content?.picker.isSeed(peer.slot) === true;
    return (
      (isSeed ? PEX_SEED : 0) |
      (peer.transport === "utp" ? PEX_UTP : 0) |
      (peer.holepunchId === 0 ? 0 : PEX_HOLEPUNCH) |
      (peer.isIncoming ? 0 : PEX_REACHABLE)
    );
  }
}

/**
 * Where others can call the peer; undefined: nowhere that we know of. Whoever comes over uTP comes from the socket that it
 * listens on, and behind a translator that is the only address which leads there.
 */
export function listeningAddress(peer: PeerConnection): Endpoint | undefined {
  if (!peer.isIncoming || peer.transport === "utp") return peer.address;
  return peer.listenPort === 0 ? undefined : { ...peer.address, port: peer.listenPort };
}

interface ListeningPeer {
  readonly peer: PeerConnection;
  readonly address: Endpoint;
}

function isSameList(list: readonly ListeningPeer[], than: readonly ListeningPeer[]): boolean {
  return (
    list.length === than.length &&
    list.every(({ peer, address }, i) => than[i]?.peer === peer && than[i].address.port === address.port)
  );
}

function isToldTo(peer: PeerConnection, other: PeerConnection): boolean {
  return other !== peer && NEARNESS[other.scope] <= NEARNESS[peer.scope];
}

/** No peer of the Internet names hosts of our network to us, or learns of them; nor one of the network this host's. */
export function mayMeet(peer: Endpoint, address: Endpoint): boolean {
  return NEARNESS[addressScope(address.host)] <= NEARNESS[addressScope(peer.host)];
}
