/**
 * The keys of a sealed network, at most two at a time: all that are held are understood, and the newest whose time has come
 * is spoken. So a new key reaches every member before anybody speaks it, and nothing is lost while it does.
 */
import { utf8Bytes } from "../core/bytes.ts";
import { invariant } from "../core/invariant.ts";
import { ChaCha20Poly1305 } from "./chacha20-poly1305.ts";
import { KEY_BYTES, type SealingCrypto } from "./sealing-crypto.ts";

export interface NetworkKey {
  /** 32 random bytes that the members share. */
  readonly secret: Uint8Array;
  /** Wall-clock time from which on it is spoken. */
  readonly fromUnixMs: number;
}

export interface SealedNetwork {
  readonly id: Uint8Array;
  readonly keys: readonly NetworkKey[];
}

/** What follows from one key: a secret for each use, so that no two uses meet in one. */
export interface DerivedKey {
  readonly fromUnixMs: number;
  /** First byte of each datagram: tells the keys of one network apart, and most of what is none of ours. */
  readonly mark: number;
  readonly datagrams: ChaCha20Poly1305;
  readonly streams: Uint8Array;
  readonly neighbours: Uint8Array;
  readonly nodeIds: Uint8Array;
}

export const MAX_NETWORK_KEYS = 2;
/** What SipHash takes: node ids are marked with it. */
const ID_KEY_BYTES = 16;

export class NetworkKeys {
  readonly #crypto: SealingCrypto;
  readonly #id: Uint8Array;
  readonly #unixMs: () => number;
  #all: readonly DerivedKey[] = [];

  constructor(crypto: SealingCrypto, network: SealedNetwork, unixMs: () => number) {
    this.#crypto = crypto;
    this.#id = network.id;
    this.#unixMs = unixMs;
    this.replace(network.keys);
  }

  /** The newest first. */
  get all(): readonly DerivedKey[] {
    return this.#all;
  }

  /** Keys that node ids may be made with: first the one for new ids, since others hold the one that is spoken for certain. */
  get idKeys(): readonly Uint8Array[] {
    const { current } = this;
    return [current, ...this.#all.filter((key) => key !== current)].map(({ nodeIds }) => nodeIds);
  }

  /** From now on these are the network's keys, for whatever is sealed and opened with them. */
  replace(keys: readonly NetworkKey[]): void {
    invariant(keys.length >= 1 && keys.length <= MAX_NETWORK_KEYS, "one key or two");
    this.#all = [...keys]
      .sort((a, b) => b.fromUnixMs - a.fromUnixMs)
      .map((key) => derive(this.#crypto, this.#id, key));
  }

  /** The key to speak now: the newest whose time has come, else the oldest. */
  get current(): DerivedKey {
    const nowUnixMs = this.#unixMs();
    // Asked for each datagram: no closure.
    for (const key of this.#all) if (key.fromUnixMs <= nowUnixMs) return key;
    return this.#all[this.#all.length - 1] as DerivedKey;
  }
}

/** The names are part of the protocol: what changes it gets other ones. */
function derive(crypto: SealingCrypto, id: Uint8Array, { secret, fromUnixMs }: NetworkKey): DerivedKey {
  const use = (name: string, length: number) => crypto.hkdf(secret, id, utf8Bytes(name), length);
  return {
    fromUnixMs,
    mark: use("starling mark 1", 1)[0] as number,
    datagrams: new ChaCha20Poly1305(use("starling datagrams 1", KEY_BYTES)),
    streams: use("starling streams 1", KEY_BYTES),
    neighbours: use("starling neighbours 1", KEY_BYTES),
    nodeIds: use("starling node ids 1", ID_KEY_BYTES),
  };
}
