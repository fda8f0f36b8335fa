/**
 * Reads content that is still coming, in order: what a reader needs next is fetched before everything else (the
 * picker's urgent pieces), and each piece is handed out when its hash was seen right. Readers have a disk of their
 * own, so that a torrent at rest can be read too.
 */
import { ClientError } from "../../core/errors.ts";
import type { SessionDisk } from "../session-ports.ts";
import type { TorrentPhase } from "../session-view.ts";
import { IGNORED_DISK_EVENTS, type TorrentContent } from "./torrent-content.ts";

/** Handed out at a time: large beside a system call, small beside a piece. */
const CHUNK_BYTES = 256 * 1024;
/** Fetched ahead of a reader: seconds of a film, and enough pieces to keep several peers busy. */
const READ_AHEAD_BYTES = 16 * 2 ** 20;
const MIN_PIECES_AHEAD = 4;
const MAX_PIECES_AHEAD = 64;

/** A run of one file; whole without bounds. */
export interface ReadRange {
  readonly startBytes?: number;
  /** The first byte that is not read. */
  readonly endBytes?: number;
}

export interface ContentReadersOptions {
  readonly disk: SessionDisk;
  readonly folder: () => string;
  readonly content: () => TorrentContent | undefined;
  readonly phase: () => TorrentPhase;
  readonly setUrgentPieces: (pieces: readonly number[]) => void;
}

interface Reader {
  /** Next byte of the content. */
  at: number;
  readonly end: number;
}

export class ContentReaders {
  readonly #options: ContentReadersOptions;
  readonly #readers = new Set<Reader>();
  readonly #waiting = new Set<() => void>();
  #closedBecause: ClientError | undefined;

  constructor(options: ContentReadersOptions) {
    this.#options = options;
  }

  /**
   * The bytes of a file in order, as they come. Throws `NOT_FOUND` before the metadata is known or without such a
   * file, `USAGE` for a file that is not wanted and not here, `SESSION_CLOSED` when the torrent goes.
   */
  async *read(fileIndex: number, range: ReadRange = {}): AsyncGenerator<Uint8Array, void, undefined> {
    const content = this.#contentWith(fileIndex);
    const fileStart = content.layout.startOf(fileIndex);
    const lengthBytes = content.layout.bytesOf(fileIndex);
    const reader: Reader = {
      at: fileStart + Math.min(range.startBytes ?? 0, lengthBytes),
      end: fileStart + Math.min(range.endBytes ?? lengthBytes, lengthBytes),
    };
    const disk = await this.#options.disk.openTorrent(
      content.metainfo,
      this.#options.folder(),
      IGNORED_DISK_EVENTS,
    );
    this.#readers.add(reader);
    try {
      while (reader.at < reader.end) {
        const pieceEnd = await this.#whenHere(content, reader.at);
        const runBytes = Math.min(CHUNK_BYTES, reader.end - reader.at, pieceEnd - reader.at);
        const run = await disk.read(reader.at, runBytes);
        reader.at += runBytes;
        yield run;
      }
    } finally {
      this.#readers.delete(reader);
      this.plan();
      await disk.close();
    }
  }

  /** A piece arrived, or the torrent is in another phase. */
  wake(): void {
    for (const resume of this.#waiting) resume();
    this.#waiting.clear();
  }

  /** Asks for what readers need next; again when the swarm has new content. */
  plan(): void {
    const content = this.#options.content();
    if (content === undefined) return;
    const pieces = [...this.#readers].flatMap((reader) => piecesAhead(content, reader));
    this.#options.setUrgentPieces(pieces);
  }

  close(): void {
    this.#closedBecause = new ClientError("SESSION_CLOSED", "The torrent is closed.");
    this.wake();
  }

  #contentWith(fileIndex: number): TorrentContent {
    const content = this.#options.content();
    const file = content?.metainfo.files[fileIndex];
    if (content === undefined || file === undefined || file.isPadding)
      throw new ClientError("NOT_FOUND", "There is no such file, or the file list is not known yet.");
    if (content.filePriorities[fileIndex] === 0 && !content.isWhole(fileIndex))
      throw new ClientError("USAGE", `${file.path} is not selected, so it does not come.`, {
        hint: "Give it a priority first.",
      });
    return content;
  }

  /** Waits for the piece of a byte; answers where it ends. */
  async #whenHere(content: TorrentContent, at: number): Promise<number> {
    const { pieceMap } = content.metainfo;
    const piece = Math.floor(at / pieceMap.pieceBytes);
    this.plan();
    while (!this.#isHere(content, piece)) {
      if (this.#closedBecause !== undefined) throw this.#closedBecause;
      await new Promise<void>((resolve) => this.#waiting.add(resolve));
    }
    return pieceMap.startOf(piece) + pieceMap.bytesOf(piece);
  }

  /** What the last session claimed counts once the disk was looked at, or while the torrent rests. */
  #isHere(content: TorrentContent, piece: number): boolean {
    const phase = this.#options.phase();
    return content.have.has(piece) && phase !== "checking" && phase !== "moving";
  }
}

function piecesAhead(content: TorrentContent, { at, end }: Reader): number[] {
  const { pieceBytes } = content.metainfo.pieceMap;
  const wanted = Math.ceil(READ_AHEAD_BYTES / pieceBytes);
  const count = Math.max(MIN_PIECES_AHEAD, Math.min(MAX_PIECES_AHEAD, wanted));
  const pieces: number[] = [];
  for (let piece = Math.floor(at / pieceBytes); piece * pieceBytes < end && pieces.length < count; piece++)
    if (!content.have.has(piece)) pieces.push(piece);
  return pieces;
}
