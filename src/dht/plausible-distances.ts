/**
 * How near to a target the nearest nodes can be by chance. Ids are spread evenly, so of n nodes the i-th nearest lies
 * at Gamma(i)/n of the space. Whoever wants to own what is stored for a hash makes up ids around it, far denser than
 * that (a vertical Sybil attack: Wang and Kangasharju 2012 saw hundreds of thousands of such ids). They are asked and
 * stored on like others, but a lookup is not over before as many have answered as chance would put there: so who
 * announces and who seeks meet at honest nodes behind the crowd, too.
 */

/** Nodes of a crowd that one lookup puts up with: an attacker with more networks (/24) than that has won. */
export const MAX_CROWD = 32;
/** Of honest lookups one in a hundred asks one node more for each place of its closest set. */
const NORMAL_QUANTILE_OF_1_PERCENT = 2.326;

/**
 * The least distance at which the first, second, … of `count` nearest nodes is believed in a network of `nodes`, as
 * the first 32 bits of a distance. All zero where the size is unknown.
 */
export function leastPlausibleDistances(nodes: number | undefined, count: number): Float64Array {
  const least = new Float64Array(count);
  if (nodes === undefined) return least;
  for (let i = 1; i <= count; i++) least[i - 1] = (gammaQuantile(i) / nodes) * 2 ** 32;
  return least;
}

/** Wilson and Hilferty 1931: the cube root of a gamma variable is close to normal. */
function gammaQuantile(shape: number): number {
  const root = 1 - 1 / (9 * shape) - NORMAL_QUANTILE_OF_1_PERCENT / (3 * Math.sqrt(shape));
  return shape * Math.max(0, root) ** 3;
}
