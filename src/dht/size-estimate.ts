/**
 * How many nodes the network has, from how dense they are around the targets of lookups that ended: if n ids are
 * spread evenly, the i-th nearest lies at about i/n of the whole space. Least squares over one lookup's closest
 * set; a single one is off by a third, so the middle half of the last lookups is averaged on a logarithmic scale.
 * Where somebody crowds a target with made-up ids (`plausible-distances.ts`), that target is one sample among many.
 */
import { ID_BYTES } from "../core/ids.ts";
import { readInt32 } from "./compact-address.ts";

/** Lookups that count: enough for a tenth of error, few enough to follow a network that grows. */
const MAX_SAMPLES = 16;

interface Sample {
  /** First bits of the target: each target counts once, with its latest lookup. */
  readonly targetHead: number;
  readonly logNodes: number;
}

export class SizeEstimate {
  #samples: readonly Sample[] = [];
  #nodes: number | undefined;

  /** Nodes of the network; undefined before the first lookup. */
  get nodes(): number | undefined {
    return this.#nodes;
  }

  /** Takes the ids of a closest set, nearest first. Fewer than two say nothing. */
  add(target: Uint8Array, ids: readonly Uint8Array[]): void {
    const nodes = nodesByDensity(target, ids);
    if (nodes === undefined) return;
    const targetHead = readInt32(target, 0);
    const logNodes = Math.log(nodes);
    const others = this.#samples.filter((sample) => sample.targetHead !== targetHead);
    this.#samples = [...others.slice(1 - MAX_SAMPLES), { targetHead, logNodes }];
    this.#nodes = Math.round(Math.exp(middleMean(this.#samples.map((sample) => sample.logNodes))));
  }
}

/** Nodes of a network whose nearest to `target`, nearest first, are `ids`; undefined where fewer than two say nothing. */
export function nodesByDensity(target: Uint8Array, ids: readonly Uint8Array[]): number | undefined {
  let squares = 0;
  let weighted = 0;
  ids.forEach((id, i) => {
    squares += (i + 1) ** 2;
    weighted += (i + 1) * distanceRatio(target, id);
  });
  return ids.length < 2 || weighted === 0 ? undefined : Math.max(ids.length, squares / weighted);
}

/** Mean without the lowest and the highest quarter; of two, the lower. */
function middleMean(values: number[]): number {
  values.sort((a, b) => a - b);
  const cut = Math.floor(values.length / 4);
  const middle = values.length === 2 ? values.slice(0, 1) : values.slice(cut, values.length - cut);
  return middle.reduce((sum, value) => sum + value, 0) / middle.length;
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
