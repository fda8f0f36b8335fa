/**
 * How many nodes the network has, from how dense they are around the targets of lookups that ended: if n ids are
 * spread evenly, the i-th nearest lies at about i/n of the whole space. Least squares over one lookup's closest
 * set, averaged on a logarithmic scale over lookups (a single one is off by a third).
 */
import { ID_BYTES } from "../core/ids.ts";

/** Weight of the newest lookup once several have been seen. */
const GAIN = 0.1;

export class SizeEstimate {
  #logNodes = 0;
  #lookups = 0;

  /** Nodes of the network; undefined before the first lookup. */
  get nodes(): number | undefined {
    return this.#lookups === 0 ? undefined : Math.round(Math.exp(this.#logNodes));
  }

  /** Takes the ids of a closest set, nearest first. Fewer than two say nothing. */
  add(target: Uint8Array, ids: readonly Uint8Array[]): void {
    if (ids.length < 2) return;
    let squares = 0;
    let weighted = 0;
    ids.forEach((id, i) => {
      squares += (i + 1) ** 2;
      weighted += (i + 1) * distanceRatio(target, id);
    });
    if (weighted === 0) return;
    const sample = Math.log(Math.max(ids.length, squares / weighted));
    const gain = Math.max(GAIN, 1 / (this.#lookups + 1));
    this.#logNodes += gain * (sample - this.#logNodes);
    this.#lookups++;
  }
}

/** Distance as a share of the whole space, 0 to 1; 53 bits are plenty for an average. */
function distanceRatio(a: Uint8Array, b: Uint8Array): number {
  let ratio = 0;
  let weight = 1;
  for (let i = 0; i < ID_BYTES && weight > Number.EPSILON; i++) {
    weight /= 256;
    ratio += ((a[i] as number) ^ (b[i] as number)) * weight;
  }
  return ratio;
}
