/** A torrent together with its content, so that pieces can be stored, served and checked. */
import { encodeBencode } from "../../src/core/bencode.ts";
import { toHex } from "../../src/core/bytes.ts";
import { sha1 } from "../../src/core/sha1.ts";
import { FileLayout } from "../../src/torrent/file-layout.ts";
import { type Metainfo, parseInfoDictionary } from "../../src/torrent/metainfo.ts";

export interface FilledTorrent {
  readonly metainfo: Metainfo;
  /** All files one behind another, padding as zeros. */
  readonly content: Uint8Array;
  /** Bytes of one piece. */
  piece(index: number): Uint8Array;
  /** Bytes of one file, in the order of the metainfo. */
  fileContent(index: number): Uint8Array;
}

export interface PlannedFile {
  /** Elements below the torrent's folder. */
  readonly path: readonly string[];
  readonly lengthBytes: number;
  /** BEP 47. */
  readonly isPadding?: boolean;
}

/** One file named `name`. */
export function filledFile(name: string, lengthBytes: number, pieceBytes: number): FilledTorrent {
  const content = patterned(lengthBytes, lengthBytes);
  return filled({ name, length: lengthBytes }, content, pieceBytes);
}

/** Several files in a folder named `name`. */
export function filledFolder(name: string, files: readonly PlannedFile[], pieceBytes: number): FilledTorrent {
  const content = new Uint8Array(files.reduce((sum, file) => sum + file.lengthBytes, 0));
  let offset = 0;
  files.forEach((file, i) => {
    if (!file.isPadding) content.set(patterned(file.lengthBytes, i + 1), offset);
    offset += file.lengthBytes;
  });
  const entries = files.map((file) => ({
    ...(file.isPadding ? { attr: "p" } : {}),
    length: file.lengthBytes,
    path: file.path,
  }));
  return filled({ name, files: entries }, content, pieceBytes);
}

function filled(
  fields: Readonly<Record<string, unknown>>,
  content: Uint8Array,
  pieceBytes: number,
): FilledTorrent {
  const pieceCount = Math.ceil(content.length / pieceBytes);
  const pieces = new Uint8Array(20 * pieceCount);
  const piece = (index: number) => content.subarray(index * pieceBytes, (index + 1) * pieceBytes);
  for (let index = 0; index < pieceCount; index++) pieces.set(sha1(piece(index)), 20 * index);
  const parsed = parseInfoDictionary(
    encodeBencode({ ...fields, "piece length": pieceBytes, pieces } as never),
  );
  if (!parsed.ok) throw new Error(parsed.fault.message);
  const metainfo = parsed.value;
  const layout = new FileLayout(metainfo.files);
  return {
    metainfo,
    content,
    piece,
    fileContent: (index) =>
      content.subarray(layout.startOf(index), layout.startOf(index) + layout.bytesOf(index)),
  };
}

/**
 * Length and SHA-1 of bytes: what tests compare, because comparing a million numbers one by one takes seconds and
 * shows nothing that a reader could use.
 */
export function fingerprint(bytes: Uint8Array | undefined): string {
  return bytes === undefined ? "absent" : `${bytes.length} bytes ${toHex(sha1(bytes))}`;
}

/** Bytes that differ by position and seed and are never all zero, so that a displaced run is noticed. */
export function patterned(lengthBytes: number, seed: number): Uint8Array {
  const bytes = new Uint8Array(lengthBytes);
  for (let i = 0; i < lengthBytes; i++)
    bytes[i] = ((i * 31 + (i >> 8) * 17 + (i >> 16) * 7 + seed * 101) & 0xff) | 1;
  return bytes;
}
