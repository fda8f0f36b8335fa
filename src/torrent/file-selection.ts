/**
 * Which files of a torrent are wanted: what a user selects (`--select 1,3-5,'*.epub'`, numbers as listed, from 1),
 * what a magnet link selects (`so=`, BEP 53, from 0), and what that means for pieces. A piece is as urgent as the
 * most urgent file in it, for it is verified as a whole.
 */
import { type Decoded, decoded, fault } from "../core/decoded.ts";
import { FileLayout } from "./file-layout.ts";
import { type IndexRange, parseIndexRange } from "./index-ranges.ts";
import type { Metainfo, TorrentFile } from "./metainfo.ts";
import { compileGlob, type PathMatcher } from "./path-glob.ts";

/** Priorities of files and pieces: 0 = not wanted, 7 = most urgent (as libtorrent has them). */
const UNWANTED_PRIORITY = 0;
export const DEFAULT_PRIORITY = 4;
export const HIGHEST_PRIORITY = 7;

/** Longest text of one selection, in characters. */
const MAX_SELECTION_CHARACTERS = 65_536;

/** A parsed `--select`, before the files are known. */
export interface FileSelection {
  /** As the user counts: the first listed file is 1, padding is not listed. */
  readonly numbers: readonly IndexRange[];
  readonly patterns: readonly FilePattern[];
}

interface FilePattern {
  readonly text: string;
  readonly matches: PathMatcher;
}

/**
 * Reads numbers, ranges and patterns between commas; what begins with a digit and holds nothing but digits and a
 * dash is a number. Fault `selection-invalid` names the part that is wrong.
 */
export function parseFileSelection(text: string): Decoded<FileSelection> {
  const numbers: IndexRange[] = [];
  const patterns: FilePattern[] = [];
  if (text.length > MAX_SELECTION_CHARACTERS) return fault("selection-invalid", "the selection is too long");
  for (const part of text.split(",").map((piece) => piece.trim())) {
    if (part === "") continue;
    if (/^\d[\d-]*$/.test(part)) {
      const range = parseIndexRange(part);
      if (range === undefined || range.first < 1) {
        return fault(
          "selection-invalid",
          `"${part}" is no file number: they count from 1, ranges are like 3-5`,
        );
      }
      numbers.push(range);
    } else {
      const matches = compileGlob(part);
      if (matches === undefined)
        return fault("selection-invalid", `"${part}" is not a pattern: its [ ] are not right`);
      patterns.push({ text: part, matches });
    }
  }
  if (numbers.length + patterns.length === 0) return fault("selection-invalid", "the selection is empty");
  return decoded({ numbers, patterns });
}

/**
 * Whether each file is selected. A pattern with a `/` is compared with the whole path, with and without the torrent's
 * own folder; one without compares with the name alone, in any folder. Fault `selection-no-match` when a number or a
 * pattern names no file.
 */
export function selectFiles(selection: FileSelection, files: readonly TorrentFile[]): Decoded<boolean[]> {
  const selected = files.map(() => false);
  const listed = [...files.keys()].filter((i) => files[i]?.isPadding === false);
  for (const { first, last } of selection.numbers) {
    if (last > listed.length) {
      return fault("selection-no-match", `there is no file ${last}: the torrent has ${listed.length}`);
    }
    for (const fileIndex of listed.slice(first - 1, last)) selected[fileIndex] = true;
  }
  for (const pattern of selection.patterns) {
    const found = listed.filter((i) => matchesFile(pattern, (files[i] as TorrentFile).path));
    if (found.length === 0) return fault("selection-no-match", `no file matches "${pattern.text}"`);
    for (const fileIndex of found) selected[fileIndex] = true;
  }
  return decoded(selected);
}

/**
 * Whether each file is selected by `so=` of a magnet link. Indices that the torrent does not have are ignored; a link
 * that selects nothing at all is taken as one without a selection, for nobody shares a link to nothing.
 */
export function selectOnly(so: string, files: readonly TorrentFile[]): boolean[] {
  const selected = files.map(() => false);
  for (const part of so.split(",")) {
    const range = parseIndexRange(part);
    if (range !== undefined) selected.fill(true, range.first, range.last + 1);
  }
  const wanted = files.map((file, i) => !file.isPadding && selected[i] === true);
  return wanted.includes(true) ? wanted : files.map((file) => !file.isPadding);
}

/** Priorities of all files from a selection; padding is never wanted. */
export function priorityOfFiles(selected: readonly boolean[]): Uint8Array {
  return Uint8Array.from(selected, (isSelected) => (isSelected ? DEFAULT_PRIORITY : UNWANTED_PRIORITY));
}

/** The priority of each piece: the highest of the files in it, 0 where none is wanted. Padding does not count. */
export function priorityOfPieces(
  metainfo: Pick<Metainfo, "files" | "pieceMap">,
  filePriorities: Uint8Array,
  layout: FileLayout = new FileLayout(metainfo.files),
): Uint8Array {
  const priorities = new Uint8Array(metainfo.pieceMap.pieceCount);
  metainfo.files.forEach((file, fileIndex) => {
    const priority = file.isPadding ? UNWANTED_PRIORITY : (filePriorities[fileIndex] ?? UNWANTED_PRIORITY);
    const pieces = layout.piecesOf(fileIndex, metainfo.pieceMap);
    if (pieces === undefined || priority === UNWANTED_PRIORITY) return;
    for (let piece = pieces.first; piece < pieces.end; piece++) {
      priorities[piece] = Math.max(priorities[piece] as number, priority);
    }
  });
  return priorities;
}

function matchesFile(pattern: FilePattern, path: string): boolean {
  const isDeep = pattern.text.includes("/");
  if (!isDeep) return pattern.matches(path.slice(path.lastIndexOf("/") + 1));
  return pattern.matches(path) || pattern.matches(path.slice(path.indexOf("/") + 1));
}
