/** A torrent's storage under test, with everything it answered. */
import { type BlockSlot, PIECE_HEADER_BYTES, type SlabPool } from "../../src/core/slab.ts";
import type { OpenTorrentOptions, SessionDisk, TorrentDisk } from "../../src/session/session-ports.ts";
import { Bitfield } from "../../src/torrent/bitfield.ts";
import type { PieceVerdict } from "../../src/torrent/piece-verdict.ts";
import type { FilledTorrent } from "../support/filled-torrent.ts";

/** Where it lives. */
export interface DiskWorld {
  readonly disk: SessionDisk;
  readonly slabs: SlabPool;
  /** Folder that torrents are opened in; empty. */
  readonly folder: string;
  /** Content of a file below the folder; undefined when absent. */
  read(path: string): Promise<Uint8Array | undefined>;
  /** Puts a file there as a user would. */
  place(path: string, bytes: Uint8Array): Promise<void>;
  /** Lets the world go on until `isTrue`. */
  until(isTrue: () => boolean, what?: string): Promise<void>;
  close(): Promise<void>;
}

export class OpenedTorrent {
  readonly torrent: FilledTorrent;
  readonly disk: TorrentDisk;
  readonly verdicts = new Map<number, PieceVerdict>();
  readonly blocks = new Map<
    number,
    { readonly bytes: Uint8Array | undefined; readonly code: string | undefined }
  >();
  readonly #world: DiskWorld;

  private constructor(world: DiskWorld, torrent: FilledTorrent, disk: TorrentDisk) {
    this.#world = world;
    this.torrent = torrent;
    this.disk = disk;
  }

  static async open(
    world: DiskWorld,
    torrent: FilledTorrent,
    options: OpenTorrentOptions = {},
  ): Promise<OpenedTorrent> {
    let opened: OpenedTorrent | undefined;
    const disk = await world.disk.openTorrent(
      torrent.metainfo,
      world.folder,
      {
        pieceChecked: (piece, verdict) => opened?.verdicts.set(piece, verdict),
        blockRead: (token, slot, code) => opened?.keep(token, slot, code),
      },
      options,
    );
    opened = new OpenedTorrent(world, torrent, disk);
    return opened;
  }

  /** Copies a slot and gives it back. */
  keep(token: number, slot: BlockSlot | undefined, code: string | undefined): void {
    this.blocks.set(token, { bytes: slot?.buffer.slice(), code });
    if (slot !== undefined) this.disk.releaseSlot(slot);
  }

  /** Hands over a segment of a piece. */
  send(piece: number, bytes: Uint8Array, offsetBytes = 0, wantsDigests = false): void {
    const slab = (this.disk.slabs ?? this.#world.slabs).acquire(bytes.length);
    if (slab === undefined) throw new Error("the arena is exhausted");
    slab.bytes.set(bytes);
    this.disk.storeSegment(piece, offsetBytes, slab, bytes.length, wantsDigests);
  }

  /** Stores pieces of one segment and waits for their verdicts. */
  async store(...pieces: readonly number[]): Promise<void> {
    for (const piece of pieces) this.send(piece, this.torrent.piece(piece));
    await this.verdict(...pieces);
  }

  async verdict(...pieces: readonly number[]): Promise<void> {
    await this.#world.until(() => pieces.every((piece) => this.verdicts.has(piece)), "the verdicts");
  }

  /** Payload of a block; undefined when it could not be read. */
  async block(piece: number, offsetBytes: number, lengthBytes: number): Promise<Uint8Array | undefined> {
    const token = 1_000_000 + this.blocks.size;
    this.disk.readBlock(token, piece, offsetBytes, lengthBytes);
    await this.#world.until(() => this.blocks.has(token), "the block");
    return this.blocks.get(token)?.bytes?.subarray(PIECE_HEADER_BYTES);
  }

  /** Pieces that a full check finds right. */
  async goodPieces(): Promise<number[]> {
    const { pieceCount } = this.torrent.metainfo.pieceMap;
    const all = new Bitfield(pieceCount);
    all.setAll();
    const good = await this.disk.check(all, {});
    return Array.from({ length: pieceCount }, (_, piece) => piece).filter((piece) => good.has(piece));
  }
}
