/**
 * Incremental decoder of one direction of one connection: bytes in, method calls out. Made for the hot path: an
 * integer state machine over a borrowed buffer that carries at most a few header bytes from one read to the next
 * and copies the payload of a block once, to where the sink wants it. No allocation per message.
 *
 *   HANDSHAKE -> LENGTH -> ID -> SMALL | PIECE_HEADER -> PIECE_PAYLOAD | BITFIELD | EXTENDED_ID -> EXTENDED | SKIP -> LENGTH
 *
 * Every length is checked, against the exact one where there is one, before a byte of the body is kept (threats
 * W1). A fault is final: it is told to the sink once and nothing is decoded after it.
 */
import { readUint16, readUint32 } from "../../core/bytes.ts";
import type { PayloadCopier } from "../../core/slab.ts";
import {
  HANDSHAKE_BYTES,
  INFO_HASH_OFFSET,
  PEER_ID_OFFSET,
  PROTOCOL_NAME,
  RESERVED_OFFSET,
} from "./handshake.ts";
import {
  ALLOWED_FAST,
  BITFIELD,
  BLOCK_HEADER_BYTES,
  CANCEL,
  CHOKE,
  EXTENDED,
  fixedBodyBytes,
  HAVE,
  HAVE_ALL,
  HAVE_NONE,
  INTERESTED,
  isFastMessage,
  NOT_INTERESTED,
  PIECE,
  PORT,
  REJECT,
  REQUEST,
  SUGGEST,
  UNCHOKE,
} from "./message-ids.ts";
import {
  MAX_BITFIELD_BYTES,
  MAX_MESSAGE_BYTES,
  MAX_PIECE_BODY_BYTES,
  MAX_UNKNOWN_MESSAGE_BYTES,
  maxExtendedBytes,
} from "./message-limits.ts";

/** What a decoded stream is told to. Any call may end the decoding by `stop`. */
export interface MessageSink {
  /** Protocol name, reserved bytes and info-hash are here, the peer id is not. Views are valid during the call. */
  onHandshakeHead(bytes: Uint8Array, reservedOffset: number, infoHash: Uint8Array): void;
  onHandshakePeerId(peerId: Uint8Array): void;
  onKeepAlive(): void;
  onChoke(): void;
  onUnchoke(): void;
  onInterested(): void;
  onNotInterested(): void;
  onHave(index: number): void;
  /** The array is fresh and belongs to the sink. */
  onBitfield(bytes: Uint8Array): void;
  onHaveAll(): void;
  onHaveNone(): void;
  onRequest(index: number, begin: number, length: number): void;
  onCancel(index: number, begin: number, length: number): void;
  onReject(index: number, begin: number, length: number): void;
  onSuggest(index: number): void;
  onAllowedFast(index: number): void;
  onPort(port: number): void;
  /** Header of a block; call `placeBlock` from here to receive its payload, which is dropped otherwise. */
  onBlockStart(index: number, begin: number, length: number): void;
  /** All payload of the block is where `placeBlock` said. */
  onBlockEnd(): void;
  /** The payload lies in [`start`, `end`) of `bytes`, valid during the call. */
  onExtended(extendedId: number, bytes: Uint8Array, start: number, end: number): void;
  /** The peer broke the protocol. `code` is stable, `message` for logs. */
  onFault(code: string, message: string): void;
}

const HANDSHAKE = 0;
const LENGTH = 1;
const ID = 2;
const SMALL = 3;
const PIECE_HEADER = 4;
const PIECE_PAYLOAD = 5;
const BITFIELD_BODY = 6;
const EXTENDED_ID = 7;
const EXTENDED_BODY = 8;
const SKIP = 9;
const STOPPED = 10;

const NO_BYTES = new Uint8Array(0);

export class MessageDecoder {
  readonly #sink: MessageSink;
  readonly #copy: PayloadCopier;
  /** Header bytes carried from one read to the next; the handshake is the longest. */
  readonly #carry = new Uint8Array(HANDSHAKE_BYTES);
  #carried = 0;
  #state = HANDSHAKE;
  /** Bytes of the current message that are still to come, after its length prefix. */
  #remaining = 0;
  #id = 0;
  #extendedId = 0;
  #headSeen = false;
  /** Body that is collected (bitfield, extended message) and how much of it is here. */
  #body: Uint8Array = NO_BYTES;
  #bodyFill = 0;
  #target: Uint8Array | undefined;
  #targetOffset = 0;
  #hasFast = false;
  #hasExtensions = false;
  #bitfieldBytes: number | undefined;

  /** Payload bytes of blocks in the bytes given to the latest `receive`, dropped ones included. */
  blockBytesInTurn = 0;
  /** Complete messages so far; tells a stalled message from a slow stream. */
  messages = 0;

  /** `copy` moves payload to where `placeBlock` says. */
  constructor(sink: MessageSink, copy: PayloadCopier) {
    this.#sink = sink;
    this.#copy = copy;
  }

  /** Makes the messages of BEP 6 and BEP 10 legal; to be said when both sides have announced them. */
  allow(features: { readonly hasFast: boolean; readonly hasExtensions: boolean }): void {
    this.#hasFast = features.hasFast;
    this.#hasExtensions = features.hasExtensions;
  }

  /** From now on a bitfield has exactly the length for `pieceCount` pieces. */
  expectPieces(pieceCount: number): void {
    this.#bitfieldBytes = Math.ceil(pieceCount / 8);
  }

  /** Whether a message has begun and is not complete. */
  get isMidMessage(): boolean {
    return this.#state !== LENGTH ? this.#state !== STOPPED : this.#carried > 0;
  }

  /** The payload of the block just announced goes to `target` from `offset`. Only from within `onBlockStart`. */
  placeBlock(target: Uint8Array, offset: number): void {
    this.#target = target;
    this.#targetOffset = offset;
  }

  /** Drops what is still to come of the current block: its place is needed or no longer ours. */
  dropBlock(): void {
    this.#target = undefined;
  }

  /** Nothing is decoded any more. */
  stop(): void {
    this.#state = STOPPED;
    this.#target = undefined;
    this.#body = NO_BYTES;
  }

  /** Decodes bytes [`start`, `end`) of `buffer`, which is borrowed for the call. */
  receive(buffer: Uint8Array, start: number, end: number): void {
    this.blockBytesInTurn = 0;
    let at = start;
    while (at < end && this.#state !== STOPPED) at = this.#step(buffer, at, end);
  }

  /** Consumes some bytes, at least one, and returns the position behind them. */
  #step(buffer: Uint8Array, at: number, end: number): number {
    switch (this.#state) {
      case LENGTH:
        return this.#readLength(buffer, at, end);
      case ID:
        this.#startMessage(buffer[at] as number);
        return at + 1;
      case PIECE_PAYLOAD:
        return this.#readPayload(buffer, at, end);
      case PIECE_HEADER:
        return this.#readBlockHeader(buffer, at, end);
      case SMALL:
        return this.#readSmall(buffer, at, end);
      case EXTENDED_ID:
        this.#startExtended(buffer[at] as number);
        return at + 1;
      case EXTENDED_BODY:
        return this.#readExtended(buffer, at, end);
      case BITFIELD_BODY:
        return this.#readBitfield(buffer, at, end);
      case SKIP:
        return this.#skip(at, end);
      default:
        return this.#readHandshake(buffer, at, end);
    }
  }

  #readHandshake(buffer: Uint8Array, at: number, end: number): number {
    const next = this.#gather(buffer, at, end, HANDSHAKE_BYTES);
    const nameBytes = Math.min(this.#carried, PROTOCOL_NAME.length);
    for (let i = 0; i < nameBytes; i++) {
      if (this.#carry[i] !== PROTOCOL_NAME[i]) {
        this.#fault("handshake-name", "does not speak the BitTorrent protocol");
        return next;
      }
    }
    if (!this.#headSeen && this.#carried >= PEER_ID_OFFSET) {
      this.#headSeen = true;
      this.#sink.onHandshakeHead(
        this.#carry,
        RESERVED_OFFSET,
        this.#carry.subarray(INFO_HASH_OFFSET, PEER_ID_OFFSET),
      );
    }
    if (this.#carried === HANDSHAKE_BYTES && this.#state === HANDSHAKE) {
      this.#carried = 0;
      this.#state = LENGTH;
      this.#sink.onHandshakePeerId(this.#carry.subarray(PEER_ID_OFFSET, HANDSHAKE_BYTES));
    }
    return next;
  }

  #readLength(buffer: Uint8Array, at: number, end: number): number {
    let next = at;
    let length: number;
    if (this.#carried === 0 && end - at >= 4) {
      length = readUint32(buffer, at);
      next = at + 4;
    } else {
      next = this.#gather(buffer, at, end, 4);
      if (this.#carried < 4) return next;
      length = readUint32(this.#carry, 0);
      this.#carried = 0;
    }
    if (length > MAX_MESSAGE_BYTES) {
      this.#fault("message-too-long", `announced a message of ${length} bytes`);
    } else if (length === 0) {
      this.messages++;
      this.#sink.onKeepAlive();
    } else {
      this.#remaining = length - 1;
      this.#state = ID;
    }
    return next;
  }

  /** The id decides which lengths are legal and how the body is read. */
  #startMessage(id: number): void {
    this.#id = id;
    if (id === PIECE) this.#startPiece();
    else if (isFastMessage(id) && !this.#hasFast)
      this.#fault("fast-not-negotiated", `sent message ${id} without the Fast extension`);
    else if (fixedBodyBytes(id) >= 0) this.#startSmall(fixedBodyBytes(id));
    else if (id === BITFIELD) this.#startBitfield();
    else if (id === EXTENDED) this.#startExtendedMessage();
    else if (this.#remaining > MAX_UNKNOWN_MESSAGE_BYTES) this.#wrongLength();
    else this.#startSkip();
  }

  #startPiece(): void {
    if (this.#remaining < BLOCK_HEADER_BYTES || this.#remaining > MAX_PIECE_BODY_BYTES) this.#wrongLength();
    else this.#state = PIECE_HEADER;
  }

  #startSmall(bodyBytes: number): void {
    if (this.#remaining !== bodyBytes) this.#wrongLength();
    else if (bodyBytes > 0) this.#state = SMALL;
    else {
      this.#endMessage();
      this.#dispatchEmpty();
    }
  }

  #startBitfield(): void {
    const isLegal =
      this.#bitfieldBytes === undefined
        ? this.#remaining > 0 && this.#remaining <= MAX_BITFIELD_BYTES
        : this.#remaining === this.#bitfieldBytes;
    if (isLegal) this.#collect(BITFIELD_BODY);
    else this.#wrongLength();
  }

  #startExtendedMessage(): void {
    if (!this.#hasExtensions) this.#fault("extensions-not-negotiated", "sent an extended message uninvited");
    else if (this.#remaining === 0) this.#wrongLength();
    else this.#state = EXTENDED_ID;
  }

  #startExtended(extendedId: number): void {
    this.#extendedId = extendedId;
    this.#remaining--;
    if (this.#remaining > maxExtendedBytes(extendedId)) this.#wrongLength();
    else if (this.#remaining > 0) this.#state = EXTENDED_BODY;
    else {
      this.#endMessage();
      this.#sink.onExtended(extendedId, NO_BYTES, 0, 0);
    }
  }

  #readSmall(buffer: Uint8Array, at: number, end: number): number {
    const bodyBytes = this.#remaining;
    if (this.#carried === 0 && end - at >= bodyBytes) {
      this.#endMessage();
      this.#dispatchSmall(buffer, at);
      return at + bodyBytes;
    }
    const next = this.#gather(buffer, at, end, bodyBytes);
    if (this.#carried === bodyBytes) {
      this.#carried = 0;
      this.#endMessage();
      this.#dispatchSmall(this.#carry, 0);
    }
    return next;
  }

  #readBlockHeader(buffer: Uint8Array, at: number, end: number): number {
    if (this.#carried === 0 && end - at >= BLOCK_HEADER_BYTES) {
      this.#startBlock(readUint32(buffer, at), readUint32(buffer, at + 4));
      return at + BLOCK_HEADER_BYTES;
    }
    const next = this.#gather(buffer, at, end, BLOCK_HEADER_BYTES);
    if (this.#carried === BLOCK_HEADER_BYTES) {
      this.#carried = 0;
      this.#startBlock(readUint32(this.#carry, 0), readUint32(this.#carry, 4));
    }
    return next;
  }

  #startBlock(index: number, begin: number): void {
    this.#remaining -= BLOCK_HEADER_BYTES;
    this.#target = undefined;
    this.#state = PIECE_PAYLOAD;
    this.#sink.onBlockStart(index, begin, this.#remaining);
    if (this.#remaining === 0 && this.#state === PIECE_PAYLOAD) this.#endBlock();
  }

  #readPayload(buffer: Uint8Array, at: number, end: number): number {
    const run = Math.min(this.#remaining, end - at);
    const next = at + run;
    if (this.#target !== undefined) {
      this.#copy(buffer, at, next, this.#target, this.#targetOffset);
      this.#targetOffset += run;
    }
    this.blockBytesInTurn += run;
    this.#remaining -= run;
    if (this.#remaining === 0) this.#endBlock();
    return next;
  }

  #endBlock(): void {
    this.#target = undefined;
    this.#endMessage();
    this.#sink.onBlockEnd();
  }

  #readBitfield(buffer: Uint8Array, at: number, end: number): number {
    const next = this.#fillBody(buffer, at, end);
    if (this.#remaining === 0) {
      const body = this.#body;
      this.#endMessage();
      this.#sink.onBitfield(body);
    }
    return next;
  }

  /** An extended message that lies in the buffer as a whole is not copied. */
  #readExtended(buffer: Uint8Array, at: number, end: number): number {
    if (this.#body === NO_BYTES) {
      const next = at + this.#remaining;
      if (next <= end) {
        this.#endMessage();
        this.#sink.onExtended(this.#extendedId, buffer, at, next);
        return next;
      }
      this.#collect(EXTENDED_BODY);
    }
    const next = this.#fillBody(buffer, at, end);
    if (this.#remaining === 0) {
      const body = this.#body;
      this.#endMessage();
      this.#sink.onExtended(this.#extendedId, body, 0, body.length);
    }
    return next;
  }

  #skip(at: number, end: number): number {
    const run = Math.min(this.#remaining, end - at);
    this.#remaining -= run;
    if (this.#remaining === 0) this.#endMessage();
    return at + run;
  }

  #startSkip(): void {
    if (this.#remaining === 0) this.#endMessage();
    else this.#state = SKIP;
  }

  #collect(state: number): void {
    this.#body = new Uint8Array(this.#remaining);
    this.#bodyFill = 0;
    this.#state = state;
  }

  #fillBody(buffer: Uint8Array, at: number, end: number): number {
    const run = Math.min(this.#remaining, end - at);
    this.#body.set(buffer.subarray(at, at + run), this.#bodyFill);
    this.#bodyFill += run;
    this.#remaining -= run;
    return at + run;
  }

  /** Moves bytes to the carry until it holds `wanted`; returns the position behind those taken. */
  #gather(buffer: Uint8Array, at: number, end: number, wanted: number): number {
    let next = at;
    while (this.#carried < wanted && next < end) this.#carry[this.#carried++] = buffer[next++] as number;
    return next;
  }

  #endMessage(): void {
    this.messages++;
    this.#remaining = 0;
    this.#body = NO_BYTES;
    this.#state = LENGTH;
  }

  #dispatchEmpty(): void {
    switch (this.#id) {
      case CHOKE:
        this.#sink.onChoke();
        break;
      case UNCHOKE:
        this.#sink.onUnchoke();
        break;
      case INTERESTED:
        this.#sink.onInterested();
        break;
      case NOT_INTERESTED:
        this.#sink.onNotInterested();
        break;
      case HAVE_ALL:
        this.#sink.onHaveAll();
        break;
      case HAVE_NONE:
        this.#sink.onHaveNone();
        break;
    }
  }

  #dispatchSmall(bytes: Uint8Array, at: number): void {
    if (this.#id === PORT) {
      this.#sink.onPort(readUint16(bytes, at));
      return;
    }
    const index = readUint32(bytes, at);
    switch (this.#id) {
      case HAVE:
        this.#sink.onHave(index);
        break;
      case SUGGEST:
        this.#sink.onSuggest(index);
        break;
      case ALLOWED_FAST:
        this.#sink.onAllowedFast(index);
        break;
      case REQUEST:
        this.#sink.onRequest(index, readUint32(bytes, at + 4), readUint32(bytes, at + 8));
        break;
      case CANCEL:
        this.#sink.onCancel(index, readUint32(bytes, at + 4), readUint32(bytes, at + 8));
        break;
      case REJECT:
        this.#sink.onReject(index, readUint32(bytes, at + 4), readUint32(bytes, at + 8));
        break;
    }
  }

  #wrongLength(): void {
    this.#fault("message-length", `message ${this.#id} cannot be ${this.#remaining + 1} bytes long`);
  }

  #fault(code: string, message: string): void {
    this.stop();
    this.#sink.onFault(code, message);
  }
}
