/**
 * Reads resume data. Every field has its type checked; one that is wrong makes the whole record a fault, because
 * half a truth about a disk is worse than looking at it again. The exception are the conveniences (peers, limits,
 * times), which are dropped alone.
 */
import {
  type BencodeDictionary,
  decodeDictionary,
  isDictionary,
  readBytes,
  readInteger,
  readList,
} from "../core/bencode.ts";
import { TORRENT_LIMITS } from "../core/bencode-scanner.ts";
import { equalBytes, utf8Text } from "../core/bytes.ts";
import { decodeEndpoints } from "../core/compact.ts";
import { type Decoded, decoded, fault } from "../core/decoded.ts";
import type { Endpoint } from "../core/endpoint.ts";
import { ID_BYTES, infoHashFrom } from "../core/ids.ts";
import { sha1 } from "../core/sha1.ts";
import { staysInside } from "../torrent/disk-names.ts";
import { HIGHEST_PRIORITY } from "../torrent/file-selection.ts";
import { decodeStamps } from "./file-stamp.ts";
import { RESUME_VERSION, type ResumeContent, type ResumeData } from "./resume-data.ts";
import { openRecord } from "./sealed-record.ts";
import { MAX_RESUME_BYTES, MAX_RESUME_PEERS } from "./storage-config.ts";

/** Faults: `record-torn`, `resume-invalid`, `resume-version`. Unknown fields are ignored. */
export function decodeResumeData(bytes: Uint8Array): Decoded<ResumeData> {
  if (bytes.length > MAX_RESUME_BYTES) return invalid("it is too large");
  const record = openRecord(bytes);
  if (!record.ok) return record;
  const dictionary = decodeDictionary(record.value, TORRENT_LIMITS);
  if (!dictionary.ok) return invalid(dictionary.fault.message);
  const fields = dictionary.value.value;
  const version = readInteger(fields, "version");
  if (version !== RESUME_VERSION) {
    return fault("resume-version", `resume data of version ${version ?? "unknown"} cannot be read`);
  }
  return readFields(fields);
}

function readFields(fields: BencodeDictionary): Decoded<ResumeData> {
  const infoHash = readBytes(fields, "info-hash");
  const folder = readText(fields, "folder");
  const addedAtUnixMs = readInteger(fields, "added");
  const rawInfo = readBytes(fields, "info");
  if (infoHash?.length !== ID_BYTES) return invalid("it names no torrent");
  if (folder === undefined || folder === "" || folder.includes("\0")) return invalid("it names no folder");
  if (addedAtUnixMs === undefined) return invalid("a field is missing");
  if (rawInfo !== undefined && !equalBytes(sha1(rawInfo), infoHash)) return invalid("its metadata is wrong");
  const movingTo = readText(fields, "moving-to");
  if (movingTo === "" || movingTo?.includes("\0")) return invalid("it names no folder");
  const content = readContent(fields);
  if (!content.ok) return content;
  const permille = readCount(fields, "seed-permille");
  return decoded({
    infoHash: infoHashFrom(infoHash),
    rawInfo,
    folder,
    movingTo,
    displayName: readText(fields, "name"),
    selectOnly: readText(fields, "select-only"),
    select: readText(fields, "select"),
    ignoredTrackers: readCount(fields, "ignored-trackers") ?? 0,
    ignoredWebSeeds: readCount(fields, "ignored-web-seeds") ?? 0,
    isPaused: readInteger(fields, "paused") === 1,
    isSeedOnly: readInteger(fields, "seed-only") === 1,
    addedAtUnixMs,
    finishedAtUnixMs: readInteger(fields, "finished"),
    downloadedBytes: readCount(fields, "downloaded") ?? 0,
    uploadedBytes: readCount(fields, "uploaded") ?? 0,
    maxDownBytesPerSecond: readCount(fields, "max-down"),
    maxUpBytesPerSecond: readCount(fields, "max-up"),
    seedRatio: permille === undefined ? undefined : permille / 1000,
    seedForMs: readCount(fields, "seed-for"),
    seedingMs: readCount(fields, "seeding") ?? 0,
    // Records of version 0.1 have no default goal to speak of: their torrents seed until told otherwise.
    usesDefaultGoal: readInteger(fields, "default-goal") === 1,
    labels: readTexts(fields, "labels"),
    isSequential: readInteger(fields, "sequential") === 1,
    peers: readPeers(fields),
    content: content.value,
  });
}

function readContent(parent: BencodeDictionary): Decoded<ResumeContent | undefined> {
  const fields = Object.hasOwn(parent, "content") ? parent["content"] : undefined;
  if (fields === undefined) return decoded(undefined);
  if (!isDictionary(fields)) return invalid("it does not describe the disk");
  const have = readBytes(fields, "have");
  const priorities = readBytes(fields, "priorities");
  const stamps = decodeStamps(readBytes(fields, "stamps") ?? new Uint8Array(1));
  if (have === undefined || priorities === undefined || stamps === undefined) {
    return invalid("it does not describe the disk");
  }
  const isConsistent = stamps.length === priorities.length && priorities.every((p) => p <= HIGHEST_PRIORITY);
  const paths = readPaths(fields, stamps.length);
  if (!isConsistent || paths === undefined) return invalid("its lists of files contradict each other");
  const isClean = readInteger(fields, "clean") === 1;
  return decoded({ have, stamps, filePriorities: priorities, isClean, paths });
}

/** Pairs of file index and path; `undefined` when one is none, or leads out of the folder. */
function readPaths(fields: BencodeDictionary, fileCount: number): Map<number, string> | undefined {
  const paths = new Map<number, string>();
  for (const pair of readList(fields, "paths") ?? []) {
    const [fileIndex, path] = Array.isArray(pair) ? pair : [];
    if (typeof fileIndex !== "number" || !(path instanceof Uint8Array)) return undefined;
    const text = utf8Text(path);
    if (!(fileIndex >= 0 && fileIndex < fileCount) || !staysInside(text)) return undefined;
    paths.set(fileIndex, text);
  }
  return paths;
}

function readPeers(fields: BencodeDictionary): Endpoint[] {
  const empty = new Uint8Array(0);
  const v4 = decodeEndpoints(readBytes(fields, "peers") ?? empty, 4) ?? [];
  const v6 = decodeEndpoints(readBytes(fields, "peers6") ?? empty, 6) ?? [];
  return [...v4, ...v6].filter((peer) => peer.port > 0).slice(0, MAX_RESUME_PEERS);
}

function readText(fields: BencodeDictionary, key: string): string | undefined {
  const bytes = readBytes(fields, key);
  return bytes === undefined ? undefined : utf8Text(bytes);
}

/** The texts of a list; whatever else is in it is left out. */
function readTexts(fields: BencodeDictionary, key: string): string[] {
  const texts = (readList(fields, key) ?? []).filter((text) => text instanceof Uint8Array);
  return texts.map((text) => utf8Text(text));
}

/** An integer of at least 0. */
function readCount(fields: BencodeDictionary, key: string): number | undefined {
  const value = readInteger(fields, key);
  return value !== undefined && value >= 0 ? value : undefined;
}

function invalid(what: string): ReturnType<typeof fault> {
  return fault("resume-invalid", `the resume data cannot be used: ${what}`);
}
