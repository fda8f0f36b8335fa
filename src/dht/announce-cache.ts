/**
 * Where lookups ended lately, by target (mldht's AnnounceNodeCache): the next one for the same target begins there
 * and saves the way. Announces come back to the same eight nodes every quarter of an hour.
 */
import { BoundedCache } from "../core/bounded-cache.ts";
import { latin1Text } from "../core/bytes.ts";
import type { AddressFamily } from "../core/endpoint.ts";
import type { NamedNode } from "./dht-lookups.ts";

/** Targets remembered: more than most people have torrents. */
const MAX_TARGETS = 256;
/** Beyond this the nodes may be gone and others nearer; two rounds of announces. */
const LIFETIME_MS = 30 * 60_000;

interface Ending {
  readonly nodes: readonly NamedNode[];
  readonly atMs: number;
}

export class AnnounceCache {
  /** Made at the first ending: most nodes look up nothing. */
  #endings: BoundedCache<string, Ending> | undefined;

  /** The nodes that the last lookup for `target` ended at; none when that was long ago. */
  nodesNear(target: Uint8Array, family: AddressFamily, nowMs: number): readonly NamedNode[] {
    const ending = this.#endings?.get(keyOf(target, family));
    return ending === undefined || nowMs - ending.atMs >= LIFETIME_MS ? [] : ending.nodes;
  }

  endedAt(target: Uint8Array, family: AddressFamily, nodes: readonly NamedNode[], nowMs: number): void {
    this.#endings ??= new BoundedCache<string, Ending>(MAX_TARGETS);
    this.#endings.set(keyOf(target, family), { nodes, atMs: nowMs });
  }
}

function keyOf(target: Uint8Array, family: AddressFamily): string {
  return `${family}${latin1Text(target)}`;
}
