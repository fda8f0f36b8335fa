/**
 * Hashes that this node announces itself, with their ports. Whoever asks us for one of them hears of us too: that
 * is what makes networks of one, two or three nodes work, where nobody else may be there to store it.
 */
import { latin1Text } from "../core/bytes.ts";
import { ID_BYTES } from "../core/ids.ts";

export class OwnAnnounces {
  readonly #ports = new Map<string, number>();

  get size(): number {
    return this.#ports.size;
  }

  set(infoHash: Uint8Array, port: number): void {
    this.#ports.set(latin1Text(infoHash), port);
  }

  delete(infoHash: Uint8Array): void {
    this.#ports.delete(latin1Text(infoHash));
  }

  /** Port of the peer that we are for the info-hash at `hashAt`; 0 when we announce it not. */
  portOf(bytes: Uint8Array, hashAt: number): number {
    if (this.#ports.size === 0) return 0;
    return this.#ports.get(latin1Text(bytes.subarray(hashAt, hashAt + ID_BYTES))) ?? 0;
  }
}
