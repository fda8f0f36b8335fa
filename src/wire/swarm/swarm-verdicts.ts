/** Acts on what storage says about finished pieces: good, bad (somebody lied), failed (our disk did). */
import type { Endpoint } from "../../core/endpoint.ts";
import type { PieceVerdict } from "../../torrent/piece-verdict.ts";
import type { BlameFinding } from "./blame.ts";
import type { PieceSharing } from "./piece-picker.ts";
import type { SwarmBlocks } from "./swarm-blocks.ts";
import type { ContentState, SwarmContext } from "./swarm-context.ts";
import type { SwarmPieces } from "./swarm-pieces.ts";
import type { SwarmRequests } from "./swarm-requests.ts";

/** A piece that nobody could give is tried again after this: a better peer may have come. */
const REST_MS = 10 * 60_000;

export class SwarmVerdicts {
  readonly #swarm: SwarmContext;
  readonly #requests: SwarmRequests;
  readonly #blocks: SwarmBlocks;
  readonly #pieces: SwarmPieces;
  /**
   * Pieces whose hash nobody could satisfy, and until when nobody is asked for them. The picker goes on to take them
   * for pending, so they stay wanted and are not picked.
   */
  readonly #resting = new Map<number, number>();
  /** When the first piece was verified. */
  firstPieceAtMs: number | undefined;

  constructor(swarm: SwarmContext, requests: SwarmRequests, blocks: SwarmBlocks, pieces: SwarmPieces) {
    this.#swarm = swarm;
    this.#requests = requests;
    this.#blocks = blocks;
    this.#pieces = pieces;
  }

  /** A verdict on a piece that does not await one (the content was replaced meanwhile) is ignored, unless the disk failed. */
  pieceChecked(piece: number, verdict: PieceVerdict): void {
    const content = this.#swarm.content;
    if (content === undefined || this.#resting.has(piece)) return;
    if (!content.picker.isPending(piece)) {
      if (verdict.kind === "failed" && !content.picker.have.has(piece))
        this.#failedEarly(piece, verdict.code);
      return;
    }
    const suspects = content.blame.contributors(piece);
    switch (verdict.kind) {
      case "good":
        this.#pieces.gained(piece, content.picker.pieceGood(piece));
        this.firstPieceAtMs ??= this.#swarm.shared.turns.nowMs;
        this.#swarm.tell({ type: "piece-verified", pieceIndex: piece });
        break;
      case "bad":
        this.#swarm.totals.wastedHashFailBytes += content.map.bytesOf(piece);
        this.#swarm.tell({ type: "piece-bad", pieceIndex: piece, suspects: this.#addressesOf(suspects) });
        break;
      case "failed":
        content.picker.pieceFailed(piece);
        this.#halt(verdict.code);
        break;
    }
    const findings = content.blame.pieceChecked(piece, verdict);
    if (verdict.kind === "bad") this.#missAgain(content, piece, findings);
    for (const finding of findings) this.#act(finding);
    if (verdict.kind === "good") this.#requests.retry();
    else this.#requests.replan();
    if (this.#requests.isOutOfMemory) this.#requests.tick(false);
  }

  /** One segment of a piece that is not complete could not be stored, and storage has forgotten the others. */
  #failedEarly(piece: number, code: string): void {
    this.#blocks.abandon(piece);
    this.#halt(code);
  }

  /** The piece is fetched anew: at once, or after a rest when nobody seems to have it right. */
  #missAgain(content: ContentState, piece: number, findings: readonly BlameFinding[]): void {
    if (findings.some((finding) => finding.kind === "piece-unobtainable"))
      this.#resting.set(piece, this.#swarm.shared.turns.nowMs + REST_MS);
    else content.picker.pieceBad(piece);
  }

  get restingPieces(): number {
    return this.#resting.size;
  }

  /** Once a second: ends the rest of pieces whose time has come. */
  second(): void {
    for (const [piece, untilMs] of this.#resting)
      if (untilMs <= this.#swarm.shared.turns.nowMs) this.#endRest(piece);
  }

  /** The swarm stops or its content is replaced. */
  endRests(): void {
    for (const piece of this.#resting.keys()) this.#endRest(piece);
  }

  #endRest(piece: number): void {
    this.#resting.delete(piece);
    this.#swarm.content?.picker.pieceBad(piece);
    this.#requests.replan();
  }

  /** Nothing more is asked for, what is unfinished gives its memory back, uploading goes on. */
  #halt(code: string): void {
    if (this.#swarm.isHalted) return;
    this.#swarm.isHalted = true;
    this.#blocks.abandonAll();
    this.#pieces.checkInterests();
    this.#swarm.tell({ type: "disk-failed", code });
  }

  #act(finding: BlameFinding): void {
    switch (finding.kind) {
      case "ban":
        this.#ban(finding.party, finding.slot, finding.reason);
        break;
      case "pardon":
        this.#swarm.shared.bans.pardonParty(finding.party);
        break;
      case "piece-unobtainable":
        this.#swarm.tell({ type: "piece-unobtainable", pieceIndex: finding.pieceIndex });
        break;
      case "parole":
        this.#setSharing(finding.slot, "only-whole");
        break;
      case "cleared":
        this.#setSharing(finding.slot, "share");
        break;
    }
  }

  #ban(party: string, slot: number, reason: string): void {
    const peer = this.#swarm.roster.at(slot);
    if (peer === undefined) this.#swarm.banParty(party, reason);
    else this.#swarm.ban(peer, reason);
  }

  /** At once; `SwarmRequests` keeps it in step with rate and parole from then on. */
  #setSharing(slot: number, sharing: PieceSharing): void {
    const peer = this.#swarm.roster.at(slot);
    if (peer !== undefined) peer.download.pick.sharing = sharing;
  }

  #addressesOf(slots: readonly number[]): Endpoint[] {
    return slots.flatMap((slot) => this.#swarm.roster.at(slot)?.address ?? []);
  }
}
