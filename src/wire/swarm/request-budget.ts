/**
 * How many requests one peer may owe us when all of them share the memory that payload is received into. A hundred peers
 * that each hold three seconds of their rate would ask for several times what fits; whoever came late would find no
 * slab, and every block that is stored would have all of them look again.
 */

/**
 * The largest limit for each of `depths`, which are what peers would like, so that the sum fits into `capacity`: those who
 * want little get it, the others share the rest equally (max-min fairness). Infinity when everything fits; at least 1.
 * Sorts `depths`.
 */
export function fairLimit(depths: number[], capacity: number): number {
  depths.sort((a, b) => a - b);
  let left = capacity;
  for (const [i, depth] of depths.entries()) {
    const share = left / (depths.length - i);
    if (depth > share) return Math.max(1, Math.floor(share));
    left -= depth;
  }
  return Number.POSITIVE_INFINITY;
}
