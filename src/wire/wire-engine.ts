/**
 * The wire of the whole client: accepts connections, finds the swarm each belongs to, shares limits and the one
 * 100 ms wheel among the swarms. Synchronous and deterministic: streams, clock and randomness are injected.
 */
import { type AddressProfile, partyKey } from "../core/address-profile.ts";
import { latin1Text } from "../core/bytes.ts";
import type { Endpoint } from "../core/endpoint.ts";
import { invariant } from "../core/invariant.ts";
import type { ByteStream, Clock, Random, StreamDialer, StreamTransport } from "../core/ports.ts";
import { copierOf, type SlabPool } from "../core/slab.ts";
import { TokenBucket } from "../core/token-bucket.ts";
import { ConnectionSecurity } from "./encryption/connection-security.ts";
import type { PeerStreams } from "./encryption/peer-streams.ts";
import { outBufferPool } from "./peer/outbox.ts";
import { PeerConnection } from "./peer/peer-connection.ts";
import type { PeerGreeter } from "./peer/peer-owner.ts";
import { BanList, type SavedBan } from "./swarm/ban-list.ts";
import type { ChokePolicy } from "./swarm/choker.ts";
import { canonicalRanking, type PeerRanking } from "./swarm/peer-priority.ts";
import { RecentCalls } from "./swarm/recent-calls.ts";
import type { Swarm, SwarmOptions } from "./swarm/swarm.ts";
import { SwarmEngine } from "./swarm/swarm-engine.ts";
import { type TransportLoad, TransportShare } from "./transport-share.ts";
import { WireBudget } from "./wire-budget.ts";
import { DEFAULT_WIRE_CONFIG, type WireConfig } from "./wire-config.ts";
import type { CloseReason, WireEvent } from "./wire-events.ts";
import type { OutsideView, WireShared } from "./wire-shared.ts";
import { TICK_MS, WireTurns } from "./wire-turns.ts";
import type { WireView } from "./wire-view.ts";

/** Ticks between two looks at what changes slowly. */
const TICKS_PER_SECOND = 1000 / TICK_MS;

export interface WireEngineOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly dialer: StreamDialer;
  readonly slabs: SlabPool;
  readonly addressProfile: AddressProfile;
  readonly config?: Partial<WireConfig>;
  /** Makes the choker of each swarm in place of the one that `config` names: simulations of other clients' strategies. */
  readonly createChoker?: () => ChokePolicy;
  readonly onEvent?: (event: WireEvent) => void;
  /** Whether something was sent to `host` lately over the socket of uTP, so that a translator lets it in. Default: no. */
  readonly hasSentTo?: (host: string) => boolean;
  /** Whether streams over uTP have something to send and wait for a queue on the way; absent where there is no uTP. */
  readonly isUtpHeldBack?: () => boolean;
  /** Takes the place of dialling and accepting with MSE, for who records or replays what is below. */
  readonly peerStreams?: (turns: WireTurns) => PeerStreams;
  /** Takes the place of the order by addresses (BEP 40), for the same. */
  readonly ranking?: PeerRanking;
}

export interface WireLimits {
  /** Bytes per second over all torrents; null = no limit. Absent = unchanged. */
  readonly maxDownBytesPerSecond?: number | null;
  readonly maxUpBytesPerSecond?: number | null;
  readonly maxConnections?: number;
  /** Whether rates of peers on our own network (RFC 1918, RFC 4193, link-local) are left alone. */
  readonly isLanExempt?: boolean;
}

/** The engine as its owner sees it. */
export type Wire = Pick<
  WireEngine,
  | "accept"
  | "addSwarm"
  | "setLimits"
  | "setOutside"
  | "exportBans"
  | "importBans"
  | "payload"
  | "view"
  | "close"
>;

export class WireEngine implements PeerGreeter<PeerConnection> {
  readonly #clock: Clock;
  readonly #shared: WireShared;
  readonly #budget: WireBudget;
  readonly #onEvent: (event: WireEvent) => void;
  readonly #isUtpHeldBack: (() => boolean) | undefined;
  readonly #hasSentTo: (host: string) => boolean;
  /** By info-hash, one character a byte. */
  readonly #swarms = new Map<string, SwarmEngine>();
  /** Accepted, handshake not finished; those that are done are swept out at the next look. */
  readonly #arriving = new Set<PeerConnection>();
  #timer: Disposable | undefined;
  #ticks = 0;
  #acceptedIncoming = 0;
  #isClosed = false;

  constructor(options: WireEngineOptions) {
    const config = { ...DEFAULT_WIRE_CONFIG, ...options.config };
    const turns = new WireTurns(options.clock);
    this.#clock = options.clock;
    this.#onEvent = options.onEvent ?? (() => {});
    this.#isUtpHeldBack = options.isUtpHeldBack;
    this.#hasSentTo = options.hasSentTo ?? (() => false);
    this.#budget = new WireBudget(config, options.addressProfile, turns);
    this.#shared = {
      random: options.random,
      ranking: options.ranking ?? canonicalRanking(options.random),
      expectCall: options.dialer.expectCall?.bind(options.dialer),
      recentCalls: new RecentCalls(),
      outside: { port: undefined, hosts: [] },
      security:
        options.peerStreams?.(turns) ??
        new ConnectionSecurity(config.encryption, options.random, options.dialer, turns),
      slabs: options.slabs,
      copyPayload: copierOf(options.slabs),
      config,
      createChoker: options.createChoker,
      profile: options.addressProfile,
      turns,
      buffers: outBufferPool(),
      bans: new BanList(options.addressProfile),
      downLimit: new TokenBucket(null),
      upLimit: new TokenBucket(null),
      transportShare: new TransportShare(),
      budget: this.#budget,
      sendBufferBytes: 0,
      payload: { downloadedBytes: 0, uploadedBytes: 0 },
      isLanExempt: false,
      metSelf: (address) => turns.tell(this.#onEvent, { type: "self-connection", address }),
    };
    this.#armTimer();
  }

  /** Takes an incoming connection and sets its handler; closes it when there is no place for it. */
  accept(stream: ByteStream): void {
    this.#turn(() => {
      const refusal = this.#refusalOf(stream.remote);
      if (refusal !== undefined) {
        stream.close();
        this.#tellRefused(stream.remote, refusal);
        return;
      }
      const peer = new PeerConnection(this.#shared, {
        address: stream.remote,
        source: "incoming",
        isIncoming: true,
        greeter: this,
      });
      peer.isMutualCall = this.#shared.recentCalls.has(stream.remote, this.#shared.turns.nowMs);
      peer.cameByItself =
        stream.transport === "tcp" || !(peer.isMutualCall || this.#hasSentTo(stream.remote.host));
      this.#budget.accepted(stream.remote);
      this.#arriving.add(peer);
      peer.attach(this.#shared.security.accept(stream, peer));
    });
  }

  /** Throws when the torrent is here already. The swarm is stopped; call `start`. */
  addSwarm(options: SwarmOptions): Swarm {
    invariant(!this.#isClosed, "the engine is closed");
    const key = latin1Text(options.infoHash);
    invariant(!this.#swarms.has(key), "the torrent is here already");
    const { security } = this.#shared;
    const swarm = new SwarmEngine(this.#shared, options, () => {
      this.#swarms.delete(key);
      security.removeTorrent(options.infoHash);
    });
    this.#swarms.set(key, swarm);
    swarm.outsideChanged();
    security.addTorrent(options.infoHash);
    return swarm;
  }

  setLimits(limits: WireLimits): void {
    this.#turn(() => {
      const { downLimit, upLimit, turns } = this.#shared;
      if (limits.maxDownBytesPerSecond !== undefined)
        downLimit.setRate(limits.maxDownBytesPerSecond, turns.nowMs);
      if (limits.maxUpBytesPerSecond !== undefined) upLimit.setRate(limits.maxUpBytesPerSecond, turns.nowMs);
      if (limits.isLanExempt !== undefined) this.#shared.isLanExempt = limits.isLanExempt;
      if (limits.maxConnections !== undefined) this.#budget.maxConnections = limits.maxConnections;
    });
  }

  /** We look otherwise from outside than before: peers that are met from now on are told so. */
  setOutside(outside: OutsideView): void {
    this.#shared.outside = outside;
    for (const swarm of this.#swarms.values()) swarm.outsideChanged();
  }

  /** Bans that still run, for the state file. */
  exportBans(): SavedBan[] {
    return this.#shared.bans.exportBans(this.#clock.nowMs());
  }

  importBans(saved: readonly SavedBan[]): void {
    this.#shared.bans.importBans(saved, this.#clock.nowMs());
  }

  /** Of all torrents, also of those that are gone, since the start. */
  get payload(): Readonly<WireShared["payload"]> {
    return this.#shared.payload;
  }

  view(): WireView {
    this.#sweepArriving();
    const views = [...this.#swarms.values()].map((swarm) => swarm.rates());
    return {
      connections: this.#budget.connections,
      pendingIncoming: this.#arriving.size,
      halfOpen: this.#budget.halfOpen,
      swarms: this.#swarms.size,
      downBytesPerSecond: views.reduce((sum, view) => sum + view.downBytesPerSecond, 0),
      upBytesPerSecond: views.reduce((sum, view) => sum + view.upBytesPerSecond, 0),
      acceptedIncoming: this.#acceptedIncoming,
      sendBufferBytes: this.#shared.sendBufferBytes,
      maxDownBytesPerSecond: this.#shared.downLimit.ratePerSecond ?? undefined,
      maxUpBytesPerSecond: this.#shared.upLimit.ratePerSecond ?? undefined,
    };
  }

  /** Closes every connection and timer; the engine is dead afterwards. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#timer?.[Symbol.dispose]();
    this.#turn(() => {
      for (const peer of this.#arriving) peer.close("stopped");
      for (const swarm of [...this.#swarms.values()]) swarm.remove();
    });
  }

  // Arrivals -------------------------------------------------------------------------------------------------------

  #refusalOf(from: Endpoint): CloseReason | undefined {
    const { config, bans, turns, profile } = this.#shared;
    if (this.#isClosed || this.#swarms.size === 0) return "unknown-torrent";
    if (bans.has(from, turns.nowMs)) return "banned";
    this.#sweepArriving();
    if (this.#arriving.size >= config.maxPendingIncoming) return "too-many";
    const party = partyKey(profile, from);
    const fromParty = [...this.#arriving].filter((peer) => partyKey(profile, peer.address) === party).length;
    if (fromParty >= config.maxPendingIncomingPerParty) return "too-many";
    return this.#budget.mayAccept(from) ? undefined : "too-many";
  }

  /** Who finished the handshake, or went, is not arriving any more. */
  #sweepArriving(): void {
    for (const peer of this.#arriving) {
      if (peer.isConnected && peer.cameByItself) this.#acceptedIncoming++;
      if (peer.isConnected || peer.isClosed) this.#arriving.delete(peer);
    }
  }

  /** An accepted connection says which torrent it wants. */
  onHandshakeHead(peer: PeerConnection, infoHash: Uint8Array): void {
    const swarm = this.#swarms.get(latin1Text(infoHash));
    if (swarm?.isRunning === true) swarm.admit(peer);
    else peer.close("unknown-torrent");
  }

  onClosed(peer: PeerConnection, reason: CloseReason): void {
    this.#arriving.delete(peer);
    this.#budget.released(peer.address);
    this.#tellRefused(peer.address, reason);
  }

  #tellRefused(address: Endpoint, reason: CloseReason): void {
    this.#shared.turns.tell(this.#onEvent, { type: "incoming-refused", address, reason });
  }

  #checkHandshakes(): void {
    const { turns, config } = this.#shared;
    for (const peer of this.#arriving) {
      const isLate = turns.nowMs - peer.openedAtMs >= config.handshakeTimeoutMs;
      if (isLate && !peer.isConnected) peer.close("handshake-timeout");
    }
    this.#sweepArriving();
  }

  // The wheel ------------------------------------------------------------------------------------------------------

  #armTimer(): void {
    this.#timer = this.#clock.setTimer(TICK_MS, this.#onTimer);
  }

  readonly #onTimer = (): void => {
    this.#armTimer();
    this.#turn(() => this.#tick());
  };

  #tick(): void {
    const { downLimit, turns } = this.#shared;
    const isSecond = ++this.#ticks % TICKS_PER_SECOND === 0;
    const running = this.#runningInTurn(isSecond);
    let allowance = downLimit.available(turns.nowMs);
    for (const swarm of running) allowance = swarm.pacing.resumeReaders(allowance);
    for (const swarm of running) swarm.tick(isSecond);
    if (!isSecond) return;
    this.#checkHandshakes();
    this.#freeMemory(running);
    if (this.#isUtpHeldBack !== undefined) this.#shareUplink(running, this.#isUtpHeldBack());
  }

  /** Of peers that wait for something of ours, those over uTP get their part. */
  #shareUplink(running: readonly SwarmEngine[], isUtpHeldBack: boolean): void {
    const { nowMs } = this.#shared.turns;
    const loads: Record<StreamTransport, TransportLoad> = {
      tcp: { peers: 0, bytesPerSecond: 0 },
      utp: { peers: 0, bytesPerSecond: 0 },
    };
    for (const { upload, transport } of running.flatMap((swarm) => swarm.roster.connected)) {
      if (upload.queue.length === 0 && upload.pendingBytes === 0) continue;
      loads[transport].peers++;
      loads[transport].bytesPerSecond += upload.meter.perSecond(nowMs);
    }
    this.#shared.transportShare.adjust(loads.tcp, loads.utp, isUtpHeldBack, nowMs);
  }

  /**
   * Running swarms, beginning with another one at each tick, so that none is always first at shared limits. One without connections
   * has nothing to do more often than once a second: 1,000 idle torrents must cost next to nothing.
   */
  #runningInTurn(isSecond: boolean): SwarmEngine[] {
    const running: SwarmEngine[] = [];
    for (const swarm of this.#swarms.values())
      if (swarm.isRunning && (isSecond || swarm.roster.count > 0)) running.push(swarm);
    if (running.length < 2) return running;
    const first = this.#ticks % running.length;
    return [...running.slice(first), ...running.slice(0, first)];
  }

  /** The slab arena is full and somebody waits: unfinished pieces that nobody works on give their slabs back. */
  #freeMemory(running: readonly SwarmEngine[]): void {
    if (!running.some((swarm) => swarm.isOutOfMemory)) return;
    for (const swarm of running) swarm.abandonStuckPiece();
  }

  #turn(action: () => void): void {
    this.#shared.turns.enter();
    action();
    this.#shared.turns.leave();
  }
}
