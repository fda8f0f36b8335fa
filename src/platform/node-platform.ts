/**
 * The platform on Node: everything of `session-ports.ts` over sockets, files and threads of this machine. Nothing is
 * opened before it is used, apart from the state folder, which is locked for the life of the platform.
 */

import type { SessionPlatform } from "../session/session-ports.ts";
import type { NodeNetwork } from "./network.ts";

export interface NodePlatformOptions {
  /**
   * Folder of the state records, created with mode 0700 and locked: a second process gets `STATE_LOCKED`. Without it
   * state lives in memory and ends with the platform.
   */
  readonly stateFolder?: string;
  /**
   * Leaves the folder unlocked: for short commands that read what the session which owns it has learnt. Records stay
   * whole, and the last writer wins.
   */
  readonly isStateShared?: boolean;
  /** Size of the arena that payload moves through, in bytes; a multiple of SEGMENT_BYTES. */
  readonly arenaBytes?: number;
  /** Blocks that may be read and not yet sent. */
  readonly readSlots?: number;
  /** Hash-and-write threads. */
  readonly diskWorkers?: number;
  /** Threads that hash existing files. */
  readonly checkThreads?: number;
  /** Refuses everything but loopback even where the environment does not ask for it. */
  readonly isLoopbackOnly?: boolean;
}

export interface NodePlatform extends SessionPlatform {
  readonly network: NodeNetwork;
  /** Ends the threads and releases the state folder. Close networks and torrents first. Closing twice is a no-op. */
  close(): Promise<void>;
}

/** Rejects with `STATE_LOCKED`, `PATH_NOT_WRITABLE` or `PATH_IN_THE_WAY` when the state folder cannot be used. */
export function createNodePlatform(_options: NodePlatformOptions = {}): Promise<NodePlatform> {
  return Promise.reject(new Error("The Node platform is being assembled."));
}
