/** Metadata of a recorded torrent, whose true content was left out: zeros of the same length, of which its info-hash is made. */
import { type InfoHash, infoHashFrom } from "../../core/ids.ts";
import { sha1 } from "../../core/sha1.ts";

/** Blocks of other versions are filled with this and their number: they are not the right ones. */
const WRONG = 0x80;

/** Different for each torrent, as info-hashes are. */
export function blankMetadata(torrent: number, lengthBytes: number): Uint8Array {
  const metadata = new Uint8Array(lengthBytes);
  for (let i = 0, left = torrent + 1; i < lengthBytes && left > 0; i++, left = Math.floor(left / 256))
    metadata[i] = left % 256;
  return metadata;
}

export function blankInfoHash(torrent: number, lengthBytes: number): InfoHash {
  return infoHashFrom(sha1(blankMetadata(torrent, lengthBytes)));
}

/** A block that is not the right one, or of which nobody knows. */
export function wrongBlock(version: number, lengthBytes: number): Uint8Array {
  return new Uint8Array(lengthBytes).fill(WRONG | (version & 0x7f));
}
