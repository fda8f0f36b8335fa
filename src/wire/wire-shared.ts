/** What all swarms of an engine share: the world, the limits over all torrents, the bans, the turns. */
import type { AddressProfile } from "../core/address-profile.ts";
import type { BufferPool } from "../core/buffer-pool.ts";
import type { Endpoint } from "../core/endpoint.ts";
import type { Random } from "../core/ports.ts";
import type { PayloadCopier, SlabPool } from "../core/slab.ts";
import type { TokenBucket } from "../core/token-bucket.ts";
import type { PeerStreams } from "./encryption/peer-streams.ts";
import type { BanList } from "./swarm/ban-list.ts";
import type { ChokePolicy } from "./swarm/choker.ts";
import type { PeerRanking } from "./swarm/peer-priority.ts";
import type { RecentCalls } from "./swarm/recent-calls.ts";
import type { TransportShare } from "./transport-share.ts";
import type { WireConfig } from "./wire-config.ts";
import type { WireTurns } from "./wire-turns.ts";

/** Places for connections over all torrents. */
export interface ConnectionBudget {
  /** Whether one more may be dialled now. */
  mayDial(): boolean;
  dialled(address: Endpoint): void;
  /** A dialled connection stands or came to nothing. */
  dialEnded(): void;
  /** A connection, dialled or accepted, is over. */
  released(address: Endpoint): void;
}

/** How we look from outside, as far as is known. */
export interface OutsideView {
  /** What peers are to dial; undefined = the port that we listen on. */
  readonly port: number | undefined;
  /** Our addresses there, at most one of each family. */
  readonly hosts: readonly string[];
}

export interface WireShared {
  readonly random: Random;
  readonly ranking: PeerRanking;
  /** Tells the dialer that the peer calls us too, over uTP; undefined where there is no uTP. */
  readonly expectCall: ((from: Endpoint) => void) | undefined;
  readonly recentCalls: RecentCalls;
  /** Told to peers (BEP 10), and what the order of dials is made of (BEP 40). */
  outside: OutsideView;
  /** Dials and accepts, encrypted or not. */
  readonly security: PeerStreams;
  readonly slabs: SlabPool;
  /** Moves payload into slabs in the fastest way they know. */
  readonly copyPayload: PayloadCopier;
  readonly config: WireConfig;
  /** Makes the choker of a swarm; undefined: the one of `config`. */
  readonly createChoker: (() => ChokePolicy) | undefined;
  readonly profile: AddressProfile;
  readonly turns: WireTurns;
  readonly buffers: BufferPool;
  readonly bans: BanList;
  readonly downLimit: TokenBucket;
  readonly upLimit: TokenBucket;
  readonly transportShare: TransportShare;
  readonly budget: ConnectionBudget;
  /** Payload in the streams of all peers. */
  sendBufferBytes: number;
  /** Payload of all torrents, also of those that are gone, since the start. */
  readonly payload: { downloadedBytes: number; uploadedBytes: number };
  /** Peers on our own network are outside of all rate limits. */
  isLanExempt: boolean;
  /** We met ourselves at this address. */
  metSelf(address: Endpoint): void;
}
