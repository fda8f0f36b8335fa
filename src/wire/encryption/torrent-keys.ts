/** Finds which of all torrents an encrypted handshake means, in one look-up: it names only HASH('req2', info-hash). */
import { latin1Text } from "../../core/bytes.ts";
import type { InfoHash } from "../../core/ids.ts";
import { hashOf } from "./mse-handshake.ts";

export class TorrentKeys {
  /** By hash, one character a byte. */
  readonly #infoHashes = new Map<string, InfoHash>();

  add(infoHash: InfoHash): void {
    this.#infoHashes.set(keyOf(infoHash), infoHash);
  }

  remove(infoHash: InfoHash): void {
    this.#infoHashes.delete(keyOf(infoHash));
  }

  infoHashOf(req2Hash: Uint8Array): InfoHash | undefined {
    return this.#infoHashes.get(latin1Text(req2Hash));
  }
}

function keyOf(infoHash: InfoHash): string {
  return latin1Text(hashOf("req2", infoHash));
}
