/**
 * How connections of a swarm begin and end: dials from the pool, accepted ones from the lobby, the handshakes, our
 * introduction, doubles and ourselves. After that a peer belongs to the other parts.
 */
import { partyKey } from "../../core/address-profile.ts";
import { compareBytes, equalBytes } from "../../core/bytes.ts";
import type { Endpoint } from "../../core/endpoint.ts";
import type { PeerId } from "../../core/ids.ts";
import { NEVER_MS } from "../../core/never-ms.ts";
import { PeerConnection } from "../peer/peer-connection.ts";
import type { PeerOwner } from "../peer/peer-owner.ts";
import { encodeHandshake, type HandshakeFeatures } from "../protocol/handshake.ts";
import type { Dial, PeerPool } from "./peer-pool.ts";
import type { SwarmContext } from "./swarm-context.ts";

/** Two connections of the same pair that are younger than this were opened towards each other at the same time. */
const SIMULTANEOUS_OPEN_MS = 10_000;
/** As libtorrent's peer_turnover and peer_turnover_cutoff: so many of the places, when so many are taken. */
const TURNOVER_RATIO = 0.04;
const FULL_RATIO = 0.9;
/** A connection that has been silent for this long gives way to a new one of the same peer. */
const STALE_AFTER_MS = 30_000;

export class SwarmConnections {
  readonly #swarm: SwarmContext;
  readonly #pool: PeerPool;
  readonly #peerId: PeerId;
  readonly #owner: PeerOwner<PeerConnection>;
  #dialling = 0;
  #nextTurnoverMs: number;
  maxConnections: number;
  /** By cause, since the swarm was added. */
  readonly dialFailures: { timedOut: number; refused: number; noHandshake: number; other: number } = {
    timedOut: 0,
    refused: 0,
    noHandshake: 0,
    other: 0,
  };

  constructor(swarm: SwarmContext, pool: PeerPool, peerId: PeerId, owner: PeerOwner<PeerConnection>) {
    this.#swarm = swarm;
    this.#pool = pool;
    this.#peerId = peerId;
    this.#owner = owner;
    this.#nextTurnoverMs = swarm.shared.turns.nowMs + swarm.shared.config.turnoverMs;
    this.maxConnections = swarm.shared.config.maxConnectionsPerTorrent;
  }

  /** Dials as many candidates as pool and budget allow now. */
  tick(): void {
    const { roster, shared } = this.#swarm;
    const { nowMs } = shared.turns;
    const wanted = this.#pool.wantedDials(roster.connected.length, this.maxConnections);
    while (this.#dialling < wanted && roster.count < this.maxConnections && shared.budget.mayDial()) {
      const dial = this.#pool.nextDial(nowMs);
      if (dial === undefined) return;
      this.#dial(dial);
    }
  }

  #dial({ address, source, timeoutMs, isPlain }: Dial): void {
    const { shared, infoHash } = this.#swarm;
    const peer = this.#newPeer(address, source);
    peer.isDialledEncrypted = shared.security.encrypts(isPlain);
    this.#dialling++;
    const { nowMs } = shared.turns;
    shared.recentCalls.note(address, shared.recentCalls.hasArranged(address, nowMs), nowMs);
    shared.budget.dialled(address);
    peer.attach(shared.security.dial({ to: address, infoHash, timeoutMs, handler: peer, isPlain }));
  }

  /** The peer at `address` calls us at this moment, says a third one of party `from`: calls it as well (BEP 55). */
  punch(address: Endpoint, from: string): void {
    const { roster, shared } = this.#swarm;
    shared.recentCalls.note(address, true, shared.turns.nowMs);
    if (roster.count >= this.maxConnections || !shared.budget.mayDial()) return;
    const dial = this.#pool.dialNow(address, from, shared.turns.nowMs);
    if (dial === undefined) return;
    shared.expectCall?.(address);
    this.#dial(dial);
  }

  isSelf(address: Endpoint): boolean {
    return this.#pool.isSelf(address);
  }

  #newPeer(address: Endpoint, source: PeerConnection["source"]): PeerConnection {
    const { shared, roster } = this.#swarm;
    const peer = new PeerConnection(shared, {
      address,
      source,
      isIncoming: false,
      greeter: this.#owner,
    });
    peer.adoptBy(this.#owner);
    peer.party = partyKey(shared.profile, address);
    roster.pending.add(peer);
    return peer;
  }

  /** A dialled connection stands. */
  opened(peer: PeerConnection): void {
    this.#dialEnded();
    this.#sendHandshake(peer);
  }

  /** An accepted connection asks for this torrent: answers at once, or closes. */
  admit(peer: PeerConnection): void {
    const { roster, shared } = this.#swarm;
    if (roster.count >= this.maxConnections && !this.#makesRoomFor(peer)) peer.close("too-many");
    else if (shared.bans.has(peer.address, shared.turns.nowMs)) peer.close("banned");
    else {
      peer.adoptBy(this.#owner);
      peer.party = partyKey(shared.profile, peer.address);
      roster.pending.add(peer);
      this.#sendHandshake(peer);
    }
  }

  /**
   * BEP 40: whoever ranks higher takes the place of the lowest of those that nothing flows between. Without it a full
   * swarm falls apart into cliques of those that came at the same time, and data crosses from one to the next slowly;
   * with it connections become those of a random graph, and come to rest.
   */
  #makesRoomFor(newcomer: PeerConnection): boolean {
    const { roster, shared } = this.#swarm;
    const { nowMs } = shared.turns;
    let lowest = this.#pool.canonicalPriorityOf(newcomer.address);
    let leaving: PeerConnection | undefined;
    if (lowest === undefined) return false;
    for (const peer of roster.connected) {
      if (peer.rank === undefined || peer.rank >= lowest || !isIdle(peer, nowMs)) continue;
      lowest = peer.rank;
      leaving = peer;
    }
    leaving?.close("too-many", "made room for a peer of higher priority");
    return leaving !== undefined;
  }

  /** Our own address has become known, or is another one. */
  rankAnew(): void {
    for (const peer of this.#swarm.roster.connected) peer.rank = this.#pool.canonicalPriorityOf(peer.address);
  }

  #sendHandshake(peer: PeerConnection): void {
    peer.hasSentHandshake = true;
    peer.outbox.write(encodeHandshake(this.#swarm.infoHash, this.#peerId, this.#ownFeatures()));
  }

  #ownFeatures(): HandshakeFeatures {
    return { hasExtensions: true, hasFast: true, hasDht: this.#swarm.shared.config.dhtPort !== 0 };
  }

  /** The info-hash of a dialled peer; that of an accepted one was looked up by the lobby. */
  checkInfoHash(peer: PeerConnection, infoHash: Uint8Array): void {
    if (!equalBytes(infoHash, this.#swarm.infoHash))
      peer.close("unknown-torrent", "answered for another torrent");
  }

  /** The handshake is complete; true when the peer is one of ours now. */
  accepted(peer: PeerConnection): boolean {
    const { roster, shared } = this.#swarm;
    const { nowMs } = shared.turns;
    if (equalBytes(peer.peerId, this.#peerId)) {
      this.#metSelf(peer);
      return false;
    }
    if (this.#losesToDouble(peer)) {
      peer.close("duplicate");
      return false;
    }
    if (!roster.join(peer)) {
      peer.close("too-many");
      return false;
    }
    peer.state = "connected";
    peer.connectedAtMs = nowMs;
    peer.isMutualCall ||= shared.recentCalls.hasArranged(peer.address, nowMs);
    peer.uselessSinceMs = nowMs;
    peer.rank = this.#pool.canonicalPriorityOf(peer.address);
    if (peer.isIncoming) this.#pool.incomingConnected(peer.address, nowMs);
    else this.#pool.connected(peer.address, nowMs);
    const own = this.#ownFeatures();
    peer.agreeOn({
      hasExtensions: peer.features.hasExtensions && own.hasExtensions,
      hasFast: peer.features.hasFast && own.hasFast,
      hasDht: peer.features.hasDht && own.hasDht,
    });
    return true;
  }

  /**
   * The end that dialled knows the address to avoid; it learns of it from the answer of the other end, which
   * therefore listens no more but leaves closing to it (or to the handshake's time limit).
   */
  #metSelf(peer: PeerConnection): void {
    if (peer.isIncoming) {
      peer.listenNoMore();
      return;
    }
    this.#pool.addSelf(peer.address);
    this.#swarm.shared.metSelf(peer.address);
    peer.close("self-connection");
  }

  /** Whether the new connection gives way to one that we have; otherwise that one is closed. */
  #losesToDouble(peer: PeerConnection): boolean {
    const same = this.#swarm.roster.otherWithId(peer);
    if (same !== undefined) {
      if (!this.#isBetter(peer, same)) return true;
      same.close("duplicate");
    }
    return this.#swarm.shared.profile === "public" && this.#pool.isConnected(peer.address);
  }

  /**
   * Of two connections of one pair, both ends must keep the same one. When both dialled at once, that is the one
   * which the greater peer id opened (as libtorrent decides); else the older one, unless it has fallen silent.
   */
  #isBetter(peer: PeerConnection, than: PeerConnection): boolean {
    const { nowMs } = this.#swarm.shared.turns;
    const isSimultaneous =
      peer.isIncoming !== than.isIncoming && nowMs - than.connectedAtMs < SIMULTANEOUS_OPEN_MS;
    if (isSimultaneous) return peer.isIncoming === compareBytes(peer.peerId, this.#peerId) > 0;
    return peer.address.host === than.address.host && nowMs - than.lastReceivedMs > STALE_AFTER_MS;
  }

  /** The connection is over; its slot is still valid. Not `isUseful`: there is nothing to come back for soon. */
  closed(peer: PeerConnection, detail: string, isUseful: boolean): void {
    const { shared, roster } = this.#swarm;
    const { nowMs } = shared.turns;
    const wasConnected = peer.slot >= 0;
    if (!peer.isIncoming && peer.openedAtMs === NEVER_MS) this.#dialEnded();
    const triesPlaintext = !wasConnected && !peer.isIncoming && this.#triesPlaintext(peer);
    if (wasConnected) this.#pool.disconnected(peer.address, nowMs, isUseful);
    else if (!peer.isIncoming && !triesPlaintext) this.#dialFailed(peer, detail);
    roster.leave(peer);
    shared.budget.released(peer.address);
    // Not to be waited for: where nobody is connected the next tick is a second away.
    if (triesPlaintext) this.tick();
  }

  #dialFailed(peer: PeerConnection, detail: string): void {
    this.#pool.dialFailed(peer.address, this.#swarm.shared.turns.nowMs);
    if (peer.openedAtMs !== NEVER_MS) this.dialFailures.noHandshake++;
    else if (detail === "timeout") this.dialFailures.timedOut++;
    else if (detail === "refused") this.dialFailures.refused++;
    else this.dialFailures.other++;
  }

  /**
   * A peer that took the connection and did not get through the encrypted handshake is to be dialled in plaintext:
   * clients that do not speak MSE hang up at it.
   */
  #triesPlaintext(peer: PeerConnection): boolean {
    const { shared, isRunning } = this.#swarm;
    const isEncryptionAtFault = peer.isDialledEncrypted && peer.encryption === undefined;
    if (!isRunning || !isEncryptionAtFault || peer.openedAtMs === NEVER_MS) return false;
    return (
      shared.security.policy === "prefer" && this.#pool.encryptionFailed(peer.address, shared.turns.nowMs)
    );
  }

  #dialEnded(): void {
    this.#dialling--;
    this.#swarm.shared.budget.dialEnded();
  }

  /** Once a second. */
  second(): void {
    this.#endLateHandshakes();
    const { shared, roster } = this.#swarm;
    if (shared.turns.nowMs < this.#nextTurnoverMs) return;
    this.#nextTurnoverMs = shared.turns.nowMs + shared.config.turnoverMs;
    const isFull = roster.connected.length >= FULL_RATIO * this.maxConnections;
    if (isFull && this.#pool.counts().candidates > 0) this.#turnOver();
  }

  /** The least useful peers make room; those that joined lately are given their time. */
  #turnOver(): void {
    const { shared, roster } = this.#swarm;
    const { nowMs } = shared.turns;
    const usefulness = (peer: PeerConnection) =>
      peer.download.meter.perSecond(nowMs) +
      peer.upload.meter.perSecond(nowMs) +
      (peer.isInterestedInPeer || peer.isPeerInterested ? 1 : 0);
    const leaving = roster.connected
      .filter((peer) => nowMs - peer.connectedAtMs >= shared.config.turnoverMs)
      .sort((a, b) => usefulness(a) - usefulness(b))
      .slice(0, Math.ceil(TURNOVER_RATIO * this.maxConnections));
    for (const peer of leaving) peer.close("too-many", "made room for somebody else");
  }

  /** Slow dribbles included (threats W2). */
  #endLateHandshakes(): void {
    const { shared, roster } = this.#swarm;
    for (const peer of [...roster.pending]) {
      if (peer.openedAtMs === NEVER_MS) continue;
      if (shared.turns.nowMs - peer.openedAtMs >= shared.config.handshakeTimeoutMs)
        peer.close("handshake-timeout");
    }
  }
}

function isIdle({ download, upload }: PeerConnection, nowMs: number): boolean {
  return download.meter.perSecond(nowMs) === 0 && upload.meter.perSecond(nowMs) === 0;
}
