/** What follows from what happens to a torrent: its swarm and its disk speak, and a step of its life is done. */
import { toClientError } from "../../core/errors.ts";
import type { Metainfo } from "../../torrent/metainfo.ts";
import type { Swarm, SwarmEvent } from "../../wire/index.ts";
import { countText, sizeText } from "../diagnosis/figures.ts";
import type { ContentReaders } from "./content-readers.ts";
import { diskFailure } from "./disk-failure.ts";
import type { ResumeKeeper } from "./resume-keeper.ts";
import type { TorrentCompletion } from "./torrent-completion.ts";
import type { TorrentContent } from "./torrent-content.ts";
import type { TorrentFailure } from "./torrent-failure.ts";
import type { TorrentHistory } from "./torrent-history.ts";
import type { TorrentLife } from "./torrent-life.ts";
import type { TorrentMetadata } from "./torrent-metadata.ts";
import type { TorrentPlace } from "./torrent-place.ts";
import type { TorrentRun } from "./torrent-run.ts";
import { assertMayDownload, readMetadata } from "./torrent-source.ts";
import type { TorrentSpec } from "./torrent-spec.ts";
import type { TorrentSurroundings } from "./torrent-surroundings.ts";

/** What costs a piece and not the torrent: its file is shorter than it was, or a sector of the disk has died. */
const LOSES_A_PIECE: readonly string[] = ["ENODATA", "EIO"];
/** More than these and it is the disk that is lost, or somebody has emptied the folder. */
const MAX_LOST_PIECES = 64;

/** The parts of a torrent that are told what happens. */
export interface ReactingParts {
  readonly swarm: Swarm;
  readonly history: TorrentHistory;
  readonly metadata: TorrentMetadata;
  readonly readers: ContentReaders;
  readonly keeper: ResumeKeeper;
  readonly place: TorrentPlace;
  readonly completion: TorrentCompletion;
  readonly failure: TorrentFailure;
  readonly run: TorrentRun;
  readonly life: TorrentLife;
}

export class TorrentReactions {
  readonly #spec: TorrentSpec;
  readonly #around: TorrentSurroundings;
  /** Whole only after the constructor: the parts are put together around it. */
  readonly #parts: () => ReactingParts;
  readonly #log: (text: string) => void;
  #lostPieces = 0;

  constructor(
    spec: TorrentSpec,
    around: TorrentSurroundings,
    options: { readonly parts: () => ReactingParts; readonly log: (text: string) => void },
  ) {
    this.#spec = spec;
    this.#around = around;
    this.#parts = options.parts;
    this.#log = options.log;
  }

  swarmSpoke(event: SwarmEvent): void {
    const { history, place, life } = this.#parts();
    history.note(event);
    switch (event.type) {
      case "metadata-complete":
        this.#metadataArrived(event.rawInfo);
        break;
      case "piece-verified":
        this.#pieceVerified(event.pieceIndex);
        break;
      case "wanted-complete":
        this.noticeCompletion();
        break;
      case "block-unreadable":
        this.#blockUnreadable(event.pieceIndex, event.code);
        break;
      case "disk-failed":
        life.fail(diskFailure(event.code, place.folder));
        break;
      case "dht-node-found":
        this.#around.dht?.ping(event.address, () => {});
        break;
      case "external-address-reported":
        this.#around.outside.saidByPeer(event.host, event.by);
        break;
      default:
        break;
    }
    this.#around.onChange();
  }

  /** Knows from now on what the torrent is. A torrent that may not be downloaded, or not as selected, fails. */
  learn(learnt: Metainfo): void {
    const { history, metadata, completion, keeper, life } = this.#parts();
    const metainfo = metadata.learn(learnt);
    const listed = metainfo.files.filter((file) => !file.isPadding).length;
    const size = sizeText(metainfo.pieceMap.totalBytes);
    history.reach("metadataMs", `metadata: ${metainfo.name}, ${countText(listed, "file", "files")}, ${size}`);
    try {
      metadata.chooseContent(metainfo);
      if (life.wishes.isMetadataOnly) life.wishes.isPaused = true;
      else assertMayDownload(metainfo);
      // What was finished when the last session ended rests at once: a thousand of them need no look at the disk.
      if (this.#spec.isRestored && metadata.hasAllWanted) completion.meetGoal();
    } catch (error) {
      life.fail(toClientError(error));
      return;
    }
    if (!life.wishes.isMetadataOnly) void metadata.keep();
    keeper.changed();
  }

  /** Data flows from now on. */
  servingBegan(): void {
    const { readers, metadata } = this.#parts();
    readers.plan();
    const damaged = metadata.content?.damagedPieces ?? 0;
    if (damaged > 0) this.#log(`${countText(damaged, "piece", "pieces")} on disk differ from the torrent`);
    this.noticeCompletion();
  }

  /** Everything rests: the record is durable before the disk is closed. */
  async halted(): Promise<void> {
    const { completion, keeper } = this.#parts();
    completion.rest();
    keeper.changed();
    await keeper.flush();
  }

  /** Everything wanted is here: true at once for what was complete before. Where nothing is wanted nothing is finished. */
  noticeCompletion(): void {
    const { swarm, run, completion, history, keeper, metadata } = this.#parts();
    const isComplete = swarm.view().wantedMissingPieces === 0 && metadata.content?.wantedBytes().all !== 0;
    if (completion.isComplete || !run.isServing || !isComplete) return;
    const isFirstTime = completion.reach() && !this.#spec.isSeedOnly;
    history.reach("doneMs", "everything wanted is here");
    keeper.changed();
    void keeper.flush().then(() => {
      if (isFirstTime) this.#around.onFinished();
    });
    run.showPresence();
    this.checkGoal();
  }

  checkGoal(): void {
    const { completion, life } = this.#parts();
    if (completion.meetGoal()) life.changed();
  }

  spaceIsBack(): void {
    this.#log("there is space again");
    this.recover();
    this.#parts().life.changed();
  }

  /** What stopped it is tried again. */
  recover(): void {
    const { failure, swarm } = this.#parts();
    this.#lostPieces = 0;
    failure.clear();
    swarm.resumeDownloading();
  }

  #metadataArrived(rawInfo: Uint8Array): void {
    const { life } = this.#parts();
    try {
      this.learn(readMetadata(rawInfo));
    } catch (error) {
      life.fail(toClientError(error));
    }
    life.changed();
  }

  #blockUnreadable(pieceIndex: number, code: string): void {
    const { run, metadata, life, place } = this.#parts();
    // A disk that is being closed, or has no room for more reads, has not failed.
    if (!run.isServing || code === "EBUSY" || metadata.content?.have.has(pieceIndex) !== true) return;
    const isOnlyPiece = LOSES_A_PIECE.includes(code) && ++this.#lostPieces <= MAX_LOST_PIECES;
    if (isOnlyPiece) this.#pieceLost(metadata.content, pieceIndex);
    else life.fail(diskFailure(code, place.folder));
  }

  /** Peers are told, and it is fetched again where we may write. */
  #pieceLost(content: TorrentContent, pieceIndex: number): void {
    const { swarm, completion, keeper, run, life } = this.#parts();
    this.#log(`piece ${pieceIndex} cannot be read any more`);
    content.pieceLost(pieceIndex);
    completion.reopen();
    swarm.setPriorities(content.piecePriorities);
    swarm.pieceLost(pieceIndex);
    keeper.changed();
    this.noticeCompletion();
    run.showPresence();
    life.changed();
  }

  #pieceVerified(pieceIndex: number): void {
    const { metadata, keeper, readers, history } = this.#parts();
    const bytes = metadata.content?.pieceVerified(pieceIndex) ?? 0;
    if (bytes > 0) keeper.stored(bytes);
    readers.wake();
    history.reach("firstPieceMs", "first piece");
  }
}
