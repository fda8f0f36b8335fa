/**
 * What the owner of a DHT node may choose, and the settings that follow from it. Limits that nobody needs to
 * choose stand as constants, with unit and reason, in the file that they bound.
 */
import type { AddressProfile } from "../core/address-profile.ts";
import type { Endpoint } from "../core/endpoint.ts";
import type { NodeId } from "../core/ids.ts";
import { type DhtTuning, SHIPPING } from "./dht-tuning.ts";

export interface DhtConfig {
  /** Which addresses may be contacted, and whether limits count by IP (`public`) or by ip:port. */
  readonly addressProfile: AddressProfile;
  /** A fixed id for both families. Default: the saved one, else random; in `public` re-derived from our address (BEP 42). Where ids are keyed, only a genuine one is taken over. */
  readonly nodeId?: NodeId | undefined;
  /** Takes the contacts of a saved state but not its id: several nodes may share one state. Default false. */
  readonly hasFreshId?: boolean | undefined;
  /** BEP 43: ask, never answer, and tell others not to keep us. Default false. */
  readonly readOnly?: boolean | undefined;
  /** `off` lifts the per-address query limit and the reply budget, for bootstrap nodes and measurements. Default `on`. */
  readonly limits?: "on" | "off" | undefined;
  /** Payload bytes a second that answers may cost while limits are on. Default by profile. */
  readonly replyBytesPerSecond?: number | undefined;
  /** Remembers whom we asked, to tell strangers from them (`strangersIn`, `hasAsked`). Default false: it costs memory. */
  readonly watchesReach?: boolean | undefined;
  /** Bucket width and size of the closest set. Default 8 (BEP 5). */
  readonly k?: number | undefined;
  /** For experiments: differences from the algorithms that ship. */
  readonly tuning?: Partial<DhtTuning> | undefined;
  /** Bytes of the `v` key, client and version as in BEP 20. Default "SL" 0 1. */
  readonly version?: Uint8Array | undefined;
  /**
   * Id of a private network: said in every message, and messages that do not say it are not taken. Default: none, and
   * nobody is asked for one, as on mainline.
   */
  readonly networkId?: Uint8Array | undefined;
  /**
   * Of a private network whose node ids only members can make: keys of 16 bytes, first the one for new ids. Other ids are not kept, and
   * no address is asked for (BEP 42). Default: none.
   */
  readonly idKeys?: readonly Uint8Array[] | undefined;
  /** What the sockets add to each datagram: what leaves stays within the limit with it. Default 0. */
  readonly overheadBytes?: number | undefined;
  /** Hashes that peers are stored for, and peers of all hashes together, per family. Default: a client's (threats D4). */
  readonly maxStoredHashes?: number | undefined;
  readonly maxStoredPeers?: number | undefined;
  /** Lets newcomers in as a bootstrap node does: hands them on to nodes all over the network. Default false. */
  readonly introduces?: boolean | undefined;
  /** Bootstrap nodes as far as they are known from the start; `bootstrap()` adds to them. */
  readonly bootstrapEndpoints?: readonly Endpoint[] | undefined;
}

/** A node that is there for others, such as a bootstrap node; room in its stores (threats D4). */
export const SERVING: Required<Pick<DhtConfig, "introduces" | "maxStoredHashes" | "maxStoredPeers">> = {
  introduces: true,
  maxStoredHashes: 20_000,
  maxStoredPeers: 1_000_000,
};

/** The configuration with every default filled in. */
export interface DhtSettings {
  readonly addressProfile: AddressProfile;
  readonly fixedNodeId: NodeId | undefined;
  readonly readOnly: boolean;
  readonly hasLimits: boolean;
  readonly replyBytesPerSecond: number;
  readonly watchesReach: boolean;
  readonly k: number;
  readonly tuning: DhtTuning;
  readonly version: Uint8Array;
  /** Empty for none. */
  readonly networkId: Uint8Array;
  readonly overheadBytes: number;
  readonly maxStoredHashes: number;
  readonly maxStoredPeers: number;
  readonly introduces: boolean;
}

export function settingsFrom(config: DhtConfig): DhtSettings {
  const isPublic = config.addressProfile === "public";
  return {
    addressProfile: config.addressProfile,
    fixedNodeId: config.nodeId,
    readOnly: config.readOnly ?? false,
    hasLimits: (config.limits ?? "on") === "on",
    replyBytesPerSecond:
      config.replyBytesPerSecond ?? (isPublic ? PUBLIC_REPLY_BYTES_PER_SECOND : LOCAL_REPLY_BYTES_PER_SECOND),
    watchesReach: config.watchesReach ?? false,
    k: config.k ?? K_CLOSEST,
    tuning: { ...SHIPPING, ...config.tuning },
    version: config.version ?? STARLING_VERSION,
    overheadBytes: config.overheadBytes ?? 0,
    networkId: config.networkId ?? new Uint8Array(0),
    maxStoredHashes: config.maxStoredHashes ?? CLIENT_MAX_HASHES,
    maxStoredPeers: config.maxStoredPeers ?? CLIENT_MAX_PEERS,
    introduces: config.introduces ?? false,
  };
}

/** BEP 5: "K ... currently eight". */
const K_CLOSEST = 8;
/** "SL" and the version of this protocol implementation. */
const STARLING_VERSION: Uint8Array = Uint8Array.of(0x53, 0x4c, 0, 1);
/** Threats D2: what a client's answers may cost its uplink; libtorrent's default is the same. */
const PUBLIC_REPLY_BYTES_PER_SECOND = 8_000;
/** In a network of our own, answers serve us; this bounds a loop, not a neighbour. */
const LOCAL_REPLY_BYTES_PER_SECOND = 1_000_000;
/** Threats D4: a client's store; `SERVING` is ten times that. */
const CLIENT_MAX_HASHES = 2_000;
const CLIENT_MAX_PEERS = 100_000;
