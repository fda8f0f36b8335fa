/**
 * What streams carried, put together again from the content of a recording: zeros where payload was, and for names what
 * stands for them. Content lies behind the events that it came with, because messages are written when they are whole;
 * it is read as far as it is needed.
 */
import { concatBytes } from "../../core/bytes.ts";
import { ID_BYTES, type InfoHash } from "../../core/ids.ts";
import {
  BLANK,
  CONTENT,
  HEAD,
  isContent,
  METADATA,
  METADATA_BLOCK_BYTES,
  PROTOCOL_NAME,
  RecordReader,
} from "../../wire/index.ts";
import { blankInfoHash, blankMetadata, wrongBlock } from "./blank-metadata.ts";
import { type RecordingFile, type RecordOf, readRecord } from "./recording-file.ts";

/** Bytes that are there, or a number of zeros. */
type Piece = Uint8Array | number;

export class StreamContents {
  readonly #file: RecordingFile;
  readonly #reader: RecordReader;
  readonly #waiting = new Map<number, Piece[]>();

  constructor(file: RecordingFile) {
    this.#file = file;
    this.#reader = new RecordReader(file.records);
  }

  /** The next bytes of a stream; fewer than `lengthBytes` where the recording ends before the message does. */
  take(stream: number, lengthBytes: number): Uint8Array {
    const pieces = this.#piecesOf(stream);
    const taken = new Uint8Array(lengthBytes);
    let filled = 0;
    while (filled < lengthBytes) {
      const piece = pieces[0] ?? this.#readOn(pieces);
      if (piece === undefined) return taken.subarray(0, filled);
      const pieceBytes = typeof piece === "number" ? piece : piece.length;
      const run = Math.min(pieceBytes, lengthBytes - filled);
      if (typeof piece !== "number") taken.set(piece.subarray(0, run), filled);
      filled += run;
      if (run === pieceBytes) pieces.shift();
      else pieces[0] = typeof piece === "number" ? piece - run : piece.subarray(run);
    }
    return taken;
  }

  /** The stream has ended: nobody asks for the rest. */
  forget(stream: number): void {
    this.#waiting.delete(stream);
  }

  #piecesOf(stream: number): Piece[] {
    const pieces = this.#waiting.get(stream) ?? [];
    this.#waiting.set(stream, pieces);
    return pieces;
  }

  /** Reads until something has come to `pieces`; undefined at the end of the recording. */
  #readOn(pieces: Piece[]): Piece | undefined {
    while (pieces.length === 0) {
      if (this.#reader.isAtEnd) return undefined;
      const record = readRecord(this.#reader);
      if (isContent(record.kind)) this.#add(record);
    }
    return pieces[0];
  }

  #add({ kind, fields }: RecordOf): void {
    const add = (piece: Piece): void => void this.#piecesOf(fields[0] as number).push(piece);
    if (kind === CONTENT) add(fields[1] as Uint8Array);
    else if (kind === BLANK) add(fields[1] as number);
    else if (kind === HEAD) add(this.#handshakeHead(...(fields.slice(1) as [Uint8Array, number, number])));
    else if (kind === METADATA)
      add(this.#metadataBlock(...(fields.slice(1) as [number, number, number, number])));
  }

  #handshakeHead(reserved: Uint8Array, ours: number, stranger: number): Uint8Array {
    const infoHash = ours === 0 ? strangerHash(stranger) : this.infoHashOf(ours - 1);
    return concatBytes([PROTOCOL_NAME, reserved, infoHash]);
  }

  /** What stands for the info-hash of a torrent. */
  infoHashOf(torrent: number): InfoHash {
    return blankInfoHash(torrent, this.#file.metadata.get(torrent)?.lengthBytes ?? NEVER_FOUND_BYTES);
  }

  #metadataBlock(torrent: number, block: number, version: number, lengthBytes: number): Uint8Array {
    const found = this.#file.metadata.get(torrent);
    if (found === undefined || found.versions[block] !== version) return wrongBlock(version, lengthBytes);
    const start = block * METADATA_BLOCK_BYTES;
    return blankMetadata(torrent, found.lengthBytes).subarray(start, start + lengthBytes);
  }
}

/** A length that no metadata has: what comes in such a recording is never right. */
const NEVER_FOUND_BYTES = 8;

function strangerHash(stranger: number): Uint8Array {
  const hash = new Uint8Array(ID_BYTES).fill(0xff);
  new DataView(hash.buffer).setUint32(0, stranger);
  return hash;
}
