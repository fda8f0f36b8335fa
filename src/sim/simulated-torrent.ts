/** A torrent made up for a simulation: content that differs by place, cut into files, with its `.torrent`. */
import { encodeBencode } from "../core/bencode.ts";
import { invariant } from "../core/invariant.ts";
import { sha1 } from "../core/sha1.ts";
import { encodeTorrentFile, type Metainfo, parseInfoDictionary } from "../torrent/metainfo.ts";
import { CLIENT_FOLDER } from "./client-world.ts";
import type { SeededRandom } from "./seeded-random.ts";
import type { HostMemory } from "./virtual-platform.ts";

/** Several files, because a file in memory is copied as a whole for each piece that is written to it. */
const PIECES_PER_FILE = 4;

export interface SimulatedTorrent {
  readonly metainfo: Metainfo;
  /** The `.torrent` file. */
  readonly bytes: Uint8Array;
  /** Puts the content on a machine's disk, the pieces for which `has` is false as zeros. */
  place(memory: HostMemory, has: (piece: number) => boolean): void;
}

export function simulatedTorrent(
  random: SeededRandom,
  pieceCount: number,
  pieceBytes: number,
): SimulatedTorrent {
  const content = new Uint8Array(pieceCount * pieceBytes);
  const words = new Uint32Array(content.buffer);
  for (let i = 0; i < words.length; i++) words[i] = random.uint32();
  const piece = (index: number) => content.subarray(index * pieceBytes, (index + 1) * pieceBytes);
  const pieces = new Uint8Array(20 * pieceCount);
  for (let index = 0; index < pieceCount; index++) pieces.set(sha1(piece(index)), 20 * index);
  const files: { readonly length: number; readonly path: readonly string[] }[] = [];
  for (let first = 0; first < pieceCount; first += PIECES_PER_FILE) {
    const length = Math.min(PIECES_PER_FILE, pieceCount - first) * pieceBytes;
    files.push({ length, path: [`part-${first / PIECES_PER_FILE}`] });
  }
  const info = { name: "simulated", files, "piece length": pieceBytes, pieces };
  const parsed = parseInfoDictionary(encodeBencode(info as never));
  invariant(parsed.ok, "a simulated torrent is a proper one");
  const metainfo = parsed.value;
  return {
    metainfo,
    bytes: encodeTorrentFile(metainfo),
    place: (memory, has) => {
      metainfo.files.forEach((file, i) => {
        const first = i * PIECES_PER_FILE;
        const bytes = content.slice(first * pieceBytes, first * pieceBytes + file.lengthBytes);
        for (let index = 0; index * pieceBytes < bytes.length; index++)
          if (!has(first + index)) bytes.fill(0, index * pieceBytes, (index + 1) * pieceBytes);
        memory.disk.place(`${CLIENT_FOLDER}/${file.path}`, bytes);
      });
    },
  };
}
