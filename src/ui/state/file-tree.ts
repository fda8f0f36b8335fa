/**
 * The files of a torrent as a tree, flattened to lines: folders before what is in them, folded ones alone. Pure, and
 * remembered for the newest files, because a torrent may have thousands and every key asks again.
 */
import type { FileSnapshot } from "../../session/session-view.ts";

export interface TreeLine {
  readonly kind: "folder" | "file";
  /** Folders above it. */
  readonly depth: number;
  /** Its own name. */
  readonly name: string;
  /** Whole path below the torrent's own folder; of folders without a slash at the end. */
  readonly path: string;
  readonly isFolded: boolean;
  /** Indices of its files in the torrent: one for a file. */
  readonly files: readonly number[];
}

interface Folder {
  readonly name: string;
  readonly path: string;
  readonly files: number[];
  readonly children: (Folder | number)[];
  readonly folders: Map<string, Folder>;
}

const trees = new WeakMap<readonly FileSnapshot[], Folder>();
const lines = new WeakMap<
  Folder,
  { readonly folded: ReadonlySet<string>; readonly lines: readonly TreeLine[] }
>();

/** The lines to show when the folders in `folded` are folded. */
export function treeLines(files: readonly FileSnapshot[], folded: ReadonlySet<string>): readonly TreeLine[] {
  const tree = treeOf(files);
  const known = lines.get(tree);
  if (known !== undefined && known.folded === folded) return known.lines;
  const flat: TreeLine[] = [];
  flatten(tree, files, folded, 0, flat);
  lines.set(tree, { folded, lines: flat });
  return flat;
}

/** The line of the folder that holds `line`; -1 at the top. */
export function parentLine(all: readonly TreeLine[], index: number): number {
  const depth = all[index]?.depth ?? 0;
  for (let at = index - 1; at >= 0; at--) if ((all[at]?.depth ?? 0) < depth) return at;
  return -1;
}

function treeOf(files: readonly FileSnapshot[]): Folder {
  const known = trees.get(files);
  if (known !== undefined) return known;
  const root = folderAt("", "");
  const strip = ownFolder(files);
  for (const [index, { path }] of files.entries()) place(root, path.slice(strip), index);
  trees.set(files, root);
  return root;
}

/** Characters of the torrent's own folder, with which every path of several files begins. */
function ownFolder(files: readonly FileSnapshot[]): number {
  const first = files[0]?.path.split("/")[0] ?? "";
  return files.length > 1 && files.every(({ path }) => path.startsWith(`${first}/`)) ? first.length + 1 : 0;
}

function folderAt(name: string, path: string): Folder {
  return { name, path, files: [], children: [], folders: new Map() };
}

function place(root: Folder, path: string, index: number): void {
  let folder = root;
  const names = path.split("/");
  for (const name of names.slice(0, -1)) {
    let next = folder.folders.get(name);
    if (next === undefined) {
      next = folderAt(name, folder.path === "" ? name : `${folder.path}/${name}`);
      folder.folders.set(name, next);
      folder.children.push(next);
    }
    folder = next;
    folder.files.push(index);
  }
  folder.children.push(index);
}

function flatten(
  folder: Folder,
  files: readonly FileSnapshot[],
  folded: ReadonlySet<string>,
  depth: number,
  into: TreeLine[],
): void {
  for (const child of folder.children) {
    if (typeof child === "number") {
      const path = files[child]?.path ?? "";
      const name = path.slice(path.lastIndexOf("/") + 1);
      into.push({ kind: "file", depth, name, path, isFolded: false, files: [child] });
      continue;
    }
    const isFolded = folded.has(child.path);
    into.push({ kind: "folder", depth, name: child.name, path: child.path, isFolded, files: child.files });
    if (!isFolded) flatten(child, files, folded, depth + 1, into);
  }
}
