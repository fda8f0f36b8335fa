/** A torrent that is larger than the disk: nothing has to be filled for Starling to see that it does not fit. */
import { statfs } from "node:fs/promises";
import { encodeBencode } from "../../../core/bencode.ts";
import { encodeTorrentFile, parseInfoDictionary } from "../../../torrent/metainfo.ts";
import type { DemoScenario } from "../demo-scenario.ts";

/** So much more than is free: what others delete meanwhile changes nothing. */
const FACTOR = 3;
/** Few pieces for any disk, and no larger than Starling takes. */
const MAX_PIECE_BYTES: number = 512 * 2 ** 20;
const MIN_PIECE_BYTES: number = 16 * 2 ** 10;
const ENOUGH_PIECES = 2_048;

export const diskFull: DemoScenario = {
  name: "disk-full",
  summary: "the torrent is larger than what is free on the disk",
  expects: { codes: ["E1"], severity: "problem" },
  arrange: async ({ folder }) => {
    const { bavail, bsize } = await statfs(folder);
    const lengthBytes = FACTOR * bavail * bsize + MAX_PIECE_BYTES;
    return { shared: undefined, source: { kind: "metainfo", bytes: hugeTorrent(lengthBytes) } };
  },
};

/** Its hashes belong to nothing; nobody will ever have it. */
function hugeTorrent(lengthBytes: number): Uint8Array {
  let pieceBytes = MIN_PIECE_BYTES;
  while (pieceBytes < MAX_PIECE_BYTES && lengthBytes / pieceBytes > ENOUGH_PIECES) pieceBytes *= 2;
  const pieces = new Uint8Array(20 * Math.ceil(lengthBytes / pieceBytes));
  const info = { length: lengthBytes, name: "Larger than your disk", "piece length": pieceBytes, pieces };
  const parsed = parseInfoDictionary(encodeBencode(info));
  if (!parsed.ok) throw new Error(parsed.fault.message);
  return encodeTorrentFile(parsed.value);
}
