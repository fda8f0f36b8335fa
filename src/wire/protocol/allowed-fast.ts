/** The canonical allowed fast set of BEP 6: pieces that a new peer may fetch while it is choked. */

import { readUint32 } from "../../core/bytes.ts";
import { addressBytes } from "../../core/endpoint.ts";
import type { InfoHash } from "../../core/ids.ts";
import { sha1 } from "../../core/sha1.ts";

/**
 * `count` piece indices for the peer at `host`, all of them when the torrent has no more. Defined for IPv4 only;
 * empty for other addresses.
 */
export function allowedFastSet(
  host: string,
  infoHash: InfoHash,
  pieceCount: number,
  count: number,
): number[] {
  const address = addressBytes(host);
  if (address?.length !== 4) return [];
  const wanted = Math.min(count, pieceCount);
  const chosen = new Set<number>();
  let digest = new Uint8Array(24);
  digest.set(address.subarray(0, 3));
  digest.set(infoHash, 4);
  while (chosen.size < wanted) {
    digest = new Uint8Array(sha1(digest));
    for (let i = 0; i < 5 && chosen.size < wanted; i++) chosen.add(readUint32(digest, i * 4) % pieceCount);
  }
  return [...chosen];
}
