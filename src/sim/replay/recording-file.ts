/** A recording as it lies in a file: its blocks are checked, its records are read one by one. */
import { readUint32, utf8Text } from "../../core/bytes.ts";
import { crc32c } from "../../core/crc32c.ts";
import type { Endpoint } from "../../core/endpoint.ts";
import {
  ADD_SWARM,
  LAYOUT,
  METADATA_FOUND,
  RECORDING_HEAD,
  type RecordedSwarm,
  RecordingFault,
  RecordReader,
} from "../../wire/index.ts";

const BLOCK_HEADER_BYTES = 8;
/** What every version of the format begins with. */
const FAMILY = "starling-recording ";

export interface RecordOf {
  readonly kind: number;
  readonly fields: readonly (number | string | Uint8Array | Endpoint | readonly number[])[];
}

/** Metadata that was known from the beginning, or came to be complete. */
export interface FoundMetadata {
  readonly lengthBytes: number;
  /** Of what came, the right version of each block. */
  readonly versions: readonly number[];
}

export interface RecordingFile {
  /** All records, one behind the other. */
  readonly records: Uint8Array;
  /** The file ends in the middle of a block. */
  readonly isCut: boolean;
  /** By number of the torrent. */
  readonly metadata: ReadonlyMap<number, FoundMetadata>;
}

/** Throws a `RecordingFault` for what is no recording, or a damaged one. One that was cut off is read as far as it goes. */
export function readRecording(file: Uint8Array): RecordingFile {
  const head = utf8Text(file.subarray(0, RECORDING_HEAD.length));
  if (!head.startsWith(FAMILY)) throw new RecordingFault("it is no recording of Starling");
  if (head !== RECORDING_HEAD) throw new RecordingFault("it was made by another version of Starling");
  const blocks: Uint8Array[] = [];
  let at = RECORDING_HEAD.length;
  let isCut = false;
  while (at < file.length) {
    const start = at + BLOCK_HEADER_BYTES;
    const end = start > file.length ? Number.POSITIVE_INFINITY : start + readUint32(file, at);
    if (end > file.length) {
      isCut = true;
      break;
    }
    const block = file.subarray(start, end);
    if (crc32c(block) !== readUint32(file, at + 4))
      throw new RecordingFault(`it is damaged: its bytes from ${at} on are not what was written`);
    blocks.push(block);
    at = end;
  }
  const records = joined(blocks);
  return { records, isCut, metadata: foundMetadata(records) };
}

/** What the text of a record says. */
export function parsed<Content>(text: string): Content {
  try {
    return JSON.parse(text) as Content;
  } catch {
    throw new RecordingFault("a record does not say what it should");
  }
}

/** The record at the reader's position. */
export function readRecord(reader: RecordReader): RecordOf {
  const kind = reader.byte();
  const layout = LAYOUT[kind];
  if (layout === undefined) throw new RecordingFault("it has a kind of record that does not exist");
  return { kind, fields: layout.map((field) => reader[field]()) };
}

/** Reads everything once, so that what follows meets no fault. */
function foundMetadata(records: Uint8Array): Map<number, FoundMetadata> {
  const found = new Map<number, FoundMetadata>();
  let torrents = 0;
  for (const reader = new RecordReader(records); !reader.isAtEnd; ) {
    const { kind, fields } = readRecord(reader);
    if (kind === ADD_SWARM) {
      const { rawInfoBytes } = parsed<RecordedSwarm>(fields[1] as string);
      if (rawInfoBytes !== null) found.set(torrents, { lengthBytes: rawInfoBytes, versions: [] });
      torrents++;
    }
    if (kind !== METADATA_FOUND) continue;
    const [torrent, lengthBytes, versions] = fields as [number, number, readonly number[]];
    found.set(torrent, { lengthBytes, versions });
  }
  return found;
}

function joined(blocks: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(blocks.reduce((sum, block) => sum + block.length, 0));
  let at = 0;
  for (const block of blocks) {
    all.set(block, at);
    at += block.length;
  }
  return all;
}
