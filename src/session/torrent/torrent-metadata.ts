/** What a torrent is, from the moment that it is known: its metadata, and the content that follows from it. */
import { ClientError, toClientError } from "../../core/errors.ts";
import { encodeTorrentFile, type Metainfo, withPaths } from "../../torrent/metainfo.ts";
import { filePrioritiesOf } from "./selection.ts";
import { TorrentContent } from "./torrent-content.ts";
import type { TorrentRecords } from "./torrent-records.ts";
import { assertMayDownload } from "./torrent-source.ts";
import type { TorrentSpec } from "./torrent-spec.ts";

export interface TorrentMetadataOptions {
  readonly spec: TorrentSpec;
  readonly records: TorrentRecords;
  readonly log: (text: string) => void;
}

export class TorrentMetadata {
  readonly #options: TorrentMetadataOptions;
  #metainfo: Metainfo | undefined;
  #content: TorrentContent | undefined;

  constructor(options: TorrentMetadataOptions) {
    this.#options = options;
  }

  /** With the paths that the files have on disk. */
  get metainfo(): Metainfo | undefined {
    return this.#metainfo;
  }

  /** Undefined before the metadata is known, and where it does not fit what was selected. */
  get content(): TorrentContent | undefined {
    return this.#content;
  }

  /** Wanted bytes that are not here; 0 before the metadata is known. */
  get missingBytes(): number {
    const wanted = this.#content?.wantedBytes();
    return wanted === undefined ? 0 : wanted.all - wanted.have;
  }

  /** As far as is known: before the disk was looked at, what the last session claimed. */
  get hasAllWanted(): boolean {
    const wanted = this.#content?.wantedBytes();
    return wanted !== undefined && wanted.all > 0 && wanted.missingPieces === 0;
  }

  /** From now on it is known what the torrent is. */
  learn(learnt: Metainfo): Metainfo {
    this.#metainfo = withPaths(learnt, this.#options.spec.paths);
    return this.#metainfo;
  }

  /** Chooses the files. Throws `USAGE` for a selection that does not fit them. */
  chooseContent(metainfo: Metainfo): void {
    const { saved, select, selectOnly, isSeedOnly, paths } = this.#options.spec;
    const choices = { select, selectOnly, saved: saved?.filePriorities };
    const priorities = filePrioritiesOf(metainfo, choices);
    this.#content = new TorrentContent(metainfo, priorities, { isSeedOnly, saved, paths });
  }

  /** Saves it, so that a later session need not ask for it. */
  async keep(): Promise<void> {
    if (this.#metainfo === undefined) return;
    try {
      await this.#options.records.saveMetainfo(this.#metainfo);
    } catch (error) {
      this.#options.log(`the metadata could not be saved: ${toClientError(error).message}`);
    }
  }

  /** The content. Throws `NOT_FOUND` before it is known. */
  needContent(): TorrentContent {
    if (this.#content === undefined) throw notKnownYet();
    return this.#content;
  }

  /** The `.torrent` file. Throws `NOT_FOUND` before the metadata is known. */
  toTorrentFile(): Uint8Array {
    if (this.#metainfo === undefined) throw notKnownYet();
    return encodeTorrentFile(this.#metainfo);
  }

  /** Throws what makes the torrent fail for good: its metadata, or a selection that does not fit it. */
  assertUsable(failure: ClientError | undefined): void {
    if (this.#metainfo !== undefined) assertMayDownload(this.#metainfo);
    const isUnusable = this.#metainfo !== undefined && this.#content === undefined;
    const isRefused = failure?.code === "TORRENT_INVALID" || failure?.code === "TORRENT_V2_ONLY";
    if (failure !== undefined && (isUnusable || isRefused)) throw failure;
  }
}

function notKnownYet(): ClientError {
  return new ClientError("NOT_FOUND", "The file list of this torrent is not known yet.", {
    hint: "It comes from the first peers; try again when it is here.",
  });
}
