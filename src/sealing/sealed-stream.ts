/**
 * A byte stream between two members of a sealed network, with the face of any other: nothing of the protocol above is said
 * before both ends have proved the network's key, and everything is encrypted with keys that were agreed on for this connection.
 *
 *   dialled:   connecting --open--> first message sent --second message--> open
 *   accepted:  silent --first message, by a member, for us, now, for the first time--> second message sent: open
 *   anything else: closed, and nothing sent
 */
import { concatBytes } from "../core/bytes.ts";
import type { Endpoint } from "../core/endpoint.ts";
import { NO_HANDLER } from "../core/no-handler.ts";
import type { ByteStream, StreamEnd, StreamHandler, StreamTransport } from "../core/ports.ts";
import type { FrameMemory } from "./frame-memory.ts";
import { FrameOpener } from "./frame-opener.ts";
import { FrameSealer } from "./frame-sealer.ts";
import type { NoiseHandshake, SessionKeys } from "./noise-handshake.ts";
import { NO_BYTES, type SealingCrypto } from "./sealing-crypto.ts";

/** One side of the handshake. Messages have a length that is known before. */
export interface HandshakeSide {
  /** Bytes of the message that is awaited. */
  readonly awaitedBytes: number;
  /** Sent when the stream stands; undefined for who is called. */
  first(): Uint8Array | undefined;
  /** What the awaited message means. */
  take(message: Uint8Array): HandshakeEnd | undefined;
}

export interface HandshakeEnd {
  readonly handshake: NoiseHandshake;
  readonly isInitiator: boolean;
  readonly reply: Uint8Array | undefined;
}

export interface SealingProgress {
  /** Both ends are members. */
  sealed(): void;
  /** The stream is gone, whether it came so far or not. */
  ended(): void;
}

interface EarlyWrite {
  readonly bytes: Uint8Array;
  readonly onSent: (() => void) | undefined;
}

export class SealedStream implements ByteStream, StreamHandler {
  readonly encryption = "sealed";
  readonly #crypto: SealingCrypto;
  readonly #memory: FrameMemory;
  readonly #side: HandshakeSide;
  readonly #progress: SealingProgress;
  #handler: StreamHandler | undefined;
  #stream: ByteStream | undefined;
  #received: Uint8Array = NO_BYTES;
  readonly #early: EarlyWrite[] = [];
  #sealer: FrameSealer | undefined;
  #opener: FrameOpener | undefined;
  #hasFailed = false;

  /** `handler` of a dialled stream; an accepted one gets it when `sealed` is called. */
  constructor(
    crypto: SealingCrypto,
    memory: FrameMemory,
    side: HandshakeSide,
    handler: StreamHandler | undefined,
    progress: SealingProgress,
  ) {
    this.#crypto = crypto;
    this.#memory = memory;
    this.#side = side;
    this.#handler = handler;
    this.#progress = progress;
  }

  /** The stream below; right after the constructor. */
  attach(stream: ByteStream): void {
    this.#stream = stream;
  }

  get remote(): Endpoint {
    return this.#below.remote;
  }

  get transport(): StreamTransport {
    return this.#below.transport;
  }

  get queuedBytes(): number {
    return this.#below.queuedBytes + this.#early.reduce((sum, { bytes }) => sum + bytes.length, 0);
  }

  get handler(): StreamHandler {
    return this.#handler ?? NO_HANDLER;
  }

  set handler(handler: StreamHandler) {
    this.#handler = handler;
  }

  write(bytes: Uint8Array, onSent?: () => void): boolean {
    if (this.#hasFailed) return false;
    if (this.#sealer !== undefined) return this.#sealer.send(bytes, this.#below, onSent);
    this.#early.push({ bytes, onSent });
    return true;
  }

  pauseReading(): void {
    this.#below.pauseReading();
  }

  resumeReading(): void {
    this.#below.resumeReading();
  }

  close(): void {
    this.#below.close();
  }

  /** Closes a stream whose other end is taken for no member. */
  giveUp(): void {
    this.#hasFailed = true;
    this.#early.length = 0;
    this.#below.close();
  }

  // What the stream below tells.

  onOpen(): void {
    const first = this.#side.first();
    if (first !== undefined) this.#below.write(first);
  }

  onBytes(buffer: Uint8Array, start: number, end: number): void {
    if (this.#hasFailed) return;
    if (this.#opener === undefined) this.#shakeHands(buffer.subarray(start, end));
    else this.#deliver(this.#opener, buffer, start, end);
  }

  onWritable(): void {
    if (this.#sealer !== undefined) this.handler.onWritable();
  }

  /** Who does not know the key closes, and so do we: to the caller such a peer has reset the connection. */
  onEnd(reason: StreamEnd): void {
    this.#progress.ended();
    this.handler.onEnd(this.#hasFailed ? "reset" : reason);
  }

  get #below(): ByteStream {
    if (this.#stream === undefined) throw new Error("the stream is not attached yet");
    return this.#stream;
  }

  #shakeHands(bytes: Uint8Array): void {
    const received = concatBytes([this.#received, bytes]);
    this.#received = received;
    const { awaitedBytes } = this.#side;
    if (received.length < awaitedBytes) return;
    const end = this.#side.take(received.subarray(0, awaitedBytes));
    this.#received = NO_BYTES;
    if (end === undefined) this.giveUp();
    else this.#open(end, received.subarray(awaitedBytes));
  }

  #open({ handshake, isInitiator, reply }: HandshakeEnd, rest: Uint8Array): void {
    if (reply !== undefined) this.#below.write(reply);
    const { fromInitiator, fromResponder }: SessionKeys = handshake.split();
    this.#sealer = new FrameSealer(this.#crypto, this.#memory, isInitiator ? fromInitiator : fromResponder);
    const opener = new FrameOpener(this.#crypto, this.#memory, isInitiator ? fromResponder : fromInitiator);
    this.#opener = opener;
    this.#progress.sealed();
    if (isInitiator) this.handler.onOpen();
    for (const { bytes, onSent } of this.#early.splice(0)) this.write(bytes, onSent);
    if (rest.length > 0) this.#deliver(opener, rest, 0, rest.length);
  }

  #deliver(opener: FrameOpener, buffer: Uint8Array, start: number, end: number): void {
    const payload = opener.open(buffer, start, end);
    if (payload === undefined) this.giveUp();
    else if (payload.length > 0) this.handler.onBytes(payload, 0, payload.length);
  }
}
