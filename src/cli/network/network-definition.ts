/** A private DHT network, as its members know it: what a join string carries and a member's folder holds. */

import { randomBytes } from "node:crypto";
import type { PrivateKey, PrivateNetwork } from "../../session/index.ts";

export interface NetworkDefinition extends PrivateNetwork {
  /** `HOST:PORT` texts of the nodes that let newcomers in. */
  readonly bootstrap: readonly string[];
}

export const NETWORK_ID_BYTES = 8;
/** A handful let anybody in; many more only make the string long. */
export const MAX_BOOTSTRAPS = 16;
export const KEY_BYTES = 32;

/** A key that nobody has had yet. */
export function newKey(fromUnixMs: number): PrivateKey {
  return { hex: randomBytes(KEY_BYTES).toString("hex"), fromUnixMs };
}
