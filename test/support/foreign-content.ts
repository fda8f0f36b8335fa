/** Content and torrents that other programs take up before their state is imported: the same bytes wherever it is made. */
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { encodeBencode } from "../../src/core/bencode.ts";
import { concatBytes, utf8Bytes } from "../../src/core/bytes.ts";
import { sha1 } from "../../src/core/sha1.ts";

const PIECE_BYTES = 16_384;

export interface ForeignFile {
  /** Below the data folder. */
  readonly path: string;
  readonly bytes: Uint8Array;
}

export interface ForeignContent {
  readonly name: "album" | "half" | "single" | "secret";
  readonly files: readonly ForeignFile[];
}

function bytesOf(length: number, seed: number): Uint8Array {
  return new Uint8Array(length).map((_, i) => (i * 7 + (i >> 8) * seed + seed) % 251);
}

/** `half` is to be found without its second file; `secret` is private. */
export const FOREIGN_CONTENT: readonly ForeignContent[] = [
  {
    name: "album",
    files: [
      { path: "album/one.bin", bytes: bytesOf(100_000, 1) },
      { path: "album/sub/two.bin", bytes: bytesOf(60_000, 2) },
    ],
  },
  {
    name: "half",
    files: [
      { path: "half/a.bin", bytes: bytesOf(80_000, 3) },
      { path: "half/b.bin", bytes: bytesOf(80_000, 4) },
    ],
  },
  { name: "single", files: [{ path: "single.bin", bytes: bytesOf(50_000, 5) }] },
  { name: "secret", files: [{ path: "secret/x.bin", bytes: bytesOf(20_000, 6) }] },
];

/** With two trackers each, as torrents have them. */
export function foreignTorrentFile(content: ForeignContent): Uint8Array {
  const all = concatBytes(content.files.map(({ bytes }) => bytes));
  const pieces: Uint8Array[] = [];
  for (let at = 0; at < all.length; at += PIECE_BYTES) pieces.push(sha1(all.subarray(at, at + PIECE_BYTES)));
  const [first] = content.files;
  const isSingle = content.files.length === 1 && first?.path.includes("/") === false;
  const what = isSingle
    ? { length: all.length, name: first?.path }
    : {
        name: content.name,
        files: content.files.map(({ path, bytes }) => ({
          length: bytes.length,
          path: path.split("/").slice(1).map(utf8Bytes),
        })),
      };
  return encodeBencode({
    announce: "http://127.0.0.1:9/announce",
    "announce-list": [["http://127.0.0.1:9/announce"], ["udp://127.0.0.1:9/announce"]],
    info: {
      ...what,
      "piece length": PIECE_BYTES,
      pieces: concatBytes(pieces),
      private: content.name === "secret" ? 1 : undefined,
    },
  });
}

/** `FOLDER/torrents` and `FOLDER/data`, as `foreign-programs.sh` expects them. */
export function writeForeignContent(folder: string): void {
  mkdirSync(join(folder, "torrents"), { recursive: true });
  for (const content of FOREIGN_CONTENT) {
    writeFileSync(join(folder, "torrents", `${content.name}.torrent`), foreignTorrentFile(content));
    for (const { path, bytes } of content.files) {
      if (path === "half/b.bin") continue;
      mkdirSync(dirname(join(folder, "data", path)), { recursive: true });
      writeFileSync(join(folder, "data", path), bytes);
    }
  }
}
