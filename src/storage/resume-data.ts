/**
 * What a torrent needs to go on where it stopped: bencoded (fields that a later version adds are ignored), with a
 * checksum behind it. Metadata may be inside or in a record of its own, which spares writing megabytes with every
 * checkpoint. Nothing in here is believed blindly: which pieces count is decided by `verify-plan.ts`.
 */
import { encodeBencode } from "../core/bencode.ts";
import { concatBytes } from "../core/bytes.ts";
import { encodeEndpoint } from "../core/compact.ts";
import type { Endpoint } from "../core/endpoint.ts";
import type { InfoHash } from "../core/ids.ts";
import { encodeStamps, type FileStamp } from "./file-stamp.ts";
import { sealRecord } from "./sealed-record.ts";
import { MAX_RESUME_PEERS } from "./storage-config.ts";

export const RESUME_VERSION = 1;

export interface ResumeData {
  readonly infoHash: InfoHash;
  /** The info dictionary byte for byte; absent while unknown, or where it is stored on its own. */
  readonly rawInfo?: Uint8Array | undefined;
  /** Absolute path of the folder that holds the torrent's own folder or file. */
  readonly folder: string;
  /** The data is on its way to this folder: some of it may be there. */
  readonly movingTo?: string | undefined;
  /** From the magnet link: a name until the metadata is known. */
  readonly displayName?: string | undefined;
  /** Selection still to be applied when the metadata comes: `so=` of the magnet link. */
  readonly selectOnly?: string | undefined;
  /** Selection still to be applied when the metadata comes: `--select` of the user. */
  readonly select?: string | undefined;
  readonly ignoredTrackers: number;
  readonly ignoredWebSeeds: number;
  readonly isPaused: boolean;
  /** The data is ours: it is seeded, never fetched. */
  readonly isSeedOnly: boolean;
  readonly addedAtUnixMs: number;
  /** When everything wanted was there for the first time. */
  readonly finishedAtUnixMs?: number | undefined;
  readonly downloadedBytes: number;
  readonly uploadedBytes: number;
  readonly maxDownBytesPerSecond?: number | undefined;
  readonly maxUpBytesPerSecond?: number | undefined;
  /** The seeding goal is the session's; `seedRatio` and `seedForMs` are absent then. */
  readonly usesDefaultGoal: boolean;
  /** Seeding goal as uploaded over wanted bytes; a thousandth is kept. */
  readonly seedRatio?: number | undefined;
  readonly seedForMs?: number | undefined;
  /** Time complete and running so far. */
  readonly seedingMs: number;
  readonly labels: readonly string[];
  readonly isSequential: boolean;
  /** Peers that were good, to find the swarm again. At most 200 are kept. */
  readonly peers: readonly Endpoint[];
  /** What is on disk; absent before the metadata is known. */
  readonly content?: ResumeContent | undefined;
}

/** The disk as of one checkpoint. `have` was durable when it was saved (threats R2). */
export interface ResumeContent {
  /** One bit a piece, as BITFIELD has it. */
  readonly have: Uint8Array;
  /** In the order of the metainfo; null for absent files and padding. */
  readonly stamps: readonly (FileStamp | null)[];
  /** 0 to 7 a file. */
  readonly filePriorities: Uint8Array;
  /** Saved when everything had stopped: nothing was written afterwards. */
  readonly isClean: boolean;
  /** Files whose path differs from the one that the metainfo gives, by index: shared under their own names. */
  readonly paths?: ReadonlyMap<number, string> | undefined;
}

/** Throws when a number is no safe integer; everything else can be encoded. */
export function encodeResumeData(data: ResumeData): Uint8Array {
  const peers = data.peers.slice(0, MAX_RESUME_PEERS);
  const content = data.content;
  return sealRecord(
    encodeBencode({
      added: data.addedAtUnixMs,
      content: content === undefined ? undefined : contentFields(content),
      "default-goal": flag(data.usesDefaultGoal),
      downloaded: data.downloadedBytes,
      finished: data.finishedAtUnixMs,
      folder: data.folder,
      "ignored-trackers": data.ignoredTrackers,
      "ignored-web-seeds": data.ignoredWebSeeds,
      info: data.rawInfo,
      "info-hash": data.infoHash,
      labels: data.labels,
      "max-down": data.maxDownBytesPerSecond,
      "max-up": data.maxUpBytesPerSecond,
      "moving-to": data.movingTo,
      name: data.displayName,
      paused: flag(data.isPaused),
      peers: packPeers(peers, 4),
      peers6: packPeers(peers, 6),
      "seed-for": data.seedForMs,
      "seed-only": flag(data.isSeedOnly),
      seeding: data.seedingMs,
      sequential: flag(data.isSequential),
      "seed-permille": data.seedRatio === undefined ? undefined : Math.round(data.seedRatio * 1000),
      select: data.select,
      "select-only": data.selectOnly,
      uploaded: data.uploadedBytes,
      version: RESUME_VERSION,
    }),
  );
}

type Fields = { readonly [key: string]: Parameters<typeof encodeBencode>[0] | undefined };

function contentFields(content: ResumeContent): Fields {
  return {
    clean: flag(content.isClean),
    have: content.have,
    paths: [...(content.paths ?? [])].map(([fileIndex, path]) => [fileIndex, path]),
    priorities: content.filePriorities,
    stamps: encodeStamps(content.stamps),
  };
}

function packPeers(peers: readonly Endpoint[], family: 4 | 6): Uint8Array {
  return concatBytes(peers.filter((peer) => peer.family === family).map(encodeEndpoint));
}

function flag(value: boolean): number {
  return value ? 1 : 0;
}
