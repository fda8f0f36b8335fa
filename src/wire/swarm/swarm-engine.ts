/**
 * Engine of one torrent: gives what connections tell to the part whose business it is, and keeps what the parts
 * share. The parts: connections (begin and end), introduction, metadata, downloads, uploads, choking, health,
 * report. Everything here runs inside a turn (`wire-turns.ts`).
 */
import type { Endpoint } from "../../core/endpoint.ts";
import type { InfoHash } from "../../core/ids.ts";
import { invariant } from "../../core/invariant.ts";
import type { BlockSlot } from "../../core/slab.ts";
import { Bitfield } from "../../torrent/bitfield.ts";
import { MAX_PIECES } from "../../torrent/piece-map.ts";
import type { PieceVerdict } from "../../torrent/piece-verdict.ts";
import type { PeerConnection } from "../peer/peer-connection.ts";
import type { AnnouncedPieces, PeerOwner } from "../peer/peer-owner.ts";
import { EXTENSION_HANDSHAKE, HAVE } from "../protocol/message-ids.ts";
import { OUR_UT_METADATA } from "../protocol/message-limits.ts";
import { makePeerId } from "../protocol/peer-id.ts";
import type { CloseReason, PeerSource, SwarmEvent } from "../wire-events.ts";
import type { SwarmStorage } from "../wire-ports.ts";
import type { WireShared } from "../wire-shared.ts";
import type { PeerView, SwarmStrips, SwarmView } from "../wire-view.ts";
import { Blame, type BlameFinding } from "./blame.ts";
import { PeerPool } from "./peer-pool.ts";
import { PiecePicker, type PieceSharing } from "./piece-picker.ts";
import type { KnownPeer, Swarm, SwarmContent, SwarmLimits, SwarmOptions } from "./swarm.ts";
import { SwarmChoking } from "./swarm-choking.ts";
import { SwarmConnections } from "./swarm-connections.ts";
import type { ContentState, SwarmContext, TotalsState } from "./swarm-context.ts";
import { SwarmDownloads } from "./swarm-downloads.ts";
import { SwarmHealth } from "./swarm-health.ts";
import { SwarmIntroduction } from "./swarm-introduction.ts";
import { SwarmMetadata } from "./swarm-metadata.ts";
import { SwarmPacing } from "./swarm-pacing.ts";
import { protocolUpBytesOf, SwarmReport } from "./swarm-report.ts";
import { SwarmRoster } from "./swarm-roster.ts";
import { SwarmSegments } from "./swarm-segments.ts";
import { SwarmUploads } from "./swarm-uploads.ts";

/** HAVEs that are kept until the metadata says whether they exist: a peer that sends more floods us. */
const MAX_EARLY_HAVES = 65_536;
/** threats W5: a peer may announce every piece twice (it lost and regained them), no more. */
const MAX_HAVES_PER_PIECE = 2;
/** BEP 6 suggests 10; a peer that grants more is taken at its word up to here. */
const MAX_ALLOWED_FAST = 32;

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
  readonly #introduction: SwarmIntroduction;
  readonly #downloads: SwarmDownloads;
  readonly #uploads: SwarmUploads;
  readonly #choking: SwarmChoking;
  readonly #health: SwarmHealth;
  readonly #report: SwarmReport;
  #storage: SwarmStorage | undefined;
  /** Verified pieces that peers were not told of yet. */
  readonly #newHaves: number[] = [];
  #wantsInterestCheck = false;
  #wasComplete = false;
  #isRemoved = false;

  constructor(shared: WireShared, options: SwarmOptions, onRemoved: (swarm: SwarmEngine) => void) {
    this.infoHash = options.infoHash;
    this.shared = shared;
    this.pacing = new SwarmPacing(shared);
    this.#onEvent = options.onEvent;
    this.#onRemoved = onRemoved;
    this.#storage = options.storage;
    const peerId = options.peerId ?? makePeerId(shared.config.peerIdPrefix, shared.random);
    this.#pool = new PeerPool({ profile: shared.profile, random: shared.random, bans: shared.bans });
    this.#connections = new SwarmConnections(this, this.#pool, peerId, this);
    this.#metadata = new SwarmMetadata(this, (rawInfo) => this.#metadataComplete(rawInfo));
    this.#introduction = new SwarmIntroduction(this, this.#pool, this.#metadata, options.listenPort);
    this.#downloads = new SwarmDownloads(this);
    this.#uploads = new SwarmUploads(this);
    this.#choking = new SwarmChoking(this, this.#uploads);
    this.#health = new SwarmHealth(this);
    this.#report = new SwarmReport(this, this.#pool, this.#connections, this.#metadata);
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
      this.#downloads.abandonAll();
      this.#newHaves.length = 0;
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
      const known = this.content === undefined ? undefined : this.#rememberPieces(this.content);
      this.#storage = content.storage ?? this.#storage;
      invariant(this.#storage !== undefined, "content needs a storage");
      this.#downloads.abandonAll();
      this.#metadata.provide(content.rawInfo);
      const { pieceMap: map, have, priorities } = content;
      this.content = {
        map,
        picker: new PiecePicker({ pieceMap: map, random: this.shared.random, have, priorities }),
        blame: new Blame(map),
        segments: new SwarmSegments(map, this.shared.slabs),
        storage: this.#storage,
      };
      this.#wasComplete = this.content.picker.isComplete;
      for (const peer of [...this.roster.connected]) this.#meetAgain(peer, known?.get(peer));
      this.#completionMayHaveChanged();
    });
  }

  setPriorities(priorities: Uint8Array): void {
    this.#turn(() => {
      if (this.content === undefined) return;
      this.content.picker.setPriorities(priorities);
      this.#checkInterests();
      this.#downloads.replan();
      this.#completionMayHaveChanged();
    });
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
    this.#turn(() => this.#pieceChecked(pieceIndex, verdict));
  }

  pieceLost(pieceIndex: number): void {
    this.#turn(() => {
      if (this.content === undefined) return;
      this.content.picker.pieceLost(pieceIndex);
      this.#completionMayHaveChanged();
      this.#checkInterests();
      this.#downloads.replan();
    });
  }

  blockRead(token: number, slot: BlockSlot | undefined): void {
    this.#turn(() => this.#uploads.blockRead(token, slot));
  }

  resumeDownloading(): void {
    this.#turn(() => {
      this.isHalted = false;
      this.#checkInterests();
      this.#downloads.replan();
    });
  }

  view(): SwarmView {
    return this.#report.view();
  }

  strips(cells: number): SwarmStrips {
    return this.#report.strips(cells);
  }

  peers(): PeerView[] {
    return this.#report.peers();
  }

  exportPeers(max: number): KnownPeer[] {
    return this.#pool.exportPeers(max).map((address) => ({ address }));
  }

  // WireEngine: the wheel and accepted connections -----------------------------------------------------------------

  /** Every 100 ms while the swarm runs. `isSecond` once a second. */
  tick(isSecond: boolean): void {
    this.#connections.tick();
    this.#tellHaves();
    if (this.#wantsInterestCheck) this.#checkInterests();
    if (isSecond) this.#second();
    this.#downloads.tick(isSecond);
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
    return this.#downloads.isOutOfMemory;
  }

  /** Gives back the slab of a piece that nobody works on; false when there is none. */
  abandonStuckPiece(): boolean {
    const piece = this.content?.picker.pieceToAbandon() ?? -1;
    if (piece >= 0) this.#downloads.abandon(piece);
    return piece >= 0;
  }

  #second(): void {
    this.#connections.second();
    this.#metadata.second();
    const { connected } = this.roster;
    for (let i = connected.length - 1; i >= 0; i--) {
      const peer = connected[i];
      if (peer === undefined) continue;
      this.#downloads.second(peer);
      this.#health.second(peer);
    }
    this.#report.second();
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
    const content = this.content;
    if (content !== undefined) this.#enrol(content, peer);
    this.#introduction.greet(peer);
  }

  onPeerChoke(peer: PeerConnection): void {
    if (peer.isChokedByPeer) this.#downloads.choked(peer);
    else this.#downloads.refill(peer);
  }

  onPeerInterest(peer: PeerConnection): void {
    this.#choking.interestChanged(peer);
  }

  onHave(peer: PeerConnection, index: number): void {
    const content = this.content;
    if (content === undefined) {
      if (peer.earlyHaves.length < MAX_EARLY_HAVES) peer.earlyHaves.push(index);
      else peer.close("flood", "announced too many pieces");
    } else if (index >= content.map.pieceCount) {
      peer.close("protocol-error", `has piece ${index} of ${content.map.pieceCount}`);
    } else if (peer.havesReceived > MAX_HAVES_PER_PIECE * content.map.pieceCount + 1) {
      peer.close("flood", "announced its pieces again and again");
    } else if (content.picker.peerHave(peer.slot, index)) {
      this.#updateInterest(content, peer);
      if (peer.download.liveRequests === 0) this.#downloads.refill(peer);
    }
  }

  onPieces(peer: PeerConnection, pieces: AnnouncedPieces): void {
    peer.earlyPieces = pieces;
    if (this.content !== undefined) this.#learnPieces(this.content, peer);
  }

  onRequest(peer: PeerConnection, index: number, begin: number, length: number): void {
    this.#uploads.requested(peer, index, begin, length);
  }

  onCancel(peer: PeerConnection, index: number, begin: number, length: number): void {
    this.#uploads.cancelled(peer, index, begin, length);
  }

  onReject(peer: PeerConnection, index: number, begin: number, _length: number): void {
    this.#downloads.rejected(peer, index, begin);
  }

  onSuggest(peer: PeerConnection, index: number): void {
    const { suggested } = peer.download;
    if (!this.#mayExist(index) || suggested.includes(index)) return;
    if (suggested.length < this.shared.config.maxSuggestions) suggested.push(index);
  }

  onAllowedFast(peer: PeerConnection, index: number): void {
    const { allowedFast } = peer.download;
    if (!this.#mayExist(index) || allowedFast.includes(index)) return;
    if (allowedFast.length >= MAX_ALLOWED_FAST) return;
    allowedFast.push(index);
    if (peer.isChokedByPeer) this.#downloads.refill(peer);
  }

  /** Advice about pieces that do not exist is ignored (BEP 6 calls it advisory). */
  #mayExist(index: number): boolean {
    return index < (this.content?.map.pieceCount ?? MAX_PIECES);
  }

  onDhtPort(peer: PeerConnection, port: number): void {
    if (port !== 0) this.tell({ type: "dht-node-found", address: { ...peer.address, port } });
  }

  onBlockStart(peer: PeerConnection, index: number, begin: number, length: number): void {
    this.#downloads.blockStart(peer, index, begin, length);
  }

  onBlockEnd(peer: PeerConnection): void {
    this.#downloads.blockEnd(peer);
  }

  onExtended(peer: PeerConnection, extendedId: number, bytes: Uint8Array, start: number, end: number): void {
    const body = bytes.subarray(start, end);
    if (extendedId === EXTENSION_HANDSHAKE) this.#introduction.received(peer, body);
    else if (extendedId === OUR_UT_METADATA) this.#metadata.received(peer, body);
  }

  onReceived(peer: PeerConnection, bytes: number, blockBytes: number): void {
    peer.download.meter.add(this.shared.turns.nowMs, blockBytes);
    if (peer.isClosed) return;
    if (blockBytes > 0) this.#downloads.refill(peer);
    if (peer.upload.queue.length > 0) this.#uploads.pump(peer);
    this.pacing.received(peer, bytes);
  }

  onWritable(peer: PeerConnection): void {
    this.#uploads.writable(peer);
  }

  onClosed(peer: PeerConnection, reason: CloseReason, detail: string): void {
    if (peer.slot >= 0) {
      this.totals.protocolDownBytes += peer.protocolDownBytes;
      this.totals.protocolUpBytes += protocolUpBytesOf(peer);
      this.#downloads.left(peer);
      this.#uploads.left(peer);
      this.#choking.left(peer);
      this.#metadata.left(peer);
      this.tell({ type: "peer-disconnected", address: peer.address, reason, detail });
    }
    this.#connections.closed(peer, reason, detail);
  }

  onStreamEnded(peer: PeerConnection): void {
    this.#uploads.streamEnded(peer);
  }

  // Pieces of peers ------------------------------------------------------------------------------------------------

  /** The peer takes part in picking and blame, with no pieces until it announces some. */
  #enrol(content: ContentState, peer: PeerConnection): void {
    peer.expectPieces(content.map.pieceCount);
    content.picker.peerJoined(peer.slot, "none");
    content.blame.peerJoined(peer.slot, peer.party);
  }

  #learnPieces(content: ContentState, peer: PeerConnection): void {
    const announced = peer.earlyPieces;
    const pieces =
      announced instanceof Uint8Array ? Bitfield.fromBytes(announced, content.map.pieceCount) : announced;
    peer.earlyPieces = undefined;
    if (announced !== undefined && pieces === undefined) {
      peer.close("protocol-error", "sent a bitfield of a wrong length or with spare bits");
      return;
    }
    if (pieces !== undefined && pieces !== "none") {
      content.picker.peerLeft(peer.slot);
      content.picker.peerJoined(peer.slot, pieces);
    }
    this.#introduction.grant(peer);
    this.#updateInterest(content, peer);
  }

  /** The content became known, or known anew, while the peer was connected. */
  #meetAgain(peer: PeerConnection, pieces: Bitfield | "all" | undefined): void {
    const content = this.content as ContentState;
    this.#enrol(content, peer);
    if (pieces !== undefined) {
      content.picker.peerLeft(peer.slot);
      content.picker.peerJoined(peer.slot, pieces);
    }
    this.#introduction.contentKnown(peer);
    if (!peer.isClosed) this.#learnPieces(content, peer);
    for (const index of peer.earlyHaves.splice(0)) if (!peer.isClosed) this.onHave(peer, index);
    if (peer.isClosed) return;
    this.#updateInterest(content, peer);
    this.#downloads.refill(peer);
  }

  /** What each peer has, before the picker that knows it is replaced. */
  #rememberPieces(content: ContentState): Map<PeerConnection, Bitfield | "all"> {
    const known = new Map<PeerConnection, Bitfield | "all">();
    for (const peer of this.roster.connected) {
      if (content.picker.isSeed(peer.slot)) {
        known.set(peer, "all");
        continue;
      }
      const pieces = new Bitfield(content.map.pieceCount);
      for (let piece = 0; piece < pieces.length; piece++)
        if (content.picker.peerHas(peer.slot, piece)) pieces.set(piece);
      known.set(peer, pieces);
    }
    return known;
  }

  // Interest and completion ----------------------------------------------------------------------------------------

  #updateInterest(content: ContentState, peer: PeerConnection): void {
    peer.setInterested(!this.isHalted && content.picker.isInteresting(peer.slot));
  }

  #checkInterests(): void {
    this.#wantsInterestCheck = false;
    if (this.content === undefined) return;
    for (const peer of this.roster.connected) this.#updateInterest(this.content, peer);
  }

  #completionMayHaveChanged(): void {
    const isComplete = this.content?.picker.isComplete === true;
    if (isComplete === this.#wasComplete) return;
    this.#wasComplete = isComplete;
    for (const peer of this.roster.connected) this.#introduction.sendExtensions(peer);
    if (isComplete) this.tell({ type: "wanted-complete" });
  }

  /** HAVE, in batches, only to peers that lack the piece. */
  #tellHaves(): void {
    const content = this.content;
    if (this.#newHaves.length === 0 || content === undefined) return;
    for (const peer of this.roster.connected) {
      if (!peer.hasSentPieces) continue;
      for (const piece of this.#newHaves)
        if (!content.picker.peerHas(peer.slot, piece)) peer.outbox.index(HAVE, piece);
    }
    this.#newHaves.length = 0;
  }

  #metadataComplete(rawInfo: Uint8Array): void {
    for (const peer of this.roster.connected) this.#introduction.sendExtensions(peer);
    this.tell({ type: "metadata-complete", rawInfo });
  }

  // Verdicts -------------------------------------------------------------------------------------------------------

  #pieceChecked(piece: number, verdict: PieceVerdict): void {
    const content = this.content;
    if (content === undefined || !content.picker.isPending(piece)) return;
    const suspects = content.blame.contributors(piece);
    switch (verdict.kind) {
      case "good":
        this.#pieceGood(content, piece);
        break;
      case "bad":
        content.picker.pieceBad(piece);
        this.totals.wastedHashFailBytes += content.map.bytesOf(piece);
        this.tell({ type: "piece-bad", pieceIndex: piece, suspects: this.#addressesOf(suspects) });
        break;
      case "failed":
        content.picker.pieceFailed(piece);
        this.#halt(verdict.code);
        break;
    }
    for (const finding of content.blame.pieceChecked(piece, verdict)) this.#act(finding);
    this.#downloads.replan();
    if (this.#downloads.isOutOfMemory) this.#downloads.tick(false);
  }

  #pieceGood(content: ContentState, piece: number): void {
    content.picker.pieceGood(piece);
    if (this.isRunning) this.#newHaves.push(piece);
    this.#wantsInterestCheck = true;
    this.#report.firstPieceAtMs ??= this.shared.turns.nowMs;
    this.tell({ type: "piece-verified", pieceIndex: piece });
    this.#completionMayHaveChanged();
  }

  /** The disk failed: nothing more is asked for, what is unfinished gives its memory back, uploading goes on. */
  #halt(code: string): void {
    if (this.isHalted) return;
    this.isHalted = true;
    this.#downloads.abandonAll();
    this.#checkInterests();
    this.tell({ type: "disk-failed", code });
  }

  #act(finding: BlameFinding): void {
    switch (finding.kind) {
      case "ban":
        this.#banFound(finding.party, finding.slot, finding.reason);
        break;
      case "pardon":
        this.shared.bans.pardonParty(finding.party);
        break;
      case "piece-unobtainable":
        this.tell({ type: "piece-unobtainable", pieceIndex: finding.pieceIndex });
        break;
      case "parole":
        this.#setSharing(finding.slot, "only-whole");
        break;
      case "cleared":
        this.#setSharing(finding.slot, "share");
        break;
    }
  }

  #banFound(party: string, slot: number, reason: string): void {
    const peer = this.roster.at(slot);
    if (peer === undefined) this.banParty(party, reason);
    else this.ban(peer, reason);
  }

  /** At once; `SwarmDownloads` keeps it in step with the rate from then on. */
  #setSharing(slot: number, sharing: PieceSharing): void {
    const peer = this.roster.at(slot);
    if (peer !== undefined) peer.download.pick.sharing = sharing;
  }

  #addressesOf(slots: readonly number[]): Endpoint[] {
    return slots.flatMap((slot) => this.roster.at(slot)?.address ?? []);
  }

  #turn(action: () => void): void {
    this.shared.turns.enter();
    action();
    this.shared.turns.leave();
  }
}
