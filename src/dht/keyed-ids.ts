/**
 * Node ids that nobody can make without the network's key (docs/adr/0113): an id is
 *
 *   tag 8 | salt 12        tag = SipHash-2-4 of the salt under a key that members share
 *
 * so it lies where chance puts it, and every member can tell it from one that was made up, brought along from another
 * network, or made with a key that was given up. Without keys every id is as good as another, as on mainline.
 */
import { ID_BYTES, type NodeId, nodeIdFrom } from "../core/ids.ts";
import type { Random } from "../core/ports.ts";
import { SIPHASH_BYTES, sipHash, sipHashKey } from "./siphash.ts";

const SALT_AT = SIPHASH_BYTES;
const SALT_BYTES: number = ID_BYTES - SALT_AT;

export class KeyedIds {
  #keys: readonly Int32Array[] = [];

  /** Keys of 16 bytes; the first is the one that new ids are made with. */
  constructor(keys: readonly Uint8Array[]) {
    this.replace(keys);
  }

  replace(keys: readonly Uint8Array[]): void {
    this.#keys = keys.map(sipHashKey);
  }

  get areKeyed(): boolean {
    return this.#keys.length > 0;
  }

  /** Whether one of the keys made the id at `at` of `bytes`. */
  isGenuine(bytes: Uint8Array, at: number): boolean {
    if (this.#keys.length === 0) return true;
    for (let i = 0; i < SALT_BYTES; i++) SALT[i] = bytes[at + SALT_AT + i] as number;
    return this.#keys.some((key) => {
      sipHash(key, SALT, SALT_BYTES, TAG, 0);
      return TAG.every((byte, i) => byte === bytes[at + i]);
    });
  }

  newId(random: Random): NodeId {
    const id = random.bytes(ID_BYTES);
    const [key] = this.#keys;
    if (key !== undefined) sipHash(key, id.slice(SALT_AT), SALT_BYTES, id, 0);
    return nodeIdFrom(id);
  }
}

/** Scratch space of one check: synchronous, so one for all is enough. */
const SALT = new Uint8Array(SALT_BYTES);
const TAG = new Uint8Array(SIPHASH_BYTES);
