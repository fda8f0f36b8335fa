/**
 * The platform on Node: everything of `session-ports.ts` over sockets, files and threads of this machine. Nothing is
 * opened before it is used, apart from the state folder, which is locked for the life of the platform.
 */
import { join, resolve } from "node:path";
import type { SessionPlatform, StateStore } from "../session/session-ports.ts";
import { NodeClock } from "./clock.ts";
import { descriptorLimit, roomForConnections } from "./descriptor-limit.ts";
import { diskError } from "./disk-codes.ts";
import { DiskWorkers, defaultCheckThreads } from "./disk-workers.ts";
import { verifyEd25519 } from "./ed25519.ts";
import { EgressGuard, egressGuardFrom } from "./egress-guard.ts";
import { type FolderLock, lockFolder } from "./lock-file.ts";
import { makeFolder } from "./make-folder.ts";
import { MemoryStateStore } from "./memory-state-store.ts";
import { NodeNetwork } from "./network.ts";
import { NodeDisk } from "./node-disk.ts";
import {
  DEFAULT_ARENA_BYTES,
  DEFAULT_READ_SLOTS,
  MAX_OPEN_FILES,
  MAX_SHARED_TORRENTS,
  UNUSED_RECORDS_MS,
} from "./platform-config.ts";
import { NodeProgramRunner } from "./program-runner.ts";
import { pruneRecords } from "./prune-records.ts";
import { SystemRandom } from "./random.ts";
import { ReadSlots } from "./read-slots.ts";
import { nodeSealingCrypto } from "./sealing-crypto.ts";
import { SlabArena } from "./slab-arena.ts";
import { FileStateStore } from "./state-store.ts";
import { NodeUserFolders } from "./user-folders.ts";

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
  /** Threads that hash existing files. */
  readonly checkThreads?: number;
  /** Refuses everything but loopback even where the environment does not ask for it. */
  readonly isLoopbackOnly?: boolean;
}

export interface NodePlatform extends SessionPlatform {
  readonly network: NodeNetwork;
  readonly guard: EgressGuard;
  readonly slabs: SlabArena;
  readonly slots: ReadSlots;
  /** Ends the threads and releases the state folder. Close networks and torrents first. Closing twice is a no-op. */
  close(): Promise<void>;
}

/** Below the state folder: which files of each torrent are ours. */
const MADE_FOLDER = "made";

/** Rejects with `STATE_LOCKED`, `PATH_NOT_WRITABLE` or `PATH_IN_THE_WAY` when the state folder cannot be used. */
export async function createNodePlatform(options: NodePlatformOptions = {}): Promise<NodePlatform> {
  const { state, madeStore, lock } = await openState(options);
  const isLoopbackOnly = options.isLoopbackOnly === true || egressGuardFrom(process.env).isLoopbackOnly;
  const guard = new EgressGuard({ isLoopbackOnly });
  const slabs = new SlabArena(options.arenaBytes ?? DEFAULT_ARENA_BYTES);
  const slots = new ReadSlots(options.readSlots ?? DEFAULT_READ_SLOTS);
  const workers = new DiskWorkers(
    { arena: slabs.memory, slots: slots.memory, maxOpenFiles: MAX_OPEN_FILES },
    options.checkThreads ?? defaultCheckThreads(),
  );
  const maxConnections = roomForConnections(await descriptorLimit());
  let closing: Promise<void> | undefined;
  return {
    clock: new NodeClock(),
    random: new SystemRandom(),
    verifySignature: verifyEd25519,
    sealingCrypto: nodeSealingCrypto,
    maxConnections,
    unixMs: () => Date.now(),
    network: new NodeNetwork(guard, slabs.receiveBuffer),
    disk: new NodeDisk({ workers, slabs, slots, madeStore }),
    state,
    userFolders: new NodeUserFolders(),
    programs: new NodeProgramRunner(),
    slabs,
    slots,
    guard,
    close: () => {
      closing ??= workers.close().then(() => release(options, lock));
      return closing;
    },
  };
}

/** A folder that many use is cleared by whoever leaves it; whoever owns one alone knows which torrents are its own. */
async function release(options: NodePlatformOptions, lock: FolderLock | undefined): Promise<void> {
  await lock?.release();
  if (options.stateFolder === undefined || options.isStateShared !== true) return;
  const folder = resolve(options.stateFolder);
  await pruneRecords([folder, join(folder, MADE_FOLDER)], {
    nowUnixMs: Date.now(),
    unusedMs: UNUSED_RECORDS_MS,
    maxTorrents: MAX_SHARED_TORRENTS,
  });
}

interface OpenState {
  readonly state: StateStore;
  readonly madeStore: StateStore;
  readonly lock: FolderLock | undefined;
}

async function openState(options: NodePlatformOptions): Promise<OpenState> {
  if (options.stateFolder === undefined)
    return { state: new MemoryStateStore(), madeStore: new MemoryStateStore(), lock: undefined };
  const folder = resolve(options.stateFolder);
  try {
    await makeFolder(folder, 0o700);
  } catch (error) {
    throw diskError(error, folder);
  }
  const lock = options.isStateShared === true ? undefined : await lockFolder(folder);
  return {
    state: new FileStateStore(folder),
    madeStore: new FileStateStore(join(folder, MADE_FOLDER)),
    lock,
  };
}
