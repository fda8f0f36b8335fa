/**
 * One dial by two ways. To its user it is one stream: what is written before it stands waits, and how it failed is what
 * the first way said. Once the peer has said something, events go from the stream to the user without a detour.
 */
import type { Endpoint } from "../../core/endpoint.ts";
import type {
  ByteStream,
  Clock,
  StreamDialer,
  StreamEnd,
  StreamHandler,
  StreamTransport,
} from "../../core/ports.ts";

export interface DialRaceOptions {
  readonly clock: Clock;
  readonly to: Endpoint;
  readonly handler: StreamHandler;
  /** Of the whole race. */
  readonly timeoutMs: number;
  readonly first: StreamDialer;
  readonly second: StreamDialer;
  /** The second begins after this time, or when the first has failed. */
  readonly headStartMs: number;
  /** The peer said something over the stream that won, or ended it without a word. */
  readonly onOutcome: (transport: StreamTransport, hasSpoken: boolean) => void;
}

/** The second has at least this long where the first failed at its very end: a round trip of the longest paths. */
const MIN_SECOND_MS = 1_000;

interface EarlyWrite {
  readonly bytes: Uint8Array;
  readonly onSent: (() => void) | undefined;
}

export class DialRace implements ByteStream {
  readonly remote: Endpoint;
  readonly #options: DialRaceOptions;
  readonly #startedMs: number;
  readonly #attempts = new Set<ByteStream>();
  readonly #first: ByteStream;
  readonly #earlyWrites: EarlyWrite[] = [];
  #handler: StreamHandler;
  #secondTimer: Disposable | undefined;
  #hasSecondBegun = false;
  #failure: StreamEnd | undefined;
  #winner: ByteStream | undefined;
  #hasSpoken = false;
  #isReadingPaused = false;
  #isOver = false;

  constructor(options: DialRaceOptions) {
    this.remote = options.to;
    this.#options = options;
    this.#handler = options.handler;
    this.#startedMs = options.clock.nowMs();
    this.#first = this.#attempt(options.first, options.timeoutMs);
    if (options.headStartMs === 0) this.#beginSecond();
    else
      this.#secondTimer = options.clock.setTimer(options.headStartMs, () => {
        this.#beginSecond();
      });
  }

  get transport(): StreamTransport {
    return (this.#winner ?? this.#first).transport;
  }

  get queuedBytes(): number {
    if (this.#winner !== undefined) return this.#winner.queuedBytes;
    return this.#earlyWrites.reduce((sum, { bytes }) => sum + bytes.length, 0);
  }

  get handler(): StreamHandler {
    return this.#handler;
  }

  set handler(handler: StreamHandler) {
    this.#handler = handler;
    if (this.#winner !== undefined && this.#hasSpoken) this.#winner.handler = handler;
  }

  write(bytes: Uint8Array, onSent?: () => void): boolean {
    if (this.#winner !== undefined) return this.#winner.write(bytes, onSent);
    if (this.#isOver) return false;
    this.#earlyWrites.push({ bytes, onSent });
    return true;
  }

  pauseReading(): void {
    this.#isReadingPaused = true;
    this.#winner?.pauseReading();
  }

  resumeReading(): void {
    this.#isReadingPaused = false;
    this.#winner?.resumeReading();
  }

  close(): void {
    if (this.#winner !== undefined) this.#winner.close();
    else if (!this.#isOver) {
      this.#stop();
      this.#options.clock.setTimer(0, () => this.#handler.onEnd("closed-by-us"));
    }
  }

  #attempt(dialer: StreamDialer, timeoutMs: number): ByteStream {
    const stream = dialer.dial(
      this.remote,
      {
        onOpen: () => this.#opened(stream),
        onBytes: () => {},
        onWritable: () => {},
        onEnd: (reason) => this.#failed(stream, reason),
      },
      timeoutMs,
    );
    this.#attempts.add(stream);
    return stream;
  }

  #beginSecond(): void {
    if (this.#hasSecondBegun) return;
    this.#hasSecondBegun = true;
    this.#secondTimer?.[Symbol.dispose]();
    const { clock, second, timeoutMs } = this.#options;
    const leftMs = timeoutMs - (clock.nowMs() - this.#startedMs);
    this.#attempt(second, Math.max(MIN_SECOND_MS, leftMs));
  }

  #opened(stream: ByteStream): void {
    if (this.#isOver) return;
    this.#attempts.delete(stream);
    this.#stop();
    this.#winner = stream;
    stream.handler = this.#listening(stream);
    if (this.#isReadingPaused) stream.pauseReading();
    for (const { bytes, onSent } of this.#earlyWrites.splice(0)) stream.write(bytes, onSent);
    this.#handler.onOpen();
  }

  /** Between the user and the stream that won, until the peer says something. */
  #listening(stream: ByteStream): StreamHandler {
    return {
      onOpen: () => {},
      onBytes: (buffer, start, end) => {
        this.#hasSpoken = true;
        stream.handler = this.#handler;
        this.#options.onOutcome(stream.transport, true);
        this.#handler.onBytes(buffer, start, end);
      },
      onWritable: () => this.#handler.onWritable(),
      onEnd: (reason) => {
        if (reason !== "closed-by-us") this.#options.onOutcome(stream.transport, false);
        this.#handler.onEnd(reason);
      },
    };
  }

  #failed(stream: ByteStream, reason: StreamEnd): void {
    this.#attempts.delete(stream);
    if (this.#isOver) return;
    if (this.#failure === undefined || stream === this.#first) this.#failure = reason;
    if (!this.#hasSecondBegun) this.#beginSecond();
    else if (this.#attempts.size === 0) {
      this.#stop();
      this.#handler.onEnd(this.#failure);
    }
  }

  /** Nothing more is tried. */
  #stop(): void {
    this.#isOver = true;
    this.#secondTimer?.[Symbol.dispose]();
    for (const attempt of this.#attempts) attempt.close();
    this.#attempts.clear();
  }
}
