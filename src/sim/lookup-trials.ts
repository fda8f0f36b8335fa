/**
 * Announces and lookups in a simulated DHT, and whether each lookup ended at the nodes that are truly closest: the
 * simulator knows everybody. Reachable nodes count that had found their place before the lookup began and live when
 * it ends; whoever came or went meanwhile is neither demanded nor held against it.
 */

import { equalBytes } from "../core/bytes.ts";
import { compareDistance } from "../core/distance.ts";
import { type InfoHash, infoHashFrom } from "../core/ids.ts";
import type { LookupResult } from "../dht/index.ts";
import type { DhtPopulation, SimulatedNode } from "./dht-population.ts";
import type { SeededRandom } from "./seeded-random.ts";
import type { World } from "./world.ts";

/** The closest set that BEP 5 stores on. */
export const CLOSEST = 8;
const ANNOUNCED_PORT = 6_881;

export interface LookupTrial {
  readonly result: LookupResult;
  readonly endedAtClosest: boolean;
  /** How many of the true closest are in the result. */
  readonly closestFound: number;
  /** Whether any peer was found; the sought hash was announced. */
  readonly foundPeers: boolean;
}

export class LookupTrials {
  readonly #world: World;
  readonly #population: DhtPopulation;
  readonly #random: SeededRandom;
  readonly #hashes: InfoHash[] = [];
  readonly trials: LookupTrial[] = [];
  started = 0;

  constructor(world: World, population: DhtPopulation) {
    this.#world = world;
    this.#population = population;
    this.#random = world.random.fork("lookups");
  }

  /** Somebody announces each of `hashes` info-hashes that will be sought, evenly spread over `withinMs`. */
  announce(hashes: number, withinMs: number): void {
    for (let i = 0; i < hashes; i++) {
      const infoHash = infoHashFrom(this.#random.bytes(20));
      this.#hashes.push(infoHash);
      this.#world.after((i * withinMs) / hashes, () =>
        this.#population.anybody(this.#random).node.announce(infoHash, { port: ANNOUNCED_PORT }),
      );
    }
  }

  /** `lookups` nodes drawn by chance look up announced hashes, evenly spread over `withinMs`. */
  start(lookups: number, withinMs: number): void {
    for (let i = 0; i < lookups; i++) this.#world.after((i * withinMs) / lookups, () => this.#lookUp());
  }

  get areAllEnded(): boolean {
    return this.trials.length === this.started;
  }

  #lookUp(): void {
    const seeker = this.#population.anybody(this.#random);
    const hash = this.#hashes[this.#random.integer(this.#hashes.length)];
    if (hash === undefined || seeker.joinedAtMs === undefined) return;
    this.started++;
    const startedAtMs = this.#world.nowMs;
    let hasPeers = false;
    seeker.node.lookupPeers(hash, {
      onPeers: () => {
        hasPeers = true;
      },
      onEnd: (result) => this.trials.push(this.#judge(hash, seeker, startedAtMs, result, hasPeers)),
    });
  }

  #judge(
    hash: InfoHash,
    seeker: SimulatedNode,
    startedAtMs: number,
    result: LookupResult,
    foundPeers: boolean,
  ): LookupTrial {
    const wanted = trueClosest(
      hash,
      this.#population.alive.filter(
        (node) =>
          node !== seeker &&
          node.isReachable &&
          node.joinedAtMs !== undefined &&
          node.joinedAtMs < startedAtMs,
      ),
    );
    const closestFound = wanted.filter((node) =>
      result.closest.some((found) => equalBytes(found.id, node.id)),
    ).length;
    return { result, foundPeers, closestFound, endedAtClosest: closestFound === wanted.length };
  }
}

/** The nearest of `nodes` to `target`, by comparison with all of them. */
function trueClosest(target: Uint8Array, nodes: readonly SimulatedNode[]): SimulatedNode[] {
  const closest: SimulatedNode[] = [];
  for (const node of nodes) {
    let index = closest.length;
    while (index > 0 && compareDistance(target, node.id, (closest[index - 1] as SimulatedNode).id) < 0)
      index--;
    if (index >= CLOSEST) continue;
    closest.splice(index, 0, node);
    if (closest.length > CLOSEST) closest.pop();
  }
  return closest;
}
