/**
 * What a torrent of this session was told to be: from its source and the options it was added with, merged with the
 * record of an earlier session.
 */
import type { Endpoint } from "../../core/endpoint.ts";
import { ClientError } from "../../core/errors.ts";
import type { InfoHash } from "../../core/ids.ts";
import type { ResumeContent, ResumeData } from "../../storage/index.ts";
import { staysInside } from "../../torrent/disk-names.ts";
import { type Metainfo, withPaths } from "../../torrent/metainfo.ts";
import type { AddOptions } from "../session-view.ts";
import { checkedLabels, type TorrentChoices } from "../settings/torrent-choices.ts";
import { contentOfImport } from "./imported-progress.ts";
import type { ReadSource } from "./torrent-source.ts";

export interface TorrentSpec {
  readonly infoHash: InfoHash;
  /** With the paths that the files have on disk. */
  readonly metainfo: Metainfo | undefined;
  /** Files that lie elsewhere than the torrent says, by index. */
  readonly paths: ReadonlyMap<number, string>;
  readonly displayName: string | undefined;
  readonly folder: string;
  /** A move that was under way when the former session ended. */
  readonly movingTo: string | undefined;
  readonly select: string | undefined;
  readonly selectOnly: string | undefined;
  readonly ignoredTrackers: number;
  readonly ignoredWebSeeds: number;
  readonly isPaused: boolean;
  /** Rests as soon as the metadata is known; nothing is written or remembered. */
  readonly isMetadataOnly: boolean;
  readonly isSeedOnly: boolean;
  /** Of this session only: a swarm that was seeded once needs no first seed again. */
  readonly isSuperSeed: boolean;
  /** Of the former session, taken up again; not added now. */
  readonly isRestored: boolean;
  readonly choices: TorrentChoices;
  readonly addedAtUnixMs: number;
  readonly finishedAtUnixMs: number | undefined;
  /** Payload of former sessions. */
  readonly downloadedBytes: number;
  readonly uploadedBytes: number;
  /** Time complete and running in former sessions. */
  readonly seedingMs: number;
  readonly peers: Readonly<Record<"manual" | "magnet" | "resume", readonly Endpoint[]>>;
  readonly saved: ResumeContent | undefined;
}

/** A torrent that is added now. A record counts if it speaks of the same folder; options count more than it. */
export function specOfAddition(addition: {
  readonly source: ReadSource;
  readonly options: AddOptions;
  readonly folder: string;
  readonly manualPeers: readonly Endpoint[];
  readonly nowUnixMs: number;
  /** The record of this torrent, and the metadata kept with it. */
  readonly former: ResumeData | undefined;
  readonly formerMetainfo: Metainfo | undefined;
}): TorrentSpec {
  const { source, options, folder, manualPeers } = addition;
  const former = addition.former?.folder === folder ? addition.former : undefined;
  const metainfo = source.metainfo ?? addition.formerMetainfo;
  const paths = options.paths === undefined ? former?.content?.paths : pathsOf(options.paths, metainfo);
  const { imported } = options;
  const known = imported ?? former;
  return {
    infoHash: source.infoHash,
    ...placed(metainfo, paths),
    displayName: source.displayName ?? former?.displayName,
    folder,
    movingTo: former?.movingTo,
    select: options.select,
    selectOnly: source.selectOnly,
    ignoredTrackers: source.ignoredTrackers,
    ignoredWebSeeds: source.ignoredWebSeeds,
    isPaused: options.paused ?? false,
    isMetadataOnly: options.metadataOnly ?? false,
    isSeedOnly: options.seedOnly ?? false,
    isSuperSeed: options.superSeed ?? false,
    isRestored: false,
    choices: choicesOf(options),
    addedAtUnixMs: known?.addedAtUnixMs ?? addition.nowUnixMs,
    finishedAtUnixMs: known?.finishedAtUnixMs,
    downloadedBytes: known?.downloadedBytes ?? 0,
    uploadedBytes: known?.uploadedBytes ?? 0,
    seedingMs: former?.seedingMs ?? 0,
    peers: { manual: manualPeers, magnet: source.peers, resume: former?.peers ?? [] },
    saved: imported === undefined ? former?.content : contentOfImport(imported, metainfo, paths),
  };
}

/** A torrent of the former session, as it was. */
export function specOfRecord(record: ResumeData, metainfo: Metainfo | undefined): TorrentSpec {
  return {
    infoHash: record.infoHash,
    ...placed(metainfo, record.content?.paths),
    displayName: record.displayName,
    folder: record.folder,
    movingTo: record.movingTo,
    select: record.select,
    selectOnly: record.selectOnly,
    ignoredTrackers: record.ignoredTrackers,
    ignoredWebSeeds: record.ignoredWebSeeds,
    isPaused: record.isPaused,
    isMetadataOnly: false,
    isSeedOnly: record.isSeedOnly,
    isSuperSeed: false,
    isRestored: true,
    choices: {
      labels: record.labels,
      isSequential: record.isSequential,
      maxDownBytesPerSecond: record.maxDownBytesPerSecond,
      maxUpBytesPerSecond: record.maxUpBytesPerSecond,
      goal: record.usesDefaultGoal ? undefined : { ratio: record.seedRatio, forMs: record.seedForMs },
    },
    addedAtUnixMs: record.addedAtUnixMs,
    finishedAtUnixMs: record.finishedAtUnixMs,
    downloadedBytes: record.downloadedBytes,
    uploadedBytes: record.uploadedBytes,
    seedingMs: record.seedingMs,
    peers: { manual: [], magnet: [], resume: record.peers },
    saved: record.content,
  };
}

function choicesOf(options: AddOptions): TorrentChoices {
  const { seedRatio, seedForMs, seedOnly } = options;
  const hasOwnGoal = seedOnly === true || seedRatio !== undefined || seedForMs !== undefined;
  return {
    labels: checkedLabels(options.labels ?? []),
    isSequential: options.isSequential ?? false,
    maxDownBytesPerSecond: options.maxDownBytesPerSecond,
    maxUpBytesPerSecond: options.maxUpBytesPerSecond,
    goal: hasOwnGoal ? { ratio: seedRatio, forMs: seedForMs } : undefined,
  };
}

function placed(
  metainfo: Metainfo | undefined,
  paths: ReadonlyMap<number, string> = new Map(),
): Pick<TorrentSpec, "metainfo" | "paths"> {
  return { metainfo: metainfo && withPaths(metainfo, paths), paths };
}

/** Those of `paths` that differ from the torrent's own. Throws `USAGE` when they are not one for each file, inside. */
function pathsOf(paths: readonly string[], metainfo: Metainfo | undefined): ReadonlyMap<number, string> {
  if (paths.length !== metainfo?.files.length || !paths.every(staysInside))
    throw new ClientError("USAGE", "These are not the paths of the torrent's files.");
  return new Map([...paths.entries()].filter(([i, path]) => path !== metainfo.files[i]?.path));
}
