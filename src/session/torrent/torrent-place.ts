/**
 * Where the data of a torrent lies, and the move that brings it elsewhere. The record is durable before the first file
 * moves, so that a restart goes on with the move, and again when the last one has arrived.
 */
import { ClientError, toClientError } from "../../core/errors.ts";
import type { SessionDisk } from "../session-ports.ts";
import { DataMove } from "./data-move.ts";
import { areSameStamps, type TorrentContent } from "./torrent-content.ts";

export interface TorrentPlaceOptions {
  readonly disk: SessionDisk;
  readonly folder: string;
  /** Where a move was under way to when the former session ended. */
  readonly movingTo: string | undefined;
  /** Whether the torrent has a record at all. */
  readonly isRemembered: () => boolean;
  /** Saves what was to be saved anyway. */
  readonly flush: () => Promise<void>;
  /** Makes the record of the torrent durable as it is now. */
  readonly saveRecord: () => Promise<void>;
  /** The record does not hold any more: it is saved soon. */
  readonly onRecordChange: () => void;
  /** The torrent has a record that names the new folder. */
  readonly folderChanged: (former: string, folder: string) => Promise<void>;
  readonly fail: (failure: ClientError) => void;
  readonly log: (text: string) => void;
  /** Something that is shown has changed. */
  readonly onChange: () => void;
}

export class TorrentPlace {
  readonly #options: TorrentPlaceOptions;
  #folder: string;
  #move: DataMove | undefined;

  constructor(options: TorrentPlaceOptions) {
    this.#options = options;
    this.#folder = options.folder;
    this.#move = options.movingTo === undefined ? undefined : new DataMove(options.movingTo);
  }

  /** Where the data lies; while it is moved, where it lay. */
  get folder(): string {
    return this.#folder;
  }

  /** Wanted or under way. */
  get move(): DataMove | undefined {
    return this.#move;
  }

  /** From now on the data is to lie in `folder`; `moveFiles` brings it there. */
  planMove(folder: string): DataMove {
    this.#move = new DataMove(folder);
    return this.#move;
  }

  /** Moves the files as planned. What fails is told to the torrent and to who waits for the move. */
  async moveFiles(content: TorrentContent): Promise<void> {
    const move = this.#move;
    if (move === undefined) return;
    const { disk, flush, saveRecord, onChange } = this.#options;
    const folders = { from: this.#folder, to: move.target };
    const before = await content.stampsIn(disk, folders.from);
    try {
      // From now on a restart goes on with the move.
      await flush();
      await saveRecord();
      await content.move(disk, folders, {
        signal: move.signal,
        onProgress: (movedRatio) => {
          move.movedRatio = movedRatio;
          onChange();
        },
      });
      this.#move = undefined;
      await this.settleIn(move.target);
      move.succeed();
    } catch (error) {
      const isWhole = areSameStamps(before, await content.stampsIn(disk, folders.from));
      this.#moveFailed(move, toClientError(error), isWhole);
    }
  }

  /** Nothing is moved any more: who waits for a move that had not begun is told, too. */
  close(): void {
    this.#move?.fail(interrupted());
  }

  /** A record that cannot be saved now is saved later; until then a restart finds that nothing is left to be moved. */
  async settleIn(folder: string): Promise<void> {
    const { isRemembered, saveRecord, folderChanged, onRecordChange, log, onChange } = this.#options;
    const former = this.#folder;
    this.#folder = folder;
    onChange();
    if (!isRemembered()) return;
    log(`lies in ${folder} now`);
    try {
      await saveRecord();
      await folderChanged(former, folder);
    } catch (error) {
      log(`resume data could not be saved: ${toClientError(error).message}`);
      onRecordChange();
    }
  }

  /** Where not even all of the data could go back the move stays wanted, and resuming tries it again. */
  #moveFailed(move: DataMove, error: ClientError, isWhole: boolean): void {
    const { fail, onRecordChange } = this.#options;
    if (isWhole && !move.signal.aborted) this.#move = undefined;
    if (!isWhole && !move.signal.aborted) fail(error);
    onRecordChange();
    move.fail(move.signal.aborted ? interrupted() : error);
  }
}

function interrupted(): ClientError {
  return new ClientError("SESSION_CLOSED", "The engine is stopping: the move goes on when it starts again.");
}
