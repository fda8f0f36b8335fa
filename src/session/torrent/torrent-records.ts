/**
 * The records of one torrent in the state store: its resume data, rewritten at each checkpoint, and its metadata,
 * written once. Sessions that share a store keep a resume record per folder, for two of them may fetch the same
 * torrent to different places.
 */
import { toHex, utf8Bytes } from "../../core/bytes.ts";
import { type InfoHashHex, infoHashHex } from "../../core/ids.ts";
import { sha1 } from "../../core/sha1.ts";
import {
  decodeResumeData,
  encodeResumeData,
  metadataRecordName,
  type ResumeData,
  resumeRecordName,
} from "../../storage/index.ts";
import { encodeTorrentFile, type Metainfo, parseTorrentFile } from "../../torrent/metainfo.ts";
import { loadRecord } from "../load-record.ts";
import type { StateStore } from "../session-ports.ts";

/** Hex digits of the folder's digest in a record's name: enough for a handful of folders. */
const FOLDER_DIGITS = 16;

export class TorrentRecords {
  readonly #store: StateStore;
  readonly #isShared: boolean;

  constructor(store: StateStore, options: { readonly isShared: boolean }) {
    this.#store = store;
    this.#isShared = options.isShared;
  }

  /** The resume data of the torrent; undefined when there is none that can be read. */
  async loadResume(id: InfoHashHex, folder: string): Promise<ResumeData | undefined> {
    return await loadRecord(this.#store, this.#resumeName(id, folder), (bytes) => {
      const resume = decodeResumeData(bytes);
      return resume.ok && infoHashHex(resume.value.infoHash) === id ? resume.value : undefined;
    });
  }

  async saveResume(id: InfoHashHex, resume: ResumeData): Promise<void> {
    await this.#store.save(this.#resumeName(id, resume.folder), encodeResumeData(resume));
  }

  /** The metadata, if it was kept and still hashes to `id`. */
  async loadMetainfo(id: InfoHashHex): Promise<Metainfo | undefined> {
    return await loadRecord(this.#store, metadataRecordName(id), (bytes) => {
      const metainfo = parseTorrentFile(bytes);
      return metainfo.ok && metainfo.value.id === id ? metainfo.value : undefined;
    });
  }

  async saveMetainfo(metainfo: Metainfo): Promise<void> {
    await this.#store.save(metadataRecordName(metainfo.id), encodeTorrentFile(metainfo));
  }

  async remove(id: InfoHashHex, folder: string): Promise<void> {
    await this.#store.remove(this.#resumeName(id, folder));
    await this.#store.remove(metadataRecordName(id));
  }

  /** The record of `former` is not needed any more: the torrent lies in `folder`, and has a record that says so. */
  async folderChanged(id: InfoHashHex, former: string, folder: string): Promise<void> {
    const name = this.#resumeName(id, former);
    if (name !== this.#resumeName(id, folder)) await this.#store.remove(name);
  }

  #resumeName(id: InfoHashHex, folder: string): string {
    const name = resumeRecordName(id);
    return this.#isShared ? `${name}-${toHex(sha1(utf8Bytes(folder))).slice(0, FOLDER_DIGITS)}` : name;
  }
}
