/**
 * Engine of one torrent: gives what connections tell to the part whose business it is, and keeps what the parts
 * share. The parts: connections (begin and end), introduction, metadata, peer exchange, hole punching, downloads, uploads, choking, health,
 * report. Everything here runs inside a turn (`wire-turns.ts`).
 */
import { type Endpoint, endpoint } from "../../core/endpoint.ts";
import type { InfoHash } from "../../core/ids.ts";
import { invariant } from "../../core/invariant.ts";
import type { BlockSlot } from "../../core/slab.ts";
import type { PieceMap } from "../../torrent/piece-map.ts";
import type { PieceVerdict } from "../../torrent/piece-verdict.ts";
import type { PeerConnection } from "../peer/peer-connection.ts";
import type { AnnouncedPieces, PeerOwner } from "../peer/peer-owner.ts";
import { EXTENSION_HANDSHAKE } from "../protocol/message-ids.ts";
import {
  OUR_LT_DONTHAVE,
  OUR_UT_HOLEPUNCH,
  OUR_UT_METADATA,
  OUR_UT_PEX,
} from "../protocol/message-limits.ts";
import { makePeerId } from "../protocol/peer-id.ts";
import type { CloseReason, PeerSource, SwarmEvent } from "../wire-events.ts";
import type { SwarmStorage } from "../wire-ports.ts";
import type { WireShared } from "../wire-shared.ts";
import type { PeerView, SoleSource, SwarmStrips, SwarmView } from "../wire-view.ts";
import { Blame } from "./blame.ts";
import { HavePacing } from "./have-pacing.ts";
import { PeerPool } from "./peer-pool.ts";
import { PiecePicker } from "./piece-picker.ts";
import { SuperSeedPlan } from "./super-seed-plan.ts";
import type {
  KnownPeer,
  PieceDeadline,
  PieceOrder,
  Swarm,
  SwarmContent,
  SwarmLimits,
  SwarmOptions,
} from "./swarm.ts";
import { SwarmBlocks } from "./swarm-blocks.ts";
import { SwarmChoking } from "./swarm-choking.ts";
import { SwarmConnections } from "./swarm-connections.ts";
import type { ContentState, SwarmContext, TotalsState } from "./swarm-context.ts";
import { SwarmDeadlines } from "./swarm-deadlines.ts";
import { SwarmHaves } from "./swarm-haves.ts";
import { SwarmHealth } from "./swarm-health.ts";
import { SwarmHolepunch } from "./swarm-holepunch.ts";
import { SwarmIntroduction } from "./swarm-introduction.ts";
import { SwarmLostRequests } from "./swarm-lost-requests.ts";
import { SwarmMetadata } from "./swarm-metadata.ts";
import { SwarmPacing } from "./swarm-pacing.ts";
import { SwarmPex } from "./swarm-pex.ts";
import { SwarmPieces } from "./swarm-pieces.ts";
import { protocolUpBytesOf, SwarmReport } from "./swarm-report.ts";
import { SwarmRequests } from "./swarm-requests.ts";
import { SwarmRoster } from "./swarm-roster.ts";
import { SwarmSegments } from "./swarm-segments.ts";
import { SwarmSuperSeeding } from "./swarm-super-seeding.ts";
import { SwarmUploads } from "./swarm-uploads.ts";
import { SwarmVerdicts } from "./swarm-verdicts.ts";

export class SwarmEngine implements Swarm, SwarmContext, PeerOwner<PeerConnection> {
  readonly infoHash: InfoHash;
  readonly shared: WireShared;
  readonly roster: SwarmRoster = new SwarmRoster();
  readonly pacing: SwarmPacing;
  readonly totals: TotalsState = {
    downloadedBytes: 0,
    uploadedBytes: 0,
    wastedHashFailBytes: 0,
    wastedRedundantBytes: 0,
    wastedUnrequestedBytes: 0,
    protocolDownBytes: 0,
    protocolUpBytes: 0,
  };
  content: ContentState | undefined;
  isRunning = false;
  isHalted = false;

  readonly #onEvent: (event: SwarmEvent) => void;
  readonly #onRemoved: (swarm: SwarmEngine) => void;
  readonly #pool: PeerPool;
  readonly #connections: SwarmConnections;
  readonly #metadata: SwarmMetadata;
  readonly #pex: SwarmPex;
  readonly #holepunch: SwarmHolepunch;
  readonly #introduction: SwarmIntroduction;
  readonly #havePacing = new HavePacing();
  readonly #requests: SwarmRequests;
  readonly #lostRequests: SwarmLostRequests;
  readonly #blocks: SwarmBlocks;
  readonly #haves: SwarmHaves;
  readonly #pieces: SwarmPieces;
  readonly #verdicts: SwarmVerdicts;
  readonly #uploads: SwarmUploads;
  readonly #choking: SwarmChoking;
  readonly #deadlines: SwarmDeadlines;
  readonly #superSeeding: SwarmSuperSeeding;
  readonly #health: SwarmHealth;
  readonly #report: SwarmReport;
  #storage: SwarmStorage | undefined;
  #mayBecomeSuperSeed: boolean;
  #pieceOrder: PieceOrder = "rarest-first";
  readonly #listenPort: number;
  #isRemoved = false;

  constructor(shared: WireShared, options: SwarmOptions, onRemoved: (swarm: SwarmEngine) => void) {
    this.infoHash = options.infoHash;
    this.shared = shared;
    this.pacing = new SwarmPacing(shared);
    this.#onEvent = options.onEvent;
    this.#onRemoved = onRemoved;
    this.#storage = options.storage;
    this.#listenPort = options.listenPort;
    this.#mayBecomeSuperSeed = options.isSuperSeed === true;
    const peerId = options.peerId ?? makePeerId(shared.config.peerIdPrefix, shared.random);
    this.#pool = new PeerPool({ profile: shared.profile, ranking: shared.ranking, bans: shared.bans });
    this.#connections = new SwarmConnections(this, this.#pool, peerId, this);
    this.#metadata = new SwarmMetadata(this, (rawInfo) => this.#metadataComplete(rawInfo));
    this.#pex = new SwarmPex(this, this.#pool);
    this.#holepunch = new SwarmHolepunch(this, this.#connections, this.#pex);
    this.#introduction = new SwarmIntroduction(this, this.#pool, this.#metadata, options.listenPort);
    this.#requests = new SwarmRequests(this);
    this.#lostRequests = new SwarmLostRequests(this, this.#requests);
    this.#blocks = new SwarmBlocks(this, this.#lostRequests);
    this.#haves = new SwarmHaves(this);
    this.#pieces = new SwarmPieces(this, this.#introduction, this.#requests, this.#lostRequests, this.#haves);
    this.#verdicts = new SwarmVerdicts(this, this.#requests, this.#blocks, this.#pieces);
    this.#uploads = new SwarmUploads(this);
    this.#choking = new SwarmChoking(this, this.#uploads, this.#haves);
    this.#deadlines = new SwarmDeadlines(this, this.#requests, this.#lostRequests);
    this.#superSeeding = new SwarmSuperSeeding(this);
    this.#health = new SwarmHealth(this);
    this.#report = new SwarmReport(this, {
      pool: this.#pool,
      connections: this.#connections,
      metadata: this.#metadata,
      verdicts: this.#verdicts,
    });
    if (options.rawInfo !== undefined) this.#metadata.provide(options.rawInfo);
  }

  // Swarm: what the owner of the torrent says --------------------------------------------------------------------

  start(): void {
    invariant(!this.#isRemoved, "a removed swarm cannot be started");
    this.#turn(() => {
      this.isRunning = true;
      this.#connections.tick();
    });
  }

  stop(): void {
    this.#turn(() => {
      this.isRunning = false;
      for (const peer of [...this.roster.connected, ...this.roster.pending]) peer.close("stopped");
      this.#blocks.abandonAll();
      this.#verdicts.endRests();
      this.#pieces.stopped();
    });
  }

  remove(): void {
    if (this.#isRemoved) return;
    this.stop();
    this.#isRemoved = true;
    this.#onRemoved(this);
  }

  setContent(content: SwarmContent): void {
    this.#turn(() => {
      const known = this.#pieces.remember();
      this.#storage = content.storage ?? this.#storage;
      invariant(this.#storage !== undefined, "content needs a storage");
      this.#blocks.abandonAll();
      this.#verdicts.endRests();
      this.#metadata.provide(content.rawInfo);
      const { pieceMap: map, have, priorities } = content;
      const picker = new PiecePicker({ pieceMap: map, random: this.shared.random, have, priorities });
      const superSeeding = this.#superSeedPlan(map, picker);
      picker.setOrder(this.#pieceOrder);
      this.content = {
        map,
        picker,
        blame: new Blame(map),
        segments: new SwarmSegments(map, this.#storage.slabs ?? this.shared.slabs),
        storage: this.#storage,
        superSeeding,
      };
      this.#deadlines.contentReplaced();
      this.#pieces.contentReplaced(known);
      this.#needMayHaveGrown();
    });
  }

  setPriorities(priorities: Uint8Array): void {
    this.#turn(() => {
      if (this.content === undefined) return;
      this.content.picker.setPriorities(priorities);
      this.#pieces.checkInterests();
      this.#pieces.noteCompletion();
      this.#requests.replan();
      this.#needMayHaveGrown();
    });
  }

  /** Peers that left because neither side wanted anything are called back when something is wanted again. */
  #needMayHaveGrown(): void {
    if (this.content?.picker.isComplete !== false) return;
    this.#pool.needGrew(this.shared.turns.nowMs);
    if (this.isRunning) this.#connections.tick();
  }

  setPieceOrder(order: PieceOrder): void {
    this.#turn(() => {
      this.#pieceOrder = order;
      this.content?.picker.setOrder(order);
      this.#requests.replan();
    });
  }

  setUrgentPieces(pieces: readonly number[]): void {
    this.#turn(() => this.#deadlines.setUrgent(pieces));
  }

  setDeadlines(deadlines: readonly PieceDeadline[]): void {
    this.#turn(() => this.#deadlines.set(deadlines));
  }

  setLimits(limits: SwarmLimits): void {
    this.#turn(() => {
      const { nowMs } = this.shared.turns;
      if (limits.maxDownBytesPerSecond !== undefined)
        this.pacing.down.setRate(limits.maxDownBytesPerSecond, nowMs);
      if (limits.maxUpBytesPerSecond !== undefined) this.pacing.up.setRate(limits.maxUpBytesPerSecond, nowMs);
      if (limits.maxConnections !== undefined) this.#connections.maxConnections = limits.maxConnections;
    });
  }

  addCandidates(endpoints: readonly Endpoint[], source: Exclude<PeerSource, "incoming">): void {
    this.#turn(() => {
      for (const endpoint of endpoints) this.#pool.add(endpoint, source, this.shared.turns.nowMs);
      if (this.isRunning) this.#connections.tick();
    });
  }

  pieceChecked(pieceIndex: number, verdict: PieceVerdict): void {
    this.#turn(() => this.#verdicts.pieceChecked(pieceIndex, verdict));
  }

  pieceLost(pieceIndex: number): void {
    this.#turn(() => {
      if (this.content?.picker.have.has(pieceIndex) !== true) return;
      this.content.picker.pieceLost(pieceIndex);
      this.#uploads.pieceLost(pieceIndex);
      this.#pieces.lost(pieceIndex);
      this.#pieces.checkInterests();
      this.#pieces.noteCompletion();
      this.#requests.replan();
    });
  }

  /** Once a block that is sent: without a closure. */
  blockRead(token: number, slot: BlockSlot | undefined, code = "EIO"): void {
    const { turns } = this.shared;
    turns.enter();
    this.#uploads.blockRead(token, slot, code);
    turns.leave();
  }

  resumeDownloading(): void {
    this.#turn(() => {
      this.isHalted = false;
      this.#pieces.checkInterests();
      this.#requests.replan();
    });
  }

  get isAlone(): boolean {
    return this.roster.count === 0;
  }

  get downloadedBytes(): number {
    return this.totals.downloadedBytes;
  }

  get uploadedBytes(): number {
    return this.totals.uploadedBytes;
  }

  view(): SwarmView {
    return this.#report.view();
  }

  strips(cells: number): SwarmStrips {
    return this.#report.strips(cells);
  }

  begunStrip(cells: number): string {
    return this.#report.begunStrip(cells);
  }

  reachableShare(firstPiece: number, endPiece: number): number {
    return this.#report.reachableShare(firstPiece, endPiece);
  }

  peers(): PeerView[] {
    return this.#report.peers();
  }

  soleSource(): SoleSource | undefined {
    return this.#report.soleSource();
  }

  exportPeers(max: number): KnownPeer[] {
    return this.#pool.exportPeers(max).map((address) => ({ address }));
  }

  // WireEngine: the wheel and accepted connections -----------------------------------------------------------------

  /** Every 100 ms while the swarm runs. `isSecond` once a second. */
  tick(isSecond: boolean): void {
    this.#connections.tick();
    this.#pieces.tick();
    this.#havePacing.tick();
    if (isSecond) this.#second();
    this.#deadlines.tick();
    this.#requests.tick(isSecond);
    this.#choking.tick();
    this.#uploads.tick();
  }

  /** An accepted connection asks for this torrent. */
  admit(peer: PeerConnection): void {
    this.#connections.admit(peer);
  }

  rates(): { readonly downBytesPerSecond: number; readonly upBytesPerSecond: number } {
    return this.#report.rates();
  }

  get isOutOfMemory(): boolean {
    return this.#requests.isOutOfMemory;
  }

  /** Gives back the slab of a piece that nobody works on; false when there is none. */
  abandonStuckPiece(): boolean {
    const piece = this.content?.picker.pieceToAbandon() ?? -1;
    if (piece >= 0) this.#blocks.abandon(piece);
    return piece >= 0;
  }

  #second(): void {
    this.#connections.second();
    this.#metadata.second();
    this.#pex.second();
    this.#superSeeding.second();
    this.#verdicts.second();
    const { connected } = this.roster;
    for (let i = connected.length - 1; i >= 0; i--) {
      const peer = connected[i];
      if (peer === undefined) continue;
      this.#requests.second(peer);
      this.#lostRequests.second(peer);
      this.#health.second(peer);
    }
    this.#report.second();
  }

  /** Our address as others see it has become known, or is another one. */
  outsideChanged(): void {
    const { hosts, port = this.#listenPort } = this.shared.outside;
    for (const host of hosts) {
      const address = endpoint(host, port);
      this.#pool.setExternalAddress(address);
      if (port !== 0) this.#pool.addSelf(address);
    }
    this.#connections.rankAnew();
  }

  // SwarmContext: what the parts share -----------------------------------------------------------------------------

  tell(event: SwarmEvent): void {
    this.shared.turns.tell(this.#onEvent, event);
  }

  ban(peer: PeerConnection, reason: string): void {
    const { nowMs } = this.shared.turns;
    this.shared.bans.banParty(peer.party, nowMs);
    this.#pool.banned(peer.address);
    if (peer.listenPort !== 0) {
      // Where parties are told apart by their port, the one it listens on is its other name.
      const listening = { ...peer.address, port: peer.listenPort };
      this.shared.bans.ban(listening, nowMs);
      this.#pool.banned(listening);
    }
    this.tell({ type: "peer-banned", address: peer.address, reason });
    peer.close("banned", reason);
  }

  banParty(party: string, reason: string): void {
    this.shared.bans.banParty(party, this.shared.turns.nowMs);
    for (const peer of [...this.roster.connected]) if (peer.party === party) this.ban(peer, reason);
  }

  // PeerOwner: what connections tell -------------------------------------------------------------------------------

  onOpen(peer: PeerConnection): void {
    this.#connections.opened(peer);
  }

  onHandshakeHead(peer: PeerConnection, infoHash: Uint8Array): void {
    this.#connections.checkInfoHash(peer, infoHash);
  }

  onHandshakeDone(peer: PeerConnection): void {
    if (!this.#connections.accepted(peer)) return;
    const { nowMs } = this.shared.turns;
    if (this.#report.firstPeerAtMs === undefined) {
      this.#report.firstPeerAtMs = nowMs;
      this.tell({ type: "first-peer", address: peer.address });
    }
    this.tell({ type: "peer-connected", address: peer.address, isIncoming: peer.isIncoming });
    peer.download.activitySinceMs = nowMs;
    this.#pieces.joined(peer);
    this.#introduction.greet(peer);
  }

  onPeerChoke(peer: PeerConnection): void {
    if (peer.isChokedByPeer) this.#lostRequests.choked(peer);
    else this.#requests.unchoked(peer);
  }

  onPeerInterest(peer: PeerConnection): void {
    if (!peer.isPeerInterested) this.#haves.tell(peer);
    this.#choking.interestChanged(peer);
    this.#superSeeding.interestChanged(peer);
  }

  onHave(peer: PeerConnection, index: number): void {
    this.#pieces.has(peer, index);
    this.#superSeeding.has(peer, index);
  }

  onPieces(peer: PeerConnection, pieces: AnnouncedPieces): void {
    this.#pieces.announced(peer, pieces);
    this.#superSeeding.announced(peer);
  }

  onMorePieces(peer: PeerConnection, pieces: Uint8Array): void {
    this.#pieces.announcedMore(peer, pieces);
  }

  onRequest(peer: PeerConnection, index: number, begin: number, length: number): void {
    this.#uploads.requested(peer, index, begin, length);
  }

  onCancel(peer: PeerConnection, index: number, begin: number, length: number): void {
    this.#uploads.cancelled(peer, index, begin, length);
  }

  onReject(peer: PeerConnection, index: number, begin: number, _length: number): void {
    this.#lostRequests.rejected(peer, index, begin);
  }

  onSuggest(peer: PeerConnection, index: number): void {
    this.#pieces.suggested(peer, index);
  }

  onAllowedFast(peer: PeerConnection, index: number): void {
    this.#pieces.allowedFast(peer, index);
  }

  onDhtPort(peer: PeerConnection, port: number): void {
    if (port !== 0) this.tell({ type: "dht-node-found", address: { ...peer.address, port } });
  }

  onBlockStart(peer: PeerConnection, index: number, begin: number, length: number): void {
    this.#blocks.start(peer, index, begin, length);
  }

  onBlockEnd(peer: PeerConnection): void {
    this.#blocks.end(peer);
  }

  onExtended(peer: PeerConnection, extendedId: number, bytes: Uint8Array, start: number, end: number): void {
    const body = bytes.subarray(start, end);
    if (extendedId === EXTENSION_HANDSHAKE) this.#introduction.received(peer, body);
    else if (extendedId === OUR_UT_METADATA) this.#metadata.received(peer, body);
    else if (extendedId === OUR_UT_PEX) this.#pex.received(peer, body);
    else if (extendedId === OUR_UT_HOLEPUNCH) this.#holepunch.received(peer, body);
    else if (extendedId === OUR_LT_DONTHAVE) this.#pieces.takenBack(peer, body);
  }

  onReceived(peer: PeerConnection, bytes: number, blockBytes: number, haves: number): void {
    if (blockBytes > 0) peer.download.meter.add(this.shared.turns.nowMs, blockBytes);
    if (peer.isClosed) return;
    if (blockBytes > 0) this.#requests.refill(peer);
    if (peer.upload.queue.length > 0) this.#uploads.pump(peer);
    this.pacing.received(peer, bytes);
    this.#havePacing.received(peer, haves);
  }

  onWritable(peer: PeerConnection): void {
    this.#uploads.writable(peer);
  }

  onClosed(peer: PeerConnection, reason: CloseReason, detail: string): void {
    const isUseful = reason !== "useless" && reason !== "duplicate" && !this.#health.isRedundant(peer);
    if (peer.slot >= 0) {
      this.totals.protocolDownBytes += peer.protocolDownBytes;
      this.totals.protocolUpBytes += protocolUpBytesOf(peer);
      this.#blocks.left(peer);
      this.#uploads.left(peer);
      this.#choking.left(peer);
      this.#superSeeding.left(peer);
      this.#metadata.left(peer);
      this.#pex.left(peer);
      this.tell({ type: "peer-disconnected", address: peer.address, reason, detail });
    }
    this.#connections.closed(peer, detail, isUseful);
    if (reason === "connect-failed") this.#holepunch.notReached(peer.address);
  }

  onStreamEnded(peer: PeerConnection): void {
    this.#uploads.streamEnded(peer);
  }

  /** A plan once, for content that is complete from the start; checked anew, it goes on where it was. */
  #superSeedPlan(map: PieceMap, picker: PiecePicker): SuperSeedPlan | undefined {
    const former = this.content?.superSeeding;
    const isFirst = this.#mayBecomeSuperSeed;
    this.#mayBecomeSuperSeed = false;
    if (!picker.have.isFull) return undefined;
    if (former !== undefined) return former.continuedWith(picker);
    return isFirst ? new SuperSeedPlan(map.pieceCount, picker, this.shared.random) : undefined;
  }

  #metadataComplete(rawInfo: Uint8Array): void {
    for (const peer of this.roster.connected) this.#introduction.sendExtensions(peer);
    this.tell({ type: "metadata-complete", rawInfo });
  }

  #turn(action: () => void): void {
    this.shared.turns.enter();
    action();
    this.shared.turns.leave();
  }
}
