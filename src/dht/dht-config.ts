/**
 * What the owner of a DHT node may choose, and every limit of the node with its unit and reason (Law 6).
 * Nothing in `dht/` bounds anything by a number that does not stand here.
 */
import type { AddressProfile } from "../core/address-profile.ts";
import type { Endpoint } from "../core/endpoint.ts";
import type { NodeId } from "../core/ids.ts";

export interface DhtConfig {
  /** Which addresses may be contacted, and whether limits count by IP (`public`) or by ip:port. */
  readonly addressProfile: AddressProfile;
  /** A fixed id for both families. Default: the saved one, else random; in `public` re-derived from our address (BEP 42). */
  readonly nodeId?: NodeId;
  /** BEP 43: ask, never answer, and tell others not to keep us. Default false. */
  readonly readOnly?: boolean;
  /** `off` lifts the per-address query limit and the reply budget, for bootstrap nodes and measurements. Default `on`. */
  readonly limits?: "on" | "off";
  /** Payload bytes a second that answers may cost while limits are on. Default by profile. */
  readonly replyBytesPerSecond?: number;
  /** Bucket width and size of the closest set (BEP 5: 8). */
  readonly k?: number;
  /** Queries a lookup keeps in flight at the head of its list before stalls add more. Default 5 (libtorrent 5, BEP 5 lookups 3). */
  readonly alpha?: number;
  /** Bytes of the `v` key, four at most by convention (BEP 5, BEP 20). */
  readonly version?: Uint8Array;
  /** Hashes this node stores peers for, and peers of all hashes together. Defaults: a client's (threats D4). */
  readonly maxStoredHashes?: number;
  readonly maxStoredPeers?: number;
  /** Bootstrap nodes as far as they are known from the start; `bootstrap()` adds to them. */
  readonly bootstrapEndpoints?: readonly Endpoint[];
}

/** BEP 5: "K ... currently eight". */
export const K_CLOSEST = 8;
