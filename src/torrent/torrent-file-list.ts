/**
 * The files of a version 1 or hybrid torrent (BEP 3 `length` or `files`, BEP 47 `attr`) as values with their place
 * in the content and on disk. One walk over the list; no object of the input outlives it.
 */
import type { BencodeView } from "../core/bencode-document.ts";
import { type Decoded, decoded, fault } from "../core/decoded.ts";
import { diskPaths } from "./disk-names.ts";
import { MAX_FILES, MAX_TOTAL_BYTES } from "./torrent-config.ts";
import type { TorrentFile } from "./torrent-file.ts";

/** The fields of an info dictionary that describe files. */
export interface FileFields {
  readonly length?: BencodeView;
  readonly files?: BencodeView;
}

export interface FileList {
  readonly files: readonly TorrentFile[];
  /** Sum of all lengths, padding included; at least 1. */
  readonly totalBytes: number;
}

/** One entry as the torrent describes it. */
export interface FileEntry {
  /** Elements below the torrent's folder, as wished; `undefined` for padding, which needs none. */
  readonly elements: readonly string[] | undefined;
  readonly lengthBytes: number;
  readonly isPadding: boolean;
}

/**
 * All files, at least one of which holds something. `name` is the disk name of the torrent (`wishedName` before the
 * rules): the folder of several files, or the one file itself.
 */
export function parseFileList(fields: FileFields, wishedName: string, name: string): Decoded<FileList> {
  return fields.files === undefined
    ? singleFile(fields, wishedName, name)
    : severalFiles(fields.files, wishedName, name);
}

/** The entries of `files` in order; the first that is wrong ends them with a fault. */
export function* fileEntries(files: BencodeView): Generator<Decoded<FileEntry>> {
  for (const item of files.items()) yield readEntry(item);
}

function singleFile(fields: FileFields, wishedName: string, name: string): Decoded<FileList> {
  const lengthBytes = readLength(fields.length);
  if (lengthBytes === undefined || lengthBytes === 0) return invalidLength();
  const wasRenamed = name !== wishedName;
  return decoded({
    files: [{ path: name, lengthBytes, offsetBytes: 0, isPadding: false, wasRenamed }],
    totalBytes: lengthBytes,
  });
}

function severalFiles(list: BencodeView, wishedName: string, name: string): Decoded<FileList> {
  if (list.kind !== "list") return fault("torrent-no-files", "the list of files is not a list");
  const entries: FileEntry[] = [];
  let totalBytes = 0;
  for (const entry of fileEntries(list)) {
    if (!entry.ok) return entry;
    if (entries.length >= MAX_FILES) return fault("torrent-too-many-files", `more than ${MAX_FILES} files`);
    entries.push(entry.value);
    totalBytes += entry.value.lengthBytes;
    if (totalBytes > MAX_TOTAL_BYTES) return invalidLength();
  }
  if (!entries.some((entry) => !entry.isPadding))
    return fault("torrent-no-files", "the torrent has no files");
  if (totalBytes === 0) return invalidLength();
  return placeFiles(entries, totalBytes, wishedName, name);
}

function placeFiles(
  entries: readonly FileEntry[],
  totalBytes: number,
  wishedName: string,
  name: string,
): Decoded<FileList> {
  const paths = diskPaths(name, wishedPaths(entries));
  if (!paths.ok) return paths;
  const files: TorrentFile[] = [];
  let offsetBytes = 0;
  let listed = 0;
  for (const { elements, lengthBytes, isPadding } of entries) {
    // Padding is never on disk, so it takes part in no collision and may share its name.
    const path = elements === undefined ? `${name}/.pad/${lengthBytes}` : (paths.value[listed++] as string);
    const wasRenamed = elements !== undefined && path !== `${wishedName}/${elements.join("/")}`;
    files.push({ path, lengthBytes, offsetBytes, isPadding, wasRenamed });
    offsetBytes += lengthBytes;
  }
  return decoded({ files, totalBytes });
}

function* wishedPaths(entries: readonly FileEntry[]): Generator<readonly string[]> {
  for (const { elements } of entries) if (elements !== undefined) yield elements;
}

function readEntry(item: BencodeView): Decoded<FileEntry> {
  const fields = item.pick("length", "path", "path.utf-8", "attr");
  const attributes = fields.attr?.text() ?? "";
  // A symlink (BEP 47 "l") never becomes a link: it is the file that its length says, which is empty.
  const isLink = attributes.includes("l") && fields.length === undefined;
  const lengthBytes = isLink ? 0 : readLength(fields.length);
  if (lengthBytes === undefined) return invalidLength();
  const elements = readPath(fields["path.utf-8"] ?? fields.path);
  const isPadding = attributes.includes("p") || isPaddingPath(elements);
  if (isPadding) return decoded({ elements: undefined, lengthBytes, isPadding });
  if (elements === undefined) return fault("torrent-file-path", "a file has no path");
  return decoded({ elements, lengthBytes, isPadding });
}

/** BEP 47 proposes `.pad/LENGTH`; some creators write it without the attribute. */
function isPaddingPath(elements: readonly string[] | undefined): boolean {
  return elements?.length === 2 && elements[0] === ".pad" && /^\d+$/.test(elements[1] as string);
}

function readPath(field: BencodeView | undefined): readonly string[] | undefined {
  if (field?.kind !== "list") return undefined;
  const elements: string[] = [];
  for (const item of field.items()) {
    const text = item.text();
    if (text === undefined) return undefined;
    elements.push(text);
  }
  return elements;
}

/** A length of 0 to `MAX_TOTAL_BYTES`; `undefined` for anything else. */
export function readLength(field: BencodeView | undefined): number | undefined {
  const length = field?.integer();
  return length !== undefined && length >= 0 && length <= MAX_TOTAL_BYTES ? length : undefined;
}

function invalidLength(): ReturnType<typeof fault> {
  return fault("torrent-length", "the torrent or one of its files has no valid length");
}
