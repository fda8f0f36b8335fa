/** What would become of another program's torrent here: looks at its metadata and its files, changes nothing. */
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { infoHashFromHex } from "../../core/ids.ts";
import type { AddOptions, TorrentSource } from "../../session/session-view.ts";
import { Bitfield } from "../../torrent/bitfield.ts";
import { staysInside } from "../../torrent/disk-names.ts";
import { FileLayout } from "../../torrent/file-layout.ts";
import { formatMagnet } from "../../torrent/magnet.ts";
import { type Metainfo, parseTorrentFile } from "../../torrent/metainfo.ts";
import type { ForeignTorrent } from "./foreign-torrent.ts";

export interface PlannedImport {
  readonly name: string;
  /** `moves`, or why it cannot be moved. */
  readonly verdict: "moves" | "private" | "v2-only" | "unreadable";
  /** What a person should know of it; empty when all is plain. */
  readonly note: string;
  /** Null unless it moves. */
  readonly addition: PlannedAddition | null;
  readonly totalBytes: number | null;
  /** 0 to 1: pieces that the other program had verified; null for a magnet link. */
  readonly progressRatio: number | null;
  /** Files that are hashed before anything else, because they changed since. */
  readonly filesToCheck: number;
  readonly labels: readonly string[];
  readonly folder: string | null;
  /** Trackers that are not used any more. */
  readonly trackers: number;
}

export interface PlannedAddition {
  readonly source: TorrentSource;
  readonly options: AddOptions;
  /** Unfinished files that get their own names, as absolute paths. */
  readonly renames: readonly { readonly from: string; readonly to: string }[];
}

export async function planImport(torrent: ForeignTorrent): Promise<PlannedImport> {
  if (torrent.torrentFile === undefined) return planMagnet(torrent);
  const metainfo = parseTorrentFile(torrent.torrentFile);
  if (metainfo.ok) return await planTorrent(torrent, torrent.torrentFile, metainfo.value);
  const verdict = metainfo.fault.code === "v2-only" ? "v2-only" : "unreadable";
  return { ...nothing(torrent), verdict, note: metainfo.fault.message };
}

function nothing(torrent: ForeignTorrent): PlannedImport {
  return {
    name: torrent.name,
    verdict: "unreadable",
    note: "",
    addition: null,
    totalBytes: null,
    progressRatio: null,
    filesToCheck: 0,
    labels: torrent.labels,
    folder: torrent.folders[0] ?? null,
    trackers: torrent.trackers,
  };
}

/** The metadata never came: there is no data either. */
function planMagnet(torrent: ForeignTorrent): PlannedImport {
  const infoHash = infoHashFromHex(torrent.infoHash ?? "");
  if (infoHash === undefined) return { ...nothing(torrent), note: "there is no .torrent file and no hash" };
  const [folder] = torrent.folders;
  return {
    ...nothing(torrent),
    verdict: "moves",
    note: "a magnet link without metadata yet",
    addition: {
      source: { kind: "magnet", text: formatMagnet({ infoHash, displayName: torrent.name }) },
      options: {
        ...(folder === undefined ? {} : { folder }),
        paused: torrent.isPaused,
        labels: torrent.labels,
      },
      renames: [],
    },
  };
}

async function planTorrent(
  torrent: ForeignTorrent,
  bytes: Uint8Array,
  metainfo: Metainfo,
): Promise<PlannedImport> {
  const plan = {
    ...nothing(torrent),
    name: metainfo.name,
    totalBytes: metainfo.pieceMap.totalBytes,
    trackers: torrent.trackers + metainfo.ignoredTrackers,
  };
  if (metainfo.isPrivate)
    return { ...plan, verdict: "private", note: "its author forbids peers from elsewhere than its trackers" };
  const have = torrent.have(metainfo);
  const place = await findPlace(torrent, metainfo);
  const layout = new FileLayout(metainfo.files);
  const stamps = place.files.map((file, i) => {
    if (file === undefined || !torrent.isTrusted(i, file.modifiedUnixMs)) return null;
    // A file that lies there, of which the record knows nothing, was being checked: there may be everything in it.
    if (!isAnythingKnown(have, metainfo, layout, i)) return null;
    return { lengthBytes: file.lengthBytes, modifiedUnixMs: file.modifiedUnixMs };
  });
  const isDataMissing = have.count > 0 && place.files.every((file) => file === undefined);
  const priorities = torrent.filePriorities;
  return {
    ...plan,
    verdict: "moves",
    note: isDataMissing ? "its data is not there: it is left paused" : "",
    progressRatio: have.count / metainfo.pieceMap.pieceCount,
    filesToCheck: place.files.filter((file, i) => file !== undefined && stamps[i] === null).length,
    folder: place.folder,
    addition: {
      source: { kind: "metainfo", bytes },
      options: {
        folder: place.folder,
        paused: torrent.isPaused || isDataMissing,
        labels: torrent.labels,
        ...(place.paths === undefined ? {} : { paths: place.paths }),
        imported: {
          have: isDataMissing ? new Bitfield(metainfo.pieceMap.pieceCount).bytes : have.bytes,
          stamps,
          ...(priorities?.length === metainfo.files.length ? { filePriorities: priorities } : {}),
          downloadedBytes: torrent.downloadedBytes,
          uploadedBytes: torrent.uploadedBytes,
          ...(torrent.addedAtUnixMs === undefined ? {} : { addedAtUnixMs: torrent.addedAtUnixMs }),
          ...(torrent.finishedAtUnixMs === undefined ? {} : { finishedAtUnixMs: torrent.finishedAtUnixMs }),
        },
      },
      renames: place.renames,
    },
  };
}

function isAnythingKnown(have: Bitfield, metainfo: Metainfo, layout: FileLayout, fileIndex: number): boolean {
  const pieces = layout.piecesOf(fileIndex, metainfo.pieceMap);
  for (let piece = pieces?.first ?? 0; piece < (pieces?.end ?? 0); piece++) if (have.has(piece)) return true;
  return false;
}

interface Place {
  readonly folder: string;
  readonly paths: readonly string[] | undefined;
  /** In the order of the torrent; undefined for files that are not there. */
  readonly files: readonly (FoundFile | undefined)[];
  readonly renames: PlannedAddition["renames"];
}

interface FoundFile {
  readonly lengthBytes: number;
  readonly modifiedUnixMs: number;
  /** It has the name of an unfinished file. */
  readonly isPart: boolean;
}

/** The folder in which most of the files are. */
async function findPlace(torrent: ForeignTorrent, metainfo: Metainfo): Promise<Place> {
  const given = torrent.paths?.map((path) => path.replaceAll("\\", "/"));
  const isFitting = given?.length === metainfo.files.length && given.every(staysInside);
  const paths = isFitting ? given : undefined;
  const names = paths ?? metainfo.files.map(({ path }) => path);
  const places = await Promise.all(
    torrent.folders.map((folder) => lookInto(folder, paths, names, torrent.partSuffix)),
  );
  const found = (place: Place): number => place.files.filter((file) => file !== undefined).length;
  const [first, ...others] = places;
  if (first === undefined)
    return { folder: process.cwd(), paths, files: names.map(() => undefined), renames: [] };
  return others.reduce((best, place) => (found(place) > found(best) ? place : best), first);
}

async function lookInto(
  folder: string,
  paths: readonly string[] | undefined,
  names: readonly string[],
  partSuffix: string,
): Promise<Place> {
  const files: (FoundFile | undefined)[] = [];
  for (const name of names) {
    const whole = await fileAt(join(folder, name), false);
    const isPartLooked = whole === undefined && partSuffix !== "";
    files.push(isPartLooked ? await fileAt(join(folder, name + partSuffix), true) : whole);
  }
  const renames = names
    .filter((_, i) => files[i]?.isPart === true)
    .map((name) => ({ from: join(folder, name + partSuffix), to: join(folder, name) }));
  return { folder, paths, files, renames };
}

async function fileAt(path: string, isPart: boolean): Promise<FoundFile | undefined> {
  const info = await stat(path).catch(() => undefined);
  if (info?.isFile() !== true) return undefined;
  return { lengthBytes: info.size, modifiedUnixMs: info.mtimeMs, isPart };
}
