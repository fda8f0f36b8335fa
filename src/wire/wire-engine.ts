/**
 * The wire of the whole client: accepts connections, finds the swarm each belongs to, shares limits and the one
 * 100 ms wheel among the swarms. Synchronous and deterministic: streams, clock and randomness are injected.
 */
import type { AddressProfile } from "../core/address-profile.ts";
import type { ByteStream, Clock, Random, StreamDialer } from "../core/ports.ts";
import type { SlabPool } from "../core/slab.ts";
import type { Swarm, SwarmOptions } from "./swarm/swarm.ts";
import type { WireConfig } from "./wire-config.ts";
import type { WireEvent } from "./wire-events.ts";
import type { WireView } from "./wire-view.ts";

export interface WireEngineOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly dialer: StreamDialer;
  readonly slabs: SlabPool;
  readonly addressProfile: AddressProfile;
  readonly config?: Partial<WireConfig>;
  readonly onEvent?: (event: WireEvent) => void;
}

export interface WireLimits {
  /** Payload bytes per second over all torrents; null = no limit. Absent = unchanged. */
  readonly maxDownBytesPerSecond?: number | null;
  readonly maxUpBytesPerSecond?: number | null;
  readonly maxConnections?: number;
}

/** The engine as its owner sees it. */
export interface WireEngineFace {
  /** Takes an incoming connection and sets its handler; closes it when there is no place or no such torrent. */
  accept(stream: ByteStream): void;
  /** Throws when the torrent is here already. The swarm is stopped; call `start`. */
  addSwarm(options: SwarmOptions): Swarm;
  setLimits(limits: WireLimits): void;
  view(): WireView;
  /** Closes every connection and timer; the engine is dead afterwards. */
  close(): void;
}

export class WireEngine implements WireEngineFace {
  constructor(_options: WireEngineOptions) {}
  accept(stream: ByteStream): void {
    stream.close();
  }
  addSwarm(_options: SwarmOptions): Swarm {
    throw new Error("not built yet");
  }
  setLimits(_limits: WireLimits): void {}
  view(): WireView {
    throw new Error("not built yet");
  }
  close(): void {}
}
