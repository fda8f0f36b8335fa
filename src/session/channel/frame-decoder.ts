/**
 * Reads what a viewer sent. A viewer may be another program of the same user, so its messages are checked like
 * anything from outside (threats C1, PA21): typed frames or a fault, never an exception, and nothing of unbounded size.
 */
import { type Decoded, decoded, fault } from "../../core/decoded.ts";
import {
  type AddOptions,
  DHT_DETAILS,
  type ImportedProgress,
  type SessionSettings,
  type TorrentSettings,
  type TorrentSource,
} from "../session-view.ts";
import { SETTINGS_FIELDS } from "../settings/settings-fields.ts";
import { MAX_BITFIELD_BYTES, MAX_TORRENT_FILE_BYTES } from "./channel-config.ts";
import type { CommandArguments, CommandFrame, CommandName, ViewerFrame } from "./engine-frames.ts";
import {
  type Fields,
  isAmount,
  isAmountOrNull,
  isBoolean,
  isCount,
  isCountOrNull,
  isFields,
  isListOf,
  isShape,
  isText,
  isTextList,
  isTrue,
  pick,
} from "./guards.ts";

/** One frame of a viewer. Unknown fields are ignored: a newer viewer may send more. */
export function decodeViewerFrame(message: unknown): Decoded<ViewerFrame> {
  if (!isFields(message)) return fault("frame-not-an-object", "the message is not an object");
  switch (message["kind"]) {
    case "hello":
      return isCount(message["version"])
        ? decoded({ kind: "hello", version: message["version"] })
        : fault("frame-invalid", "hello without a version");
    case "ack":
      return isCount(message["sequence"])
        ? decoded({ kind: "ack", sequence: message["sequence"] })
        : fault("frame-invalid", "ack without a sequence number");
    case "command":
      return decodeCommand(message);
    default:
      return fault("frame-unknown", "unknown kind of frame");
  }
}

/** The id of a command frame that could not be decoded, so that its sender gets an answer. */
export function commandIdOf(message: unknown): number | undefined {
  return isFields(message) && message["kind"] === "command" && isCount(message["id"])
    ? message["id"]
    : undefined;
}

function decodeCommand(message: Fields): Decoded<ViewerFrame> {
  const { id, name, args } = message;
  if (!isCount(id) || !Array.isArray(args))
    return fault("frame-invalid", "a command has an id and arguments");
  if (typeof name !== "string" || !Object.hasOwn(ARGUMENTS, name)) {
    return fault("command-unknown", "there is no such command");
  }
  const checked = ARGUMENTS[name as CommandName](args);
  return checked === undefined
    ? fault("command-arguments", `the arguments of ${name} are not what it takes`)
    : decoded({ kind: "command", id, name, args: checked } as CommandFrame);
}

/** The arguments of each command, checked and stripped of what does not belong there. */
const ARGUMENTS: {
  readonly [Name in CommandName]: (args: readonly unknown[]) => CommandArguments<Name> | undefined;
} = {
  add: ([source, options]) => {
    const checkedSource = torrentSource(source);
    const checkedOptions = addOptions(options);
    return checkedSource && checkedOptions && [checkedSource, checkedOptions];
  },
  pause: torrentIdOnly,
  resume: torrentIdOnly,
  restore: torrentIdOnly,
  verify: torrentIdOnly,
  reannounce: torrentIdOnly,
  exportTorrent: torrentIdOnly,
  remove: ([id, options]) =>
    isTorrentId(id) && isFields(options) && typeof options["deleteData"] === "boolean"
      ? [id, { deleteData: options["deleteData"] }]
      : undefined,
  addPeers: ([id, addresses]) =>
    isTorrentId(id) && isListOf(addresses, isText) ? [id, addresses] : undefined,
  setFilePriorities: ([id, priorities]) =>
    isTorrentId(id) && isListOf(priorities, isCount) ? [id, priorities] : undefined,
  setTorrent: ([id, settings]) => {
    const checked = torrentSettings(settings);
    return isTorrentId(id) && checked ? [id, checked] : undefined;
  },
  moveData: ([id, folder]) => (isTorrentId(id) && isText(folder) ? [id, folder] : undefined),
  configure: ([changes]) => {
    const checked = pick<Partial<SessionSettings>>(changes, SETTINGS_FIELDS);
    return checked && [checked];
  },
  watchDetails: ([ids]) => (isListOf(ids, isWatchable) ? [ids] : undefined),
  shutdown: () => [],
};

function torrentIdOnly([id]: readonly unknown[]): [string] | undefined {
  return isTorrentId(id) ? [id] : undefined;
}

function torrentSource(value: unknown): TorrentSource | undefined {
  if (!isFields(value)) return undefined;
  const { kind, text, bytes } = value;
  if (kind === "magnet" && isText(text)) return { kind, text };
  if (kind === "metainfo" && bytes instanceof Uint8Array && bytes.length <= MAX_TORRENT_FILE_BYTES) {
    return { kind, bytes };
  }
  return undefined;
}

function addOptions(value: unknown): AddOptions | undefined {
  return pick<AddOptions>(value, {
    folder: isText,
    paused: isBoolean,
    select: isText,
    peers: isTextList,
    metadataOnly: isBoolean,
    seedOnly: isBoolean,
    superSeed: isBoolean,
    paths: isTextList,
    seedRatio: isAmount,
    seedForMs: isAmount,
    maxDownBytesPerSecond: isCount,
    maxUpBytesPerSecond: isCount,
    labels: isTextList,
    isSequential: isBoolean,
    imported: isImportedProgress,
  });
}

function isImportedProgress(value: unknown): value is ImportedProgress {
  const checked = pick<ImportedProgress>(value, {
    have: isBitfieldBytes,
    stamps: isStampList,
    filePriorities: isCountList,
    downloadedBytes: isCount,
    uploadedBytes: isCount,
    addedAtUnixMs: isAmount,
    finishedAtUnixMs: isAmount,
  });
  const { have, stamps, downloadedBytes, uploadedBytes } = checked ?? {};
  return [have, stamps, downloadedBytes, uploadedBytes].every((field) => field !== undefined);
}

function isBitfieldBytes(value: unknown): value is Uint8Array {
  return value instanceof Uint8Array && value.length <= MAX_BITFIELD_BYTES;
}

function isStampList(value: unknown): value is ImportedProgress["stamps"] {
  return isListOf(value, isStampOrNull);
}

function isStampOrNull(value: unknown): value is ImportedProgress["stamps"][number] {
  return value === null || isShape(value, { lengthBytes: isCount, modifiedUnixMs: isAmount });
}

function isCountList(value: unknown): value is readonly number[] {
  return isListOf(value, isCount);
}

function torrentSettings(value: unknown): TorrentSettings | undefined {
  return pick<TorrentSettings>(value, {
    labels: isTextList,
    isSequential: isBoolean,
    maxDownBytesPerSecond: isCountOrNull,
    maxUpBytesPerSecond: isCountOrNull,
    seedRatio: isAmountOrNull,
    seedForMs: isAmountOrNull,
    usesDefaultGoal: isTrue,
    queuePosition: isCount,
  });
}

function isTorrentId(value: unknown): value is string {
  return typeof value === "string" && /^[0-9a-f]{40}$/.test(value);
}

function isWatchable(value: unknown): value is string {
  return value === DHT_DETAILS || isTorrentId(value);
}
