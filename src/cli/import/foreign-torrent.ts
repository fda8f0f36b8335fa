/** A torrent as another program remembers it, in words of our own; one reader a program makes these. */

import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { type BencodeDictionary, type BencodeValue, decodeDictionary } from "../../core/bencode.ts";
import { TORRENT_LIMITS } from "../../core/bencode-scanner.ts";
import { utf8Text } from "../../core/bytes.ts";
import { ClientError } from "../../core/errors.ts";
import { safeText } from "../../core/safe-text.ts";
import type { Bitfield } from "../../torrent/bitfield.ts";
import type { Metainfo } from "../../torrent/metainfo.ts";

export interface ForeignTorrent {
  /** As the other program shows it; not sanitised. */
  readonly name: string;
  /** The `.torrent` file; undefined for a magnet link whose metadata never came. */
  readonly torrentFile: Uint8Array | undefined;
  /** 40 hex digits, where the record says so. */
  readonly infoHash: string | undefined;
  /** Where the data may be, the likeliest first: folders that hold the torrent's own folder or file. */
  readonly folders: readonly string[];
  /** Where each file lies below the folder, where it is not where the torrent says. */
  readonly paths: readonly string[] | undefined;
  /** What the other program puts behind the names of files that are not whole; empty when it does not. */
  readonly partSuffix: string;
  readonly labels: readonly string[];
  readonly isPaused: boolean;
  /** 0 = not wanted, 4 = normal, a file; undefined = all alike. */
  readonly filePriorities: readonly number[] | undefined;
  /** Pieces that it had verified. */
  readonly have: (metainfo: Metainfo) => Bitfield;
  /** Nobody has written to this file since the pieces in it were verified. */
  readonly isTrusted: (fileIndex: number, modifiedUnixMs: number) => boolean;
  readonly downloadedBytes: number;
  readonly uploadedBytes: number;
  readonly addedAtUnixMs: number | undefined;
  readonly finishedAtUnixMs: number | undefined;
  /** Trackers that stand in the record and not in the `.torrent` file. */
  readonly trackers: number;
}

/** A file of the other program's state, with the time at which it was saved. */
export interface StateFile {
  /** Without the folder and without `extension`. */
  readonly stem: string;
  readonly fields: BencodeDictionary;
  readonly bytes: Uint8Array;
  readonly savedUnixMs: number;
}

/** Records are smaller than the torrents they belong to. */
const MAX_STATE_FILE_BYTES = 64 * 2 ** 20;

/**
 * The bencoded files of `folder` that end in `extension`, and the names of those that cannot be read. Rejects with
 * PATH_NOT_FOUND when there is no such folder.
 */
export async function readStateFiles(
  folder: string,
  extension: string,
): Promise<{ readonly files: readonly StateFile[]; readonly unreadable: readonly string[] }> {
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    throw new ClientError("PATH_NOT_FOUND", `Cannot read ${folder}: ${error.code}`, {
      hint: "Give the folder in which the program keeps its state.",
      cause: error,
    });
  });
  const files: StateFile[] = [];
  const unreadable: string[] = [];
  for (const name of names.filter((candidate) => candidate.endsWith(extension)).sort()) {
    const file = await readStateFile(join(folder, name), name.slice(0, -extension.length));
    if (file === undefined) unreadable.push(name);
    else files.push(file);
  }
  return { files, unreadable };
}

/** The bytes of `FOLDER/NAME`; undefined where there is no such file. */
export async function readIfPresent(folder: string, name: string): Promise<Uint8Array | undefined> {
  return await readFile(join(folder, name)).then(
    (bytes) => new Uint8Array(bytes),
    () => undefined,
  );
}

async function readStateFile(path: string, stem: string): Promise<StateFile | undefined> {
  try {
    const { size, mtimeMs } = await stat(path);
    if (size > MAX_STATE_FILE_BYTES) return undefined;
    const bytes = new Uint8Array(await readFile(path));
    const dictionary = decodeDictionary(bytes, TORRENT_LIMITS);
    if (!dictionary.ok) return undefined;
    return { stem, fields: dictionary.value.value, bytes, savedUnixMs: mtimeMs };
  } catch {
    return undefined;
  }
}

/** Text of a list's items; what is no text is left out. */
export function textList(list: readonly BencodeValue[] | undefined): readonly string[] {
  return (list ?? []).flatMap((item) => (item instanceof Uint8Array ? [utf8Text(item)] : []));
}

/** Texts that say something, each once. */
export function distinctTexts(texts: readonly (string | undefined)[]): readonly string[] {
  return [...new Set(texts.filter((text): text is string => text !== undefined && text.trim() !== ""))];
}

/** What the session takes as labels (`TorrentSettings.labels`). */
const MAX_LABELS = 32;
/** In code points; the session counts UTF-16 units to 100. */
const MAX_LABEL_CODE_POINTS = 50;

/** Labels as they may be here: visible, short enough, each once. */
export function labelsOf(texts: readonly (string | undefined)[]): readonly string[] {
  const labels = distinctTexts(texts).map((text) => safeText(text.trim(), MAX_LABEL_CODE_POINTS));
  return distinctTexts(labels).slice(0, MAX_LABELS);
}

export function secondsToUnixMs(seconds: number | undefined): number | undefined {
  return seconds === undefined || seconds <= 0 ? undefined : seconds * 1_000;
}
