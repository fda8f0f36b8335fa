/**
 * A hybrid torrent describes its content twice (BEP 52, "Upgrade Path"): `files` for version 1, `file tree` for
 * version 2. Clients that follow one half must get the same files as clients that follow the other: names, order and
 * piece alignment. A torrent whose halves disagree was made to deceive, or by a broken program, and is refused.
 */
import type { BencodeView } from "../core/bencode-document.ts";
import { compareBytes, utf8Text } from "../core/bytes.ts";
import { type FileFields, fileEntries, readLength } from "./torrent-file-list.ts";

export interface HybridFields {
  readonly tree: BencodeView;
  readonly fields: FileFields;
  /** As the torrent wishes; the path of a single file. */
  readonly name: string;
  readonly pieceBytes: number;
}

/** BEP 52: piece lengths are powers of two of at least one block. */
const MIN_V2_PIECE_BYTES = 16_384;
const PIECES_ROOT_BYTES = 32;

/** A file, padding left out; or a sentence about what is wrong, after which a walk is not continued. */
type Described = { readonly path: string; readonly lengthBytes: number } | string;

/** What contradicts between the halves, as a sentence; `undefined` when they agree. */
export function checkHybrid(hybrid: HybridFields): string | undefined {
  if (hybrid.pieceBytes < MIN_V2_PIECE_BYTES || !Number.isInteger(Math.log2(hybrid.pieceBytes))) {
    return "the piece length of a hybrid torrent is not a power of two of at least 16 KiB";
  }
  const listed = listedFiles(hybrid);
  for (const expected of treeFiles(hybrid.tree, "")) {
    const actual = listed.next().value;
    if (typeof expected === "string") return expected;
    if (typeof actual === "string") return actual;
    if (actual?.path !== expected.path) return "its two lists of files differ in names";
    if (actual.lengthBytes !== expected.lengthBytes) return "its two lists of files differ in lengths";
  }
  return listed.next().done === true ? undefined : "its version 1 list has more files than its file tree";
}

function* listedFiles({ fields, name, pieceBytes }: HybridFields): Generator<Described, undefined> {
  if (fields.files === undefined) {
    yield { path: `/${name}`, lengthBytes: readLength(fields.length) ?? 0 };
    return undefined;
  }
  let offsetBytes = 0;
  for (const entry of fileEntries(fields.files)) {
    if (!entry.ok) return yield entry.fault.message;
    const { elements, lengthBytes } = entry.value;
    if (elements !== undefined) {
      if (lengthBytes > 0 && offsetBytes % pieceBytes !== 0) return yield "a file does not begin at a piece";
      yield { path: `/${elements.join("/")}`, lengthBytes };
    }
    offsetBytes += lengthBytes;
  }
  return undefined;
}

/** Files of the tree in order. Keys must be sorted: their order is the order of the content. */
function* treeFiles(tree: BencodeView, prefix: string): Generator<Described> {
  let previous: Uint8Array | undefined;
  for (const [name, node] of tree.entries()) {
    if (previous !== undefined && compareBytes(previous, name) >= 0)
      return yield "its file tree is not sorted";
    previous = name;
    if (node.kind !== "dictionary") return yield "its file tree holds something else than files";
    if (name.length > 0) yield* treeFiles(node, `${prefix}/${utf8Text(name)}`);
    else yield treeFile(node, prefix);
  }
}

function treeFile(properties: BencodeView, path: string): Described {
  const fields = properties.pick("length", "pieces root");
  const lengthBytes = readLength(fields.length);
  if (path === "" || lengthBytes === undefined) return "a file of its file tree has no name or no length";
  const root = fields["pieces root"]?.bytes();
  const hasRoot = root?.length === PIECES_ROOT_BYTES && root.some((byte) => byte !== 0);
  return lengthBytes > 0 && !hasRoot ? "a file of its file tree has no pieces root" : { path, lengthBytes };
}
