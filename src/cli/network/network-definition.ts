/** A private DHT network, as its members know it: what a join string carries and a member's folder holds. */

/** `plain` is pure mainline: every client can take part that is told of a bootstrap node. */
export type NetworkMode = "plain";

export const NETWORK_MODES: readonly NetworkMode[] = ["plain"];

export interface NetworkDefinition {
  /** What this user calls it; follows the rules of profile names. */
  readonly name: string;
  /** Sixteen lower-case hex digits, drawn when the network was made: two networks of one name are two. */
  readonly idHex: string;
  readonly mode: NetworkMode;
  /** `HOST:PORT` texts of the nodes that let newcomers in. */
  readonly bootstrap: readonly string[];
}

export const NETWORK_ID_BYTES = 8;
/** A handful let anybody in; many more only make the string long. */
export const MAX_BOOTSTRAPS = 16;
