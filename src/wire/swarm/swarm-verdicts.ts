/** Acts on what storage says about finished pieces: good, bad (somebody lied), failed (our disk did). */
import type { Endpoint } from "../../core/endpoint.ts";
import type { PieceVerdict } from "../../torrent/piece-verdict.ts";
import type { BlameFinding } from "./blame.ts";
import type { PieceSharing } from "./piece-picker.ts";
import type { SwarmBlocks } from "./swarm-blocks.ts";
import type { SwarmContext } from "./swarm-context.ts";
import type { SwarmPieces } from "./swarm-pieces.ts";
import type { SwarmRequests } from "./swarm-requests.ts";

export class SwarmVerdicts {
  readonly #swarm: SwarmContext;
  readonly #requests: SwarmRequests;
  readonly #blocks: SwarmBlocks;
  readonly #pieces: SwarmPieces;
  /** When the first piece was verified. */
  firstPieceAtMs: number | undefined;

  constructor(swarm: SwarmContext, requests: SwarmRequests, blocks: SwarmBlocks, pieces: SwarmPieces) {
    this.#swarm = swarm;
    this.#requests = requests;
    this.#blocks = blocks;
    this.#pieces = pieces;
  }

  /** A verdict on a piece that does not await one (the content was replaced meanwhile) is ignored. */
  pieceChecked(piece: number, verdict: PieceVerdict): void {
    const content = this.#swarm.content;
    if (content === undefined || !content.picker.isPending(piece)) return;
    const suspects = content.blame.contributors(piece);
    switch (verdict.kind) {
      case "good":
        content.picker.pieceGood(piece);
        this.firstPieceAtMs ??= this.#swarm.shared.turns.nowMs;
        this.#swarm.tell({ type: "piece-verified", pieceIndex: piece });
        this.#pieces.gained(piece);
        break;
      case "bad":
        content.picker.pieceBad(piece);
        this.#swarm.totals.wastedHashFailBytes += content.map.bytesOf(piece);
        this.#swarm.tell({ type: "piece-bad", pieceIndex: piece, suspects: this.#addressesOf(suspects) });
        break;
      case "failed":
        content.picker.pieceFailed(piece);
        this.#halt(verdict.code);
        break;
    }
    for (const finding of content.blame.pieceChecked(piece, verdict)) this.#act(finding);
    this.#requests.replan();
    if (this.#requests.isOutOfMemory) this.#requests.tick(false);
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
