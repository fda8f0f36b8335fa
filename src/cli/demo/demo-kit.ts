/** What scenarios are made from: a shared folder, copies of it with holes, and addresses where nobody lives. */
import { cp, open } from "node:fs/promises";
import { join } from "node:path";
import type { TorrentSource } from "../../session/session-view.ts";
import { formatMagnet } from "../../torrent/magnet.ts";
import type { Metainfo } from "../../torrent/metainfo.ts";
import { Output } from "../output/output.ts";
import { makeTorrent } from "../transfers/make-torrent.ts";
import { makeDemoContent } from "./demo-content.ts";

/** Small enough to be made in no time, large enough that a transfer can be watched. */
const NOISE_BYTES: number = 12 * 2 ** 20;
const PIECE_SIZE = "64K";
const NAME = "Murmuration";

export interface SharedContent {
  readonly metainfo: Metainfo;
  /** Parent of the shared folder. */
  readonly folder: string;
}

export class DemoKit {
  /** Belongs to the demo and vanishes with it. */
  readonly folder: string;
  #copies = 0;

  constructor(folder: string) {
    this.folder = folder;
  }

  /** Makes the folder that is shared, and its torrent. */
  async content(): Promise<SharedContent> {
    const folder = join(this.folder, "shared");
    await makeDemoContent(join(folder, NAME), NOISE_BYTES);
    const quiet = new Output({ quiet: true, json: true });
    const { metainfo } = await makeTorrent(join(folder, NAME), { pieceSize: PIECE_SIZE }, quiet);
    return { metainfo, folder };
  }

  /** A copy of the content in which the pieces for which `has` is false are wrong; answers its parent folder. */
  async copyOf(content: SharedContent, has: (piece: number) => boolean): Promise<string> {
    const folder = join(this.folder, `copy-${++this.#copies}`);
    await cp(join(content.folder, NAME), join(folder, NAME), { recursive: true });
    await spoilPieces({ ...content, folder }, (piece) => !has(piece));
    return folder;
  }
}

/** Turns the bytes of pieces on disk into others. */
export async function spoilPieces(
  { metainfo, folder }: SharedContent,
  isSpoilt: (piece: number) => boolean,
): Promise<void> {
  const { pieceBytes } = metainfo.pieceMap;
  let startBytes = 0;
  for (const file of metainfo.files) {
    const handle = await open(join(folder, file.path), "r+");
    const endBytes = startBytes + file.lengthBytes;
    for (let at = startBytes; at < endBytes; ) {
      const piece = Math.floor(at / pieceBytes);
      const until = Math.min(endBytes, (piece + 1) * pieceBytes);
      if (isSpoilt(piece))
        await handle.write(new Uint8Array(until - at).fill(0xaa), 0, until - at, at - startBytes);
      at = until;
    }
    await handle.close();
    startBytes = endBytes;
  }
}

export function magnetSource({ infoHash, name }: Metainfo): TorrentSource {
  return { kind: "magnet", text: formatMagnet({ infoHash, displayName: name }) };
}
