/**
 * A byte stream behind an MSE handshake, with the face of a byte stream: the peer connection above sees bytes of the
 * peer protocol, the stream below carries what was agreed.
 *
 *                    it is plaintext
 *   recognising --------------------------------> open (plaintext)
 *        \                        agreed
 *         \-----> shaking hands ----------------> open (RC4, or plaintext)
 *                      \--- failed: the stream is closed, its end is told as "not-understood"
 */
import { concatBytes } from "../../core/bytes.ts";
import type { Endpoint } from "../../core/endpoint.ts";
import type {
  ByteStream,
  StreamEncryption,
  StreamEnd,
  StreamHandler,
  StreamTransport,
} from "../../core/ports.ts";
import { PROTOCOL_NAME } from "../protocol/handshake.ts";
import type { CipherBuffers } from "./cipher-buffers.ts";
import { type Agreement, type MseHandshake, RC4 } from "./mse-handshake.ts";
import type { Rc4 } from "./rc4.ts";

interface PendingWrite {
  readonly bytes: Uint8Array;
  readonly onSent: () => void;
}

const noop = (): void => undefined;

/** What an accepted connection turns out to be. */
export interface Recognition {
  /** False: who speaks plaintext is turned away. */
  readonly acceptsPlaintext: boolean;
  /** A handshake for who does not speak plaintext; `undefined` = not now (threats W10). */
  readonly handshake: (stream: SecuredStream) => MseHandshake | undefined;
}

export class SecuredStream implements ByteStream, StreamHandler {
  handler: StreamHandler;
  readonly #buffers: CipherBuffers;
  #stream: ByteStream | undefined;
  #handshake: MseHandshake | undefined;
  #recognition: Recognition | undefined;
  /** First bytes of an accepted connection, until they tell what it is. */
  #head: Uint8Array = new Uint8Array(0);
  /** Written before the stream could carry it. */
  #pending: PendingWrite[] = [];
  #pendingBytes = 0;
  #isOpen = false;
  #hasFailed = false;
  #encryptor: Rc4 | undefined;
  #decryptor: Rc4 | undefined;
  /** Bytes still to be decrypted although the method is plaintext. */
  #encryptedBytes = 0;
  /** Buffer and `onSent` of each encrypted write below, oldest first. */
  readonly #sent: { readonly buffer: Uint8Array; readonly onSent: () => void }[] = [];
  /** `undefined` while in plaintext from the first byte on. */
  encryption: StreamEncryption | undefined;

  constructor(handler: StreamHandler, buffers: CipherBuffers) {
    this.handler = handler;
    this.#buffers = buffers;
  }

  /** A dialled stream, still connecting: `handshake` begins when it stands. */
  dialled(stream: ByteStream, handshake: MseHandshake): void {
    this.#stream = stream;
    this.#handshake = handshake;
  }

  /** An accepted stream, open. */
  accepted(stream: ByteStream, recognition: Recognition): void {
    this.#stream = stream;
    this.#recognition = recognition;
    stream.handler = this;
  }

  /** Whether the other end finished the handshake. */
  get isOpen(): boolean {
    return this.#isOpen;
  }

  get remote(): Endpoint {
    return this.#below.remote;
  }

  get transport(): StreamTransport {
    return this.#below.transport;
  }

  get queuedBytes(): number {
    return this.#pendingBytes + (this.#stream?.queuedBytes ?? 0);
  }

  get #below(): ByteStream {
    if (this.#stream === undefined) throw new Error("the stream is not attached yet");
    return this.#stream;
  }

  /** Bytes of the handshake itself. */
  sendRaw(bytes: Uint8Array): void {
    this.#below.write(bytes);
  }

  /** What waits to be said, for the handshake to carry; it counts as sent when the handshake is. */
  takePending(): Uint8Array {
    const taken = this.#pending;
    this.#pending = [];
    this.#pendingBytes = 0;
    for (const { onSent } of taken) onSent();
    return concatBytes(taken.map(({ bytes }) => bytes));
  }

  write(bytes: Uint8Array, onSent: () => void = noop): boolean {
    if (this.#hasFailed) return false;
    if (!this.#isOpen) {
      this.#pending.push({ bytes, onSent });
      this.#pendingBytes += bytes.length;
      return true;
    }
    if (this.#encryptor === undefined) return this.#below.write(bytes, onSent);
    return this.#writeEncrypted(this.#encryptor, bytes, onSent);
  }

  #writeEncrypted(encryptor: Rc4, bytes: Uint8Array, onSent: () => void): boolean {
    const buffer = this.#buffers.acquire(bytes.length);
    encryptor.apply(bytes, 0, bytes.length, buffer, 0);
    this.#sent.push({ buffer, onSent });
    return this.#below.write(buffer.subarray(0, bytes.length), this.#oldestSent);
  }

  #oldestSent = (): void => {
    const oldest = this.#sent.shift();
    if (oldest === undefined) return;
    this.#buffers.release(oldest.buffer);
    oldest.onSent();
  };

  pauseReading(): void {
    this.#below.pauseReading();
  }

  resumeReading(): void {
    this.#below.resumeReading();
  }

  close(): void {
    this.#below.close();
  }

  // StreamHandler of the stream below -----------------------------------------------------------------------------

  onOpen(): void {
    // First the connection above says what it has to say, so that the handshake can carry it.
    this.handler.onOpen();
    this.#handshake?.begin();
  }

  onBytes(buffer: Uint8Array, start: number, end: number): void {
    if (this.#hasFailed) return;
    if (this.#isOpen) this.#deliver(buffer, start, end);
    else if (this.#recognition !== undefined) this.#recognise(this.#recognition, buffer.subarray(start, end));
    else this.#shakeHands(buffer.subarray(start, end));
  }

  onWritable(): void {
    this.handler.onWritable();
  }

  onEnd(reason: StreamEnd): void {
    this.handler.onEnd(this.#hasFailed ? "not-understood" : reason);
  }

  // Details --------------------------------------------------------------------------------------------------------

  /** Plaintext begins with the name of the protocol; an encrypted handshake does so once in 2^160. */
  #recognise(recognition: Recognition, bytes: Uint8Array): void {
    const head = concatBytes([this.#head, bytes]);
    this.#head = head;
    const isPlaintext = head.subarray(0, PROTOCOL_NAME.length).every((byte, i) => byte === PROTOCOL_NAME[i]);
    if (isPlaintext && head.length < PROTOCOL_NAME.length) return;
    this.#recognition = undefined;
    this.#head = new Uint8Array(0);
    if (!isPlaintext) {
      this.#handshake = recognition.handshake(this);
      if (this.#handshake === undefined) this.#fail();
      else this.#shakeHands(head);
    } else if (recognition.acceptsPlaintext) {
      this.#isOpen = true;
      this.handler.onBytes(head, 0, head.length);
    } else this.#fail();
  }

  #shakeHands(bytes: Uint8Array): void {
    const handshake = this.#handshake;
    handshake?.receive(bytes);
    if (handshake?.failure !== undefined) this.#fail();
    else if (handshake?.agreement !== undefined) this.#agreed(handshake.agreement);
  }

  #agreed(agreement: Agreement): void {
    const { method, encryptor, decryptor, encryptedBytes, rest } = agreement;
    this.#handshake = undefined;
    this.#isOpen = true;
    this.#decryptor = decryptor;
    this.#encryptedBytes = encryptedBytes;
    this.encryption = method === RC4 ? "rc4" : "handshake";
    if (method === RC4) {
      this.#encryptor = encryptor;
      this.#encryptedBytes = Number.POSITIVE_INFINITY;
    }
    for (const { bytes, onSent } of this.#pending) this.write(bytes, onSent);
    this.#pending = [];
    this.#pendingBytes = 0;
    if (rest.length > 0) this.#deliver(rest, 0, rest.length);
  }

  /** Decrypts in place, which the port allows, and passes on. */
  #deliver(buffer: Uint8Array, start: number, end: number): void {
    if (this.#encryptedBytes > 0) {
      const count = Math.min(this.#encryptedBytes, end - start);
      this.#decryptor?.apply(buffer, start, start + count, buffer, start);
      this.#encryptedBytes -= count;
    }
    this.handler.onBytes(buffer, start, end);
  }

  #fail(): void {
    this.#hasFailed = true;
    this.#pending = [];
    this.#pendingBytes = 0;
    this.#below.close();
  }
}
