/**
 * The world as the engines see it: a clock, randomness, datagrams and byte streams. `platform/` implements these
 * on Node, `sim/` in virtual time; nothing below `session/` can tell which one it lives in.
 *
 * Law 4 binds every implementation: a port never calls back into its caller synchronously.
 */
import type { AddressFamily, Endpoint } from "./endpoint.ts";

export interface Clock {
  /** Monotonic milliseconds. Never wall-clock time. */
  nowMs(): number;
  /** Runs `callback` once, `delayMs` from now; dispose to cancel. */
  setTimer(delayMs: number, callback: () => void): Disposable;
}

export interface Random {
  /** `length` bytes nobody can guess (on the platform) or that the seed determines (in the simulator). */
  bytes(length: number): Uint8Array;
  /** Uniform in [0, 1). */
  float(): number;
  /** Uniform integer in [0, exclusiveMax). */
  integer(exclusiveMax: number): number;
}

export interface DatagramSocket {
  /** What the socket is bound to. */
  readonly local: Endpoint;
  /** Best effort, never throws. The payload may be reused by the caller as soon as this returns. */
  send(payload: Uint8Array, to: Endpoint): void;
  /** Every datagram that arrives; the payload is valid only during the call. */
  onDatagram: (payload: Uint8Array, from: Endpoint) => void;
  /** The network said that `to` cannot be reached (ICMP); best effort. */
  onUnreachable: (to: Endpoint) => void;
  close(): void;
}

/** A member of a multicast group on one of our networks. */
export interface GroupSocket {
  readonly family: AddressFamily;
  /** Our address there, which others see what we send come from. */
  readonly host: string;
  /** To everybody of the group there, ourselves included. Best effort, never throws. */
  send(payload: Uint8Array): void;
  /** The payload is valid only during the call; the same datagram may arrive more than once. */
  onDatagram: (payload: Uint8Array, from: Endpoint) => void;
  close(): void;
}

/** How a stream ended. `refused`, `timeout` and `unreachable` happen before it opened. */
export type StreamEnd =
  | "closed-by-us"
  | "closed-by-peer"
  | "reset"
  | "refused"
  | "timeout"
  | "unreachable"
  /** The other end does not speak the encryption that this one asked for. */
  | "not-understood"
  | "error";

/** What the owner of a stream is told. All calls come from the event loop, never from within a call to the stream. */
export interface StreamHandler {
  /** The connection stands; only for dialled streams. */
  onOpen(): void;
  /**
   * Bytes [`start`, `end`) of `buffer` arrived. The buffer is shared by all streams and is overwritten after the
   * call: copy what must live longer. Until then these bytes are the handler's, which may decrypt them in place.
   */
  onBytes(buffer: Uint8Array, start: number, end: number): void;
  /** `queuedBytes` fell back under the stream's low-water mark after a `write` that answered false. */
  onWritable(): void;
  /** Last call of all. */
  onEnd(reason: StreamEnd): void;
}

export type StreamTransport = "tcp" | "utp";

/** How a stream was encrypted: only the handshake at its beginning, all of it, or all with the key of a sealed network. */
export type StreamEncryption = "handshake" | "rc4" | "sealed";

/** An ordered, reliable byte stream to one peer: TCP, uTP, and sealed streams over either, behind one face. */
export interface ByteStream {
  readonly remote: Endpoint;
  readonly transport: StreamTransport;
  /** Absent on streams that are not encrypted, and until both ends have agreed. */
  readonly encryption?: StreamEncryption | undefined;
  /** Bytes accepted by `write` and not yet taken by the network. */
  readonly queuedBytes: number;
  handler: StreamHandler;
  /**
   * Queues `bytes`, which the stream owns until `onSent` is called (or the stream ends). False means: wait for
   * `onWritable` before sending more payload. Writes before `onOpen` are queued.
   */
  write(bytes: Uint8Array, onSent?: () => void): boolean;
  /** Stops delivery, and thereby the sender (back-pressure by the transport's window). */
  pauseReading(): void;
  resumeReading(): void;
  /** Flushes nothing: ends at once. `onEnd("closed-by-us")` follows. */
  close(): void;
}

export interface StreamDialer {
  /** Starts connecting; the outcome arrives as `onOpen` or `onEnd` of `handler`. Never throws. */
  dial(to: Endpoint, handler: StreamHandler, timeoutMs: number): ByteStream;
  /**
   * The peer at `from` is about to call us over uTP, for both of us to get through translators: the next dial to it, which
   * follows, begins with uTP. Absent where there is no uTP.
   */
  expectCall?(from: Endpoint): void;
}

export interface StreamListener {
  readonly local: Endpoint;
  /** A peer connected. The callee sets `stream.handler` before it returns, or closes the stream. */
  onConnection: (stream: ByteStream) => void;
  close(): void;
}
