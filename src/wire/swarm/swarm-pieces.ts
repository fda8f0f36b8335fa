/**
 * Who has what: the pieces of peers as they announce them, also before the torrent's size is known; our interest in
 * them; and our own pieces as we announce them. All of it incremental: a HAVE costs the same in any torrent.
 */
import { readUint32 } from "../../core/bytes.ts";
import { Bitfield } from "../../torrent/bitfield.ts";
import { MAX_PIECES } from "../../torrent/piece-map.ts";
import type { PeerConnection } from "../peer/peer-connection.ts";
import type { AnnouncedPieces } from "../peer/peer-owner.ts";
import { dontHaveMessage } from "../protocol/message-encoder.ts";
import { HAVE } from "../protocol/message-ids.ts";
import { DONT_HAVE_BYTES } from "../protocol/message-limits.ts";
import type { ContentState, SwarmContext } from "./swarm-context.ts";
import type { SwarmHaves } from "./swarm-haves.ts";
import type { SwarmIntroduction } from "./swarm-introduction.ts";
import type { SwarmLostRequests } from "./swarm-lost-requests.ts";
import type { SwarmRequests } from "./swarm-requests.ts";

/** HAVEs that are kept until the metadata says whether they exist: a peer that sends more floods us. */
const MAX_EARLY_HAVES = 65_536;
/** threats W5: a peer may announce every piece twice (it lost and regained them), no more. */
const MAX_HAVES_PER_PIECE = 2;
/** Pieces taken back before the metadata is known; and how often a seed may turn out not to be one: counting anew costs. */
const MAX_EARLY_LOSSES = 1_024;
const MAX_LOSSES_AS_SEED = 16;
/** BEP 6 suggests 10; a peer that grants more is taken at its word up to here. */
const MAX_ALLOWED_FAST = 32;

const WRONG_BITFIELD = "sent a bitfield of a wrong length or with spare bits";

/** What each connected peer has, between two contents. */
type KnownPieces = ReadonlyMap<PeerConnection, Bitfield | "all">;

export class SwarmPieces {
  readonly #swarm: SwarmContext;
  readonly #introduction: SwarmIntroduction;
  readonly #requests: SwarmRequests;
  readonly #lostRequests: SwarmLostRequests;
  readonly #haves: SwarmHaves;
  #wantsInterestCheck = false;
  #wasComplete = false;

  constructor(
    swarm: SwarmContext,
    introduction: SwarmIntroduction,
    requests: SwarmRequests,
    lostRequests: SwarmLostRequests,
    haves: SwarmHaves,
  ) {
    this.#swarm = swarm;
    this.#haves = haves;
    this.#introduction = introduction;
    this.#requests = requests;
    this.#lostRequests = lostRequests;
  }

  // Peers ----------------------------------------------------------------------------------------------------------

  /** The peer takes part in picking and blame, with no pieces until it announces some. */
  joined(peer: PeerConnection): void {
    if (this.#swarm.content !== undefined) enrol(this.#swarm.content, peer);
    this.#haves.met(peer);
  }

  /** BITFIELD, HAVE_ALL or HAVE_NONE. */
  announced(peer: PeerConnection, pieces: AnnouncedPieces): void {
    peer.earlyPieces = pieces;
    if (this.#swarm.content !== undefined) this.#learn(this.#swarm.content, peer);
  }

  /** A later bitfield: what it adds is as good as so many HAVEs. What it leaves out is not taken back. */
  announcedMore(peer: PeerConnection, bytes: Uint8Array): void {
    const content = this.#swarm.content;
    if (content === undefined) {
      if (peer.earlyPieces !== "all") peer.earlyPieces = bytes;
      return;
    }
    const pieces = Bitfield.fromBytes(bytes, content.map.pieceCount);
    if (pieces === undefined) {
      peer.close("protocol-error", WRONG_BITFIELD);
      return;
    }
    for (let piece = 0; piece < pieces.length; piece++)
      if (pieces.has(piece)) content.picker.peerHave(peer.slot, piece);
    this.#updateInterest(content, peer);
    if (peer.download.liveRequests === 0) this.#requests.refill(peer);
  }

  has(peer: PeerConnection, index: number): void {
    const content = this.#swarm.content;
    if (content === undefined) {
      peer.earlyLosses.delete(index);
      if (peer.earlyHaves.length < MAX_EARLY_HAVES) peer.earlyHaves.push(index);
      else peer.close("flood", "announced too many pieces");
    } else if (index >= content.map.pieceCount) {
      peer.close("protocol-error", `has piece ${index} of ${content.map.pieceCount}`);
    } else if (peer.havesReceived > MAX_HAVES_PER_PIECE * content.map.pieceCount + 1) {
      peer.close("flood", "announced its pieces again and again");
    } else if (content.picker.peerHave(peer.slot, index)) {
      this.#updateInterest(content, peer);
      if (peer.download.liveRequests === 0) this.#requests.refill(peer);
    }
  }

  /** Body of an lt_donthave message: the peer has a piece no more (BEP 54). */
  takenBack(peer: PeerConnection, body: Uint8Array): void {
    if (body.length !== DONT_HAVE_BYTES) peer.close("protocol-error", "lt_donthave of a wrong length");
    else this.#takeBack(peer, readUint32(body, 0));
  }

  #takeBack(peer: PeerConnection, index: number): void {
    const content = this.#swarm.content;
    if (content === undefined) {
      if (peer.earlyLosses.size < MAX_EARLY_LOSSES) peer.earlyLosses.add(index);
      else peer.close("flood", "took too many pieces back");
      return;
    }
    if (index >= content.map.pieceCount) {
      peer.close("protocol-error", `lost piece ${index} of ${content.map.pieceCount}`);
      return;
    }
    if (content.picker.isSeed(peer.slot)) peer.lossesAsSeed++;
    if (
      ++peer.losses > MAX_HAVES_PER_PIECE * content.map.pieceCount ||
      peer.lossesAsSeed > MAX_LOSSES_AS_SEED
    ) {
      peer.close("flood", "took pieces back again and again");
      return;
    }
    this.#lostRequests.takenBack(peer, index);
    if (content.picker.peerDontHave(peer.slot, index)) this.#updateInterest(content, peer);
  }

  suggested(peer: PeerConnection, index: number): void {
    const { suggested } = peer.download;
    if (!this.#mayExist(index) || suggested.includes(index)) return;
    if (suggested.length < this.#swarm.shared.config.maxSuggestions) suggested.push(index);
  }

  allowedFast(peer: PeerConnection, index: number): void {
    const { allowedFast } = peer.download;
    if (!this.#mayExist(index) || allowedFast.includes(index)) return;
    if (allowedFast.length >= MAX_ALLOWED_FAST) return;
    allowedFast.push(index);
    if (peer.isChokedByPeer) this.#requests.refill(peer);
  }

  /** Advice about pieces that do not exist is ignored (BEP 6 calls it advisory). */
  #mayExist(index: number): boolean {
    return index < (this.#swarm.content?.map.pieceCount ?? MAX_PIECES);
  }

  #learn(content: ContentState, peer: PeerConnection): void {
    const announced = peer.earlyPieces;
    const pieces =
      announced instanceof Uint8Array ? Bitfield.fromBytes(announced, content.map.pieceCount) : announced;
    peer.earlyPieces = undefined;
    if (announced !== undefined && pieces === undefined) {
      peer.close("protocol-error", WRONG_BITFIELD);
      return;
    }
    if (pieces !== undefined && pieces !== "none") replacePieces(content, peer, pieces);
    this.#introduction.grant(peer);
    this.#updateInterest(content, peer);
  }

  // A new content --------------------------------------------------------------------------------------------------

  /** What each peer has, for `contentReplaced`, before the picker that knows it goes. */
  remember(): KnownPieces {
    const known = new Map<PeerConnection, Bitfield | "all">();
    const content = this.#swarm.content;
    if (content === undefined) return known;
    for (const peer of this.#swarm.roster.connected) {
      known.set(peer, content.picker.isSeed(peer.slot) ? "all" : piecesOf(content, peer));
    }
    return known;
  }

  /** The content became known, or known anew: every peer is met with what it said before. */
  contentReplaced(known: KnownPieces): void {
    const content = this.#swarm.content as ContentState;
    const wasComplete = this.#wasComplete;
    this.#wasComplete = content.picker.isComplete;
    for (const peer of [...this.#swarm.roster.connected]) {
      this.#meetAgain(content, peer, known.get(peer));
      if (this.#wasComplete !== wasComplete && !peer.isClosed) this.#introduction.sendExtensions(peer);
    }
  }

  #meetAgain(content: ContentState, peer: PeerConnection, pieces: Bitfield | "all" | undefined): void {
    enrol(content, peer);
    if (pieces !== undefined) replacePieces(content, peer, pieces);
    this.#introduction.contentKnown(peer);
    if (!peer.isClosed) this.#learn(content, peer);
    for (const index of peer.earlyHaves.splice(0)) if (!peer.isClosed) this.has(peer, index);
    for (const index of peer.earlyLosses) if (!peer.isClosed) this.#takeBack(peer, index);
    peer.earlyLosses.clear();
    if (!peer.isClosed) this.#requests.refill(peer);
  }

  // Us -------------------------------------------------------------------------------------------------------------

  /** A piece was verified: peers hear of it soon, super-seeds at once. `endsInterest`: some peer has nothing for us now. */
  gained(piece: number, endsInterest: boolean): void {
    if (this.#swarm.isRunning) {
      this.#haves.gained(piece);
      this.#tellSuperSeeds(piece);
    }
    this.#wantsInterestCheck ||= endsInterest;
    this.noteCompletion();
  }

  /**
   * Peers that have the piece, lack others and want nothing of us: they count what we have by our HAVEs and name the next
   * piece only then (BEP 16), so that each tick of waiting would be one of doing nothing.
   */
  #tellSuperSeeds(piece: number): void {
    const content = this.#swarm.content;
    if (content === undefined) return;
    for (const peer of this.#swarm.roster.connected)
      if (peer.hasSentPieces && isLikeSuperSeed(content, peer) && content.picker.peerHas(peer.slot, piece))
        peer.outbox.index(HAVE, piece);
  }

  /** A piece of ours is gone: whoever may count on it is told. */
  lost(piece: number): void {
    const wasTold = this.#haves.lost(piece);
    for (const peer of this.#swarm.roster.connected)
      if (peer.hasSentPieces && peer.dontHaveId !== 0 && wasTold(peer))
        peer.outbox.write(dontHaveMessage(peer.dontHaveId, piece));
  }

  /** Interest may have changed for everybody. */
  checkInterests(): void {
    this.#wantsInterestCheck = false;
    const content = this.#swarm.content;
    if (content === undefined) return;
    for (const peer of this.#swarm.roster.connected) this.#updateInterest(content, peer);
  }

  #updateInterest(content: ContentState, peer: PeerConnection): void {
    peer.setInterested(!this.#swarm.isHalted && content.picker.isInteresting(peer.slot));
  }

  /** Tells owner and peers when everything wanted is here, or is not any more (BEP 21). */
  noteCompletion(): void {
    const isComplete = this.#swarm.content?.picker.isComplete === true;
    if (isComplete === this.#wasComplete) return;
    this.#wasComplete = isComplete;
    for (const peer of this.#swarm.roster.connected) this.#introduction.sendExtensions(peer);
    if (isComplete) this.#swarm.tell({ type: "wanted-complete" });
  }

  tick(): void {
    if (this.#wantsInterestCheck) this.checkInterests();
    this.#haves.tick();
  }

  stopped(): void {
    this.#haves.forget();
  }
}

function enrol(content: ContentState, peer: PeerConnection): void {
  peer.expectPieces(content.map.pieceCount);
  content.picker.peerJoined(peer.slot, "none");
  content.blame.peerJoined(peer.slot, peer.party);
}

function isLikeSuperSeed(content: ContentState, peer: PeerConnection): boolean {
  return !peer.isPeerInterested && !peer.isUploadOnly && !content.picker.isSeed(peer.slot);
}

/** In place of "none", which a peer has before it announces anything. */
function replacePieces(content: ContentState, peer: PeerConnection, pieces: Bitfield | "all"): void {
  content.picker.peerLeft(peer.slot);
  content.picker.peerJoined(peer.slot, pieces);
}

function piecesOf(content: ContentState, peer: PeerConnection): Bitfield {
  const pieces = new Bitfield(content.map.pieceCount);
  for (let piece = 0; piece < pieces.length; piece++)
    if (content.picker.peerHas(peer.slot, piece)) pieces.set(piece);
  return pieces;
}
