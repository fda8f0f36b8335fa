/** A swarm whose commands are written down on their way. */
import { toHex } from "../../core/bytes.ts";
import type { InfoHash } from "../../core/ids.ts";
import type { BlockSlot } from "../../core/slab.ts";
import type { PieceVerdict } from "../../torrent/piece-verdict.ts";
import type { Swarm, SwarmContent } from "../swarm/swarm.ts";
import type { PeerView, SoleSource, SwarmStrips, SwarmView } from "../wire-view.ts";
import type { ContentMasks } from "./content-recorder.ts";
import type { OutputDigest } from "./output-digest.ts";
import { BLOCK_READ, CHECKED, COMMAND, VERDICTS } from "./record-kinds.ts";
import { recordedContent, runsOf, type SwarmCommand } from "./recorded-commands.ts";
import { recordedStorage } from "./recorded-ports.ts";

const DIGEST_BYTES = 20;
const NO_DIGESTS = new Uint8Array(0);

export class RecordingSwarm implements Swarm {
  readonly number: number;
  readonly #swarm: Swarm;
  readonly #masks: ContentMasks;
  readonly #outputs: OutputDigest;
  readonly #digests = new Map<string, number>();

  readonly #onEnding: () => void;

  /** `onEnding` is called before the swarm closes its connections. */
  constructor(
    number: number,
    swarm: Swarm,
    masks: ContentMasks,
    outputs: OutputDigest,
    onEnding: () => void,
  ) {
    this.#onEnding = onEnding;
    this.number = number;
    this.#swarm = swarm;
    this.#masks = masks;
    this.#outputs = outputs;
  }

  get infoHash(): InfoHash {
    return this.#swarm.infoHash;
  }

  start(): void {
    this.#command({ do: "start" }, () => this.#swarm.start());
  }

  stop(): void {
    this.#onEnding();
    this.#command({ do: "stop" }, () => this.#swarm.stop());
  }

  remove(): void {
    this.#onEnding();
    this.#command({ do: "remove" }, () => this.#swarm.remove());
  }

  setContent(content: SwarmContent): void {
    const { recording } = this.#masks;
    const storage =
      content.storage === undefined
        ? {}
        : { storage: recordedStorage(content.storage, recording, this.#outputs) };
    this.#command({ do: "setContent", ...recordedContent(content) }, () =>
      this.#swarm.setContent({ ...content, ...storage }),
    );
  }

  setPriorities(priorities: Uint8Array): void {
    this.#command({ do: "setPriorities", priorities: runsOf(priorities) }, () =>
      this.#swarm.setPriorities(priorities),
    );
  }

  setPieceOrder(order: Parameters<Swarm["setPieceOrder"]>[0]): void {
    this.#command({ do: "setPieceOrder", order }, () => this.#swarm.setPieceOrder(order));
  }

  setUrgentPieces(pieces: readonly number[]): void {
    this.#command({ do: "setUrgentPieces", pieces }, () => this.#swarm.setUrgentPieces(pieces));
  }

  setDeadlines(deadlines: Parameters<Swarm["setDeadlines"]>[0]): void {
    this.#command({ do: "setDeadlines", deadlines }, () => this.#swarm.setDeadlines(deadlines));
  }

  setLimits(limits: Parameters<Swarm["setLimits"]>[0]): void {
    this.#command({ do: "setLimits", limits }, () => this.#swarm.setLimits(limits));
  }

  addCandidates(...[endpoints, source]: Parameters<Swarm["addCandidates"]>): void {
    const peers = endpoints.map((address) => this.#masks.addresses.endpoint(address));
    this.#command({ do: "addCandidates", peers, source }, () => this.#swarm.addCandidates(endpoints, source));
  }

  pieceLost(piece: number): void {
    this.#command({ do: "pieceLost", piece }, () => this.#swarm.pieceLost(piece));
  }

  resumeDownloading(): void {
    this.#command({ do: "resumeDownloading" }, () => this.#swarm.resumeDownloading());
  }

  pieceChecked(pieceIndex: number, verdict: PieceVerdict): void {
    this.#masks.recording.event(
      CHECKED,
      (writer) => {
        writer.number(this.number);
        writer.number(pieceIndex);
        writer.byte(VERDICTS.indexOf(verdict.kind));
        writer.text(verdict.kind === "failed" ? verdict.code : "");
        const digests = verdict.kind === "failed" ? undefined : verdict.blockDigests;
        writer.byte(digests === undefined ? 0 : 1);
        writer.list(this.#digestNumbers(digests ?? NO_DIGESTS));
      },
      () => this.#swarm.pieceChecked(pieceIndex, verdict),
    );
  }

  blockRead(token: number, slot: BlockSlot | undefined, code = "EIO"): void {
    this.#masks.recording.event(
      BLOCK_READ,
      (writer) => {
        writer.number(this.number);
        writer.number(token);
        writer.text(slot === undefined ? code : "");
      },
      () => this.#swarm.blockRead(token, slot, code),
    );
  }

  get isAlone(): boolean {
    return this.#swarm.isAlone;
  }

  get downloadedBytes(): number {
    return this.#swarm.downloadedBytes;
  }

  get uploadedBytes(): number {
    return this.#swarm.uploadedBytes;
  }

  view(): SwarmView {
    return this.#swarm.view();
  }

  strips(cells: number): SwarmStrips {
    return this.#swarm.strips(cells);
  }

  begunStrip(cells: number): string {
    return this.#swarm.begunStrip(cells);
  }

  reachableShare(firstPiece: number, endPiece: number): number {
    return this.#swarm.reachableShare(firstPiece, endPiece);
  }

  peers(): PeerView[] {
    return this.#swarm.peers();
  }

  soleSource(): SoleSource | undefined {
    return this.#swarm.soleSource();
  }

  exportPeers(max: number): ReturnType<Swarm["exportPeers"]> {
    return this.#swarm.exportPeers(max);
  }

  #command(command: SwarmCommand, action: () => void): void {
    this.#masks.recording.event(
      COMMAND,
      (writer) => {
        writer.number(this.number);
        writer.text(JSON.stringify(command));
      },
      action,
    );
  }

  /** Which blocks are equal is all that matters of them; 0 stands for a digest that is not there. */
  #digestNumbers(digests: Uint8Array): number[] {
    return Array.from({ length: digests.length / DIGEST_BYTES }, (_, block) => {
      const digest = digests.subarray(block * DIGEST_BYTES, (block + 1) * DIGEST_BYTES);
      return digest.every((byte) => byte === 0) ? 0 : this.#digestNumber(toHex(digest));
    });
  }

  #digestNumber(digest: string): number {
    const number = this.#digests.get(digest) ?? this.#digests.size + 1;
    this.#digests.set(digest, number);
    return number;
  }
}
