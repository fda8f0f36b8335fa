/** Streams of peers as they are, with what they bring and answer written down. Above encryption: what is recorded is plain. */
import type { Endpoint } from "../../core/endpoint.ts";
import type {
  ByteStream,
  StreamEncryption,
  StreamEnd,
  StreamHandler,
  StreamTransport,
} from "../../core/ports.ts";
import type { PeerStreams, SecureDial } from "../encryption/peer-streams.ts";
import { PIECE } from "../protocol/message-ids.ts";
import { type ContentMasks, ContentRecorder } from "./content-recorder.ts";
import type { OutputDigest } from "./output-digest.ts";
import * as kinds from "./record-kinds.ts";

/** The id of a message lies behind its length. */
const ID_OFFSET = 4;

/** Whether this write is one block, which the engine counts until it has left. */
export function isBlock(bytes: Uint8Array): boolean {
  return bytes[ID_OFFSET] === PIECE && bytes.length > ID_OFFSET + 1;
}

export class RecordedStreams implements PeerStreams {
  readonly #streams: PeerStreams;
  readonly #masks: ContentMasks;
  readonly #outputs: OutputDigest;
  #count = 0;

  constructor(streams: PeerStreams, masks: ContentMasks, outputs: OutputDigest) {
    this.#streams = streams;
    this.#masks = masks;
    this.#outputs = outputs;
  }

  get policy(): PeerStreams["policy"] {
    return this.#streams.policy;
  }

  encrypts(isPlain: boolean): boolean {
    return this.#streams.encrypts(isPlain);
  }

  addTorrent(infoHash: SecureDial["infoHash"]): void {
    this.#streams.addTorrent(infoHash);
  }

  removeTorrent(infoHash: SecureDial["infoHash"]): void {
    this.#streams.removeTorrent(infoHash);
  }

  dial(dial: SecureDial): ByteStream {
    const { recording, addresses } = this.#masks;
    if (recording.isListening) {
      recording.writer.byte(kinds.DIALLED);
      recording.writer.address(addresses.endpoint(dial.to));
    }
    const recorded = this.#record(dial.handler);
    recorded.stream = this.#streams.dial({ ...dial, handler: recorded });
    return recorded;
  }

  accept(stream: ByteStream, handler: StreamHandler): ByteStream {
    const recorded = this.#record(handler);
    recorded.stream = this.#streams.accept(stream, recorded);
    return recorded;
  }

  #record(handler: StreamHandler): RecordedStream {
    return new RecordedStream(this.#count++, handler, this.#masks, this.#outputs);
  }
}

class RecordedStream implements ByteStream, StreamHandler {
  handler: StreamHandler;
  readonly #number: number;
  readonly #masks: ContentMasks;
  readonly #outputs: OutputDigest;
  readonly #content: ContentRecorder;
  #stream: ByteStream | undefined;

  constructor(number: number, handler: StreamHandler, masks: ContentMasks, outputs: OutputDigest) {
    this.#number = number;
    this.handler = handler;
    this.#masks = masks;
    this.#outputs = outputs;
    this.#content = new ContentRecorder(number, masks);
  }

  // Stream: what the engine does and asks ----------------------------------------------------------------------------

  set stream(stream: ByteStream) {
    this.#stream = stream;
  }

  get remote(): Endpoint {
    return this.#below.remote;
  }

  get transport(): StreamTransport {
    return this.#below.transport;
  }

  get encryption(): StreamEncryption | undefined {
    return this.#below.encryption;
  }

  get queuedBytes(): number {
    const { recording } = this.#masks;
    const { queuedBytes } = this.#below;
    if (recording.isListening) {
      recording.writer.byte(kinds.QUEUED);
      recording.writer.number(queuedBytes);
    }
    return queuedBytes;
  }

  write(bytes: Uint8Array, onSent?: () => void): boolean {
    const { recording } = this.#masks;
    this.#outputs.write(this.#number, bytes);
    if (!recording.isOn || onSent === undefined || !isBlock(bytes)) return this.#below.write(bytes, onSent);
    const isRoom = this.#below.write(bytes, () => this.#event(kinds.SENT, onSent));
    recording.writer.byte(kinds.WROTE);
    recording.writer.byte(isRoom ? 1 : 0);
    return isRoom;
  }

  pauseReading(): void {
    this.#outputs.text("pause");
    this.#outputs.add(this.#number);
    this.#below.pauseReading();
  }

  resumeReading(): void {
    this.#outputs.text("resume");
    this.#outputs.add(this.#number);
    this.#below.resumeReading();
  }

  close(): void {
    this.#outputs.text("close");
    this.#outputs.add(this.#number);
    this.#below.close();
  }

  get #below(): ByteStream {
    if (this.#stream === undefined) throw new Error("the stream is asked before it is there");
    return this.#stream;
  }

  // Handler: what the stream tells -----------------------------------------------------------------------------------

  onOpen(): void {
    const { recording } = this.#masks;
    recording.event(
      kinds.OPEN,
      (writer) => {
        writer.number(this.#number);
        writer.byte(kinds.TRANSPORTS.indexOf(this.transport));
        writer.byte(kinds.ENCRYPTIONS.indexOf(this.encryption));
      },
      () => this.handler.onOpen(),
    );
  }

  onBytes(buffer: Uint8Array, start: number, end: number): void {
    const { recording } = this.#masks;
    if (recording.isOn) this.#content.take(buffer, start, end);
    recording.event(
      kinds.BYTES,
      (writer) => {
        writer.number(this.#number);
        writer.byte(kinds.ENCRYPTIONS.indexOf(this.encryption));
        writer.number(end - start);
      },
      () => this.handler.onBytes(buffer, start, end),
    );
  }

  onWritable(): void {
    this.#event(kinds.WRITABLE, () => this.handler.onWritable());
  }

  onEnd(reason: StreamEnd): void {
    this.#content.end();
    this.#masks.recording.event(
      kinds.END,
      (writer) => {
        writer.number(this.#number);
        writer.byte(kinds.STREAM_ENDS.indexOf(reason));
        writer.byte(kinds.ENCRYPTIONS.indexOf(this.encryption));
      },
      () => this.handler.onEnd(reason),
    );
  }

  #event(kind: number, action: () => void): void {
    this.#masks.recording.event(kind, (writer) => writer.number(this.#number), action);
  }
}
