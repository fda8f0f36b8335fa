/**
 * Names on disk, for every torrent and on every system the same: what a torrent calls its files is a wish of its
 * author, what they are called here is decided by this file. Paths stay inside the chosen folder, differ from each
 * other even where a file system ignores case or Unicode form, and can be created on Windows as well. Shown names
 * are the same as names on disk.
 *
 * Rules per element: separators, control, bidi and zero-width characters become `_`; `.` and `..` vanish; empty
 * becomes `_`; trailing dots and spaces and reserved Windows names get `_`; 240 bytes, cut before the extension.
 * Two files that want one name: the second gets `.1` before the extension; a file yields to a folder.
 */
import { utf8Bytes } from "../core/bytes.ts";
import { type Decoded, decoded, fault } from "../core/decoded.ts";
import { DECEPTIVE_CODE_POINTS } from "../core/safe-text.ts";
import {
  MAX_DUPLICATE_NAMES,
  MAX_FOLDERS,
  MAX_NAME_BYTES,
  MAX_PATH_BYTES,
  MAX_PATH_DEPTH,
} from "./torrent-config.ts";

/** U+FFFD stands for bytes that were not UTF-8. */
const FORBIDDEN = new RegExp(`[/\\\\\\ufffd${DECEPTIVE_CODE_POINTS}]`, "gu");
/** `C:` at the beginning would make a path absolute on Windows. */
const DRIVE_PREFIX = /^([A-Za-z]):/;
/** Device names of Windows, whatever extension follows. */
const RESERVED = /^(con|prn|aux|nul|clock\$|conin\$|conout\$|(?:com|lpt)[0-9¹²³])(?= *(?:\.|$))/i;
/** What follows the last dot counts as an extension up to this length, dot included. */
const MAX_EXTENSION_BYTES = 32;

/** The name on disk for one element of a path; `undefined` for `.` and `..`, which vanish. Idempotent. */
export function diskName(element: string): string | undefined {
  if (element === "." || element === "..") return undefined;
  if (element === "") return "_";
  const visible = element.replace(FORBIDDEN, "_").replace(DRIVE_PREFIX, "$1_");
  const ended = /[. ]$/.test(visible) ? `${visible}_` : visible;
  return cutName(ended.replace(RESERVED, "$1_"), MAX_NAME_BYTES);
}

/**
 * True for a path that stays below the folder it is joined to, on any system: relative, no `..`, no drive, no NUL.
 * For paths that were not made here, such as those of stored state.
 */
export function staysInside(path: string): boolean {
  if (DRIVE_PREFIX.test(path) || path.includes("\0")) return false;
  return path.split(/[\\/]/).every((element) => element !== "" && element !== "." && element !== "..");
}

/**
 * Paths on disk for the files of one torrent, in order: below the folder `root` (a disk name already), or at the top
 * for a single file. Each input is the list of elements that the torrent names. All results differ (case-folded and
 * composed), also from every folder. Faults: `torrent-path-too-deep`, `torrent-path-too-long`,
 * `torrent-too-many-folders`, `torrent-too-many-duplicates`.
 */
export function diskPaths(root: string | undefined, paths: Iterable<readonly string[]>): Decoded<string[]> {
  const tree = new FolderTree();
  const top = root === undefined ? [] : [root];
  const wishes: { readonly folder: Folder; readonly name: string }[] = [];
  for (const elements of paths) {
    const names = elements.map(diskName).filter((name) => name !== undefined);
    if (top.length + names.length > MAX_PATH_DEPTH) {
      return fault("torrent-path-too-deep", `a path has more than ${MAX_PATH_DEPTH} elements`);
    }
    const folder = tree.enter([...top, ...names.slice(0, -1)]);
    if (folder === undefined) return fault("torrent-too-many-folders", `more than ${MAX_FOLDERS} folders`);
    wishes.push({ folder, name: names.at(-1) ?? "_" });
  }
  const result: string[] = [];
  for (const { folder, name } of wishes) {
    const free = tree.claim(folder, name);
    if (free === undefined) return fault("torrent-too-many-duplicates", "too many files of one name");
    if (folder.pathBytes + utf8Length(free) > MAX_PATH_BYTES) {
      return fault("torrent-path-too-long", `a path is longer than ${MAX_PATH_BYTES} bytes`);
    }
    result.push(folder.prefix + free);
  }
  return decoded(result);
}

interface Folder {
  readonly id: number;
  /** Equal for folders that differ in case or composition only: some file systems make one of them. */
  readonly foldedId: number;
  /** Path with a `/` at the end; empty for the top. */
  readonly prefix: string;
  readonly pathBytes: number;
}

/** Folders and files by name. Keys hold ids of parents instead of paths, so depth costs no memory. */
class FolderTree {
  readonly #top: Folder = { id: 0, foldedId: 0, prefix: "", pathBytes: 0 };
  readonly #folders = new Map<string, Folder>();
  readonly #foldedFolders = new Map<string, number>();
  readonly #foldedFiles = new Set<string>();
  /** Last number tried for a name that is wanted more than once. */
  readonly #lastSuffix = new Map<string, number>();

  /** The folder at `names`, created where it is new; `undefined` when there are too many. */
  enter(names: readonly string[]): Folder | undefined {
    let folder = this.#top;
    for (const name of names) {
      const key = `${folder.id}/${name}`;
      const known = this.#folders.get(key);
      if (known === undefined && this.#folders.size >= MAX_FOLDERS) return undefined;
      folder = known ?? this.#create(folder, name, key);
    }
    return folder;
  }

  /** Takes `name` in `folder`, or the first free `.1`, `.2` of it; `undefined` when too many want it. */
  claim(folder: Folder, name: string): string | undefined {
    const wanted = this.#fileKey(folder, name);
    if (this.#isFree(wanted)) {
      this.#foldedFiles.add(wanted);
      return name;
    }
    for (let suffix = (this.#lastSuffix.get(wanted) ?? 0) + 1; suffix <= MAX_DUPLICATE_NAMES; suffix++) {
      const candidate = withSuffix(name, suffix);
      const key = this.#fileKey(folder, candidate);
      if (!this.#isFree(key)) continue;
      this.#lastSuffix.set(wanted, suffix);
      this.#foldedFiles.add(key);
      return candidate;
    }
    return undefined;
  }

  #create(parent: Folder, name: string, key: string): Folder {
    const foldedKey = `${parent.foldedId}/${folded(name)}`;
    const foldedId = this.#foldedFolders.get(foldedKey) ?? this.#foldedFolders.size + 1;
    this.#foldedFolders.set(foldedKey, foldedId);
    const folder: Folder = {
      id: this.#folders.size + 1,
      foldedId,
      prefix: `${parent.prefix}${name}/`,
      pathBytes: parent.pathBytes + utf8Length(name) + 1,
    };
    this.#folders.set(key, folder);
    return folder;
  }

  #fileKey(folder: Folder, name: string): string {
    return `${folder.foldedId}/${folded(name)}`;
  }

  #isFree(key: string): boolean {
    return !this.#foldedFiles.has(key) && !this.#foldedFolders.has(key);
  }
}

/** Equal for names that some file system in use takes for the same. */
function folded(name: string): string {
  if (/^[ -~]*$/.test(name)) return name.toLowerCase();
  return name.normalize("NFC").toUpperCase().toLowerCase().normalize("NFC");
}

function withSuffix(name: string, suffix: number): string {
  const { stem, extension } = splitExtension(name);
  const tail = `.${suffix}${extension}`;
  return cutText(stem, MAX_NAME_BYTES - utf8Length(tail)) + tail;
}

function cutName(name: string, maxBytes: number): string {
  if (utf8Length(name) <= maxBytes) return name;
  const { stem, extension } = splitExtension(name);
  const short = cutText(stem, maxBytes - utf8Length(extension));
  return extension === "" ? short.replace(/[. ]+$/, "") || "_" : short + extension;
}

function splitExtension(name: string): { stem: string; extension: string } {
  const dot = name.lastIndexOf(".");
  const extension = dot > 0 ? name.slice(dot) : "";
  if (extension.length > MAX_EXTENSION_BYTES || utf8Length(extension) > MAX_EXTENSION_BYTES) {
    return { stem: name, extension: "" };
  }
  return { stem: name.slice(0, name.length - extension.length), extension };
}

/** The longest beginning of `text` that has at most `maxBytes` in UTF-8 and splits no code point. */
function cutText(text: string, maxBytes: number): string {
  if (utf8Length(text) <= maxBytes) return text;
  let bytes = 0;
  let end = 0;
  for (const point of text) {
    bytes += utf8Length(point);
    if (bytes > maxBytes) break;
    end += point.length;
  }
  return text.slice(0, end);
}

function utf8Length(text: string): number {
  return /^[\u0000-\u007f]*$/.test(text) ? text.length : utf8Bytes(text).length;
}
