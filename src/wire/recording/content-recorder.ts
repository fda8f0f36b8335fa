/**
 * What one stream brings, message by message: written down when a message is complete, with payload left out and names
 * masked. Follows the framing of the peer protocol as `MessageDecoder` does, and knows no more of it than that needs.
 *
 * ALLOWED_FAST (BEP 6) names pieces that are computed from an address and the info-hash: whoever knows the torrent could try
 * all addresses. While it is recorded the engine is not told of them: their id is made one that nobody knows.
 */
import { latin1Text, readUint16, readUint32, toHex, writeUint16 } from "../../core/bytes.ts";
import type { InfoHash, PeerId } from "../../core/ids.ts";
import { sha1 } from "../../core/sha1.ts";
import {
  HANDSHAKE_BYTES,
  INFO_HASH_OFFSET,
  PEER_ID_OFFSET,
  PROTOCOL_NAME,
  RESERVED_OFFSET,
} from "../protocol/handshake.ts";
import * as ids from "../protocol/message-ids.ts";
import {
  MAX_MESSAGE_BYTES,
  OUR_LT_DONTHAVE,
  OUR_UT_HOLEPUNCH,
  OUR_UT_METADATA,
  OUR_UT_PEX,
} from "../protocol/message-limits.ts";
import { decodeMetadataMessage } from "../protocol/ut-metadata.ts";
import type { AddressMask } from "./address-mask.ts";
import {
  maskExtensionHandshake,
  maskHolepunch,
  maskPexMessage,
  metadataMessageEnd,
} from "./extension-mask.ts";
import type { IdentityMask } from "./identity-mask.ts";
import { BLANK, CONTENT, HEAD, METADATA } from "./record-kinds.ts";
import type { Recording } from "./recording.ts";

const LENGTH_BYTES = 4;
/** An id that no extension uses; such messages are skipped. */
const UNKNOWN_MESSAGE = 0xfe;

/** A torrent as a recording knows it. */
export interface RecordedTorrent {
  readonly number: number;
  readonly infoHash: InfoHash;
  readonly ownId: PeerId;
  /** Blocks of metadata that came, by their digest: which of several versions each is. */
  readonly metadata: Map<number, string[]>;
}

/** What the streams of a recording share. */
export interface ContentMasks {
  readonly recording: Recording;
  readonly addresses: AddressMask;
  readonly identities: IdentityMask;
  torrentOf(infoHash: Uint8Array): RecordedTorrent | undefined;
  /** A number for an info-hash that is none of ours. */
  strangerOf(infoHash: Uint8Array): number;
}

type Phase = "name" | "identity" | "length" | "body" | "payload" | "junk";

export class ContentRecorder {
  readonly #stream: number;
  readonly #masks: ContentMasks;
  #torrent: RecordedTorrent | undefined;
  #phase: Phase = "name";
  /** The part of a message that is awaited: how long, and how much of it is here. */
  #part: Uint8Array = new Uint8Array(PEER_ID_OFFSET);
  #fill = 0;
  /** Of a PIECE message, what comes behind its header. */
  #payloadBytes = 0;

  constructor(stream: number, masks: ContentMasks) {
    this.#stream = stream;
    this.#masks = masks;
  }

  /** Bytes [`start`, `end`) of `buffer`, before the engine sees them. */
  take(buffer: Uint8Array, start: number, end: number): void {
    for (let at = start; at < end; ) at = this.#step(buffer, at, end);
  }

  /** What is here of a message that did not become complete. */
  end(): void {
    if (this.#phase === "name") {
      this.#content(this.#part.slice(0, Math.min(this.#fill, INFO_HASH_OFFSET)));
      this.#blank(Math.max(0, this.#fill - INFO_HASH_OFFSET));
    } else if (this.#phase === "body") {
      // The id decides which lengths are legal; of an extended message it has two bytes.
      const idBytes = Math.min(this.#fill - LENGTH_BYTES, this.#part[LENGTH_BYTES] === ids.EXTENDED ? 2 : 1);
      this.#content(this.#part.slice(LENGTH_BYTES, LENGTH_BYTES + idBytes));
      this.#blank(this.#fill - LENGTH_BYTES - idBytes);
    } else this.#blank(this.#fill);
    this.#fill = 0;
    this.#phase = "junk";
  }

  #step(buffer: Uint8Array, at: number, end: number): number {
    if (this.#phase === "junk") {
      this.#blank(end - at);
      return end;
    }
    if (this.#phase === "payload") return this.#skipPayload(at, end);
    if (this.#phase === "body" && this.#fill === LENGTH_BYTES) this.#bodyBegins(buffer, at);
    const run = Math.min(this.#part.length - this.#fill, end - at);
    this.#part.set(buffer.subarray(at, at + run), this.#fill);
    this.#fill += run;
    if (this.#phase === "name" && !this.#isProtocolName()) this.#noBitTorrent();
    else if (this.#fill === this.#part.length) this.#partComplete();
    return at + run;
  }

  #await(phase: Phase, bytes: number): void {
    this.#phase = phase;
    this.#part = new Uint8Array(bytes);
    this.#fill = 0;
  }

  #partComplete(): void {
    if (this.#phase === "name") this.#headComplete();
    else if (this.#phase === "identity") this.#identityComplete();
    else if (this.#phase === "length") this.#lengthComplete();
    else this.#bodyComplete();
  }

  // Handshake ------------------------------------------------------------------------------------------------------

  #isProtocolName(): boolean {
    const seen = Math.min(this.#fill, PROTOCOL_NAME.length);
    return latin1Text(this.#part.subarray(0, seen)) === latin1Text(PROTOCOL_NAME.subarray(0, seen));
  }

  /** The first byte that is wrong stays wrong, whatever it was. */
  #noBitTorrent(): void {
    const masked = this.#part.slice(0, this.#fill);
    masked.forEach((byte, i) => {
      if (byte !== PROTOCOL_NAME[i]) masked[i] = 0;
    });
    this.#content(masked);
    this.#phase = "junk";
  }

  #headComplete(): void {
    const { recording, torrentOf, strangerOf } = this.#masks;
    const infoHash = this.#part.subarray(INFO_HASH_OFFSET, PEER_ID_OFFSET);
    this.#torrent = torrentOf(infoHash);
    const { writer, isOn } = recording;
    if (isOn) {
      writer.byte(HEAD);
      writer.number(this.#stream);
      writer.bytes(this.#part.subarray(RESERVED_OFFSET, INFO_HASH_OFFSET));
      writer.number(this.#torrent === undefined ? 0 : this.#torrent.number + 1);
      writer.number(this.#torrent === undefined ? strangerOf(infoHash) : 0);
    }
    this.#await("identity", HANDSHAKE_BYTES - PEER_ID_OFFSET);
  }

  #identityComplete(): void {
    if (this.#torrent === undefined) this.#blank(this.#part.length);
    else this.#content(this.#masks.identities.mask(this.#part, this.#torrent.ownId));
    this.#await("length", LENGTH_BYTES);
  }

  // Messages -------------------------------------------------------------------------------------------------------

  #lengthComplete(): void {
    const length = readUint32(this.#part, 0);
    this.#content(this.#part);
    if (length === 0) this.#await("length", LENGTH_BYTES);
    else if (length > MAX_MESSAGE_BYTES) this.#phase = "junk";
    else {
      this.#await("body", LENGTH_BYTES + length);
      this.#fill = LENGTH_BYTES;
    }
  }

  /** The id of a message lies in `buffer` at `at`. */
  #bodyBegins(buffer: Uint8Array, at: number): void {
    const header = LENGTH_BYTES + 1 + ids.BLOCK_HEADER_BYTES;
    if (buffer[at] === ids.ALLOWED_FAST) buffer[at] = UNKNOWN_MESSAGE;
    else if (buffer[at] === ids.PIECE && this.#part.length > header) {
      this.#payloadBytes = this.#part.length - header;
      this.#part = this.#part.slice(0, header);
    }
  }

  #bodyComplete(): void {
    const body = this.#part.subarray(LENGTH_BYTES);
    const id = body[0] as number;
    if (id === ids.PORT && body.length === 3)
      writeUint16(body, 1, this.#masks.addresses.port(readUint16(body, 1)));
    if (id === ids.EXTENDED && body.length > 1) this.#extended(body);
    else if (isPlain(id, body.length) || this.#payloadBytes > 0) this.#content(body);
    else {
      this.#content(body.subarray(0, 1));
      this.#blank(body.length - 1);
    }
    if (this.#payloadBytes > 0) this.#phase = "payload";
    else this.#await("length", LENGTH_BYTES);
  }

  #skipPayload(at: number, end: number): number {
    const run = Math.min(this.#payloadBytes, end - at);
    this.#blank(run);
    this.#payloadBytes -= run;
    if (this.#payloadBytes === 0) this.#await("length", LENGTH_BYTES);
    return at + run;
  }

  #extended(message: Uint8Array): void {
    const { addresses } = this.#masks;
    const body = message.subarray(2);
    const extendedId = message[1] as number;
    if (extendedId === OUR_UT_METADATA) {
      this.#metadata(message, body);
      return;
    }
    if (extendedId === ids.EXTENSION_HANDSHAKE) maskExtensionHandshake(body, addresses);
    else if (extendedId === OUR_UT_PEX) maskPexMessage(body, addresses);
    else if (extendedId === OUR_UT_HOLEPUNCH) maskHolepunch(body, addresses);
    else if (extendedId !== OUR_LT_DONTHAVE) body.fill(0);
    this.#content(message);
  }

  /** The dictionary, and of the block which version it is. */
  #metadata(message: Uint8Array, body: Uint8Array): void {
    const end = metadataMessageEnd(body);
    const decoded = end === undefined ? undefined : decodeMetadataMessage(body);
    if (end === undefined || decoded?.ok !== true) {
      body.fill(0);
      this.#content(message);
      return;
    }
    const said = decoded.value;
    this.#content(message.subarray(0, 2 + end));
    if (said.kind !== "data" || this.#torrent === undefined) this.#blank(body.length - end);
    else this.#metadataBlock(this.#torrent, said.block, said.payload);
  }

  #metadataBlock(torrent: RecordedTorrent, block: number, payload: Uint8Array): void {
    const { writer, isOn } = this.#masks.recording;
    if (!isOn) return;
    writer.byte(METADATA);
    writer.number(this.#stream);
    writer.number(torrent.number);
    writer.number(block);
    writer.number(metadataVersion(torrent, block, payload));
    writer.number(payload.length);
  }

  #content(bytes: Uint8Array): void {
    const { writer, isOn } = this.#masks.recording;
    if (!isOn || bytes.length === 0) return;
    writer.byte(CONTENT);
    writer.number(this.#stream);
    writer.bytes(bytes);
  }

  #blank(length: number): void {
    const { writer, isOn } = this.#masks.recording;
    if (!isOn || length === 0) return;
    writer.byte(BLANK);
    writer.number(this.#stream);
    writer.number(length);
  }
}

/** Which of the versions that came of a block this is; a new one is remembered. */
export function metadataVersion(torrent: RecordedTorrent, block: number, payload: Uint8Array): number {
  const digest = toHex(sha1(payload));
  const versions = torrent.metadata.get(block) ?? [];
  torrent.metadata.set(block, versions);
  const known = versions.indexOf(digest);
  return known >= 0 ? known : versions.push(digest) - 1;
}

/** Whether the message can be kept as it is. */
function isPlain(id: number, bytes: number): boolean {
  return id === ids.BITFIELD || ids.fixedBodyBytes(id) === bytes - 1;
}
