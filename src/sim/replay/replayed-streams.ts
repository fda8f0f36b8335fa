/** Streams of peers that are not there: they answer and bring what was recorded. */
import { type Endpoint, formatEndpoint } from "../../core/endpoint.ts";
import type { ByteStream, StreamEncryption, StreamHandler, StreamTransport } from "../../core/ports.ts";
import {
  isBlock,
  type OutputDigest,
  type PeerStreams,
  QUEUED,
  type SecureDial,
  WROTE,
} from "../../wire/index.ts";
import { Divergence, type ReplayScript } from "./replay-script.ts";

export class ReplayedStreams implements PeerStreams {
  readonly policy: PeerStreams["policy"];
  readonly #script: ReplayScript;
  readonly #outputs: OutputDigest;
  readonly #streams = new Map<number, ReplayedStream>();
  #count = 0;

  constructor(policy: PeerStreams["policy"], script: ReplayScript, outputs: OutputDigest) {
    this.policy = policy;
    this.#script = script;
    this.#outputs = outputs;
  }

  encrypts(isPlain: boolean): boolean {
    return this.policy === "require" || (this.policy === "prefer" && !isPlain);
  }

  addTorrent(): void {}

  removeTorrent(): void {}

  dial({ to, handler }: SecureDial): ByteStream {
    const recorded = formatEndpoint(this.#script.address());
    if (recorded !== formatEndpoint(to))
      throw new Divergence(
        `the engine dials ${formatEndpoint(to)}, where in the recording it dials ${recorded}`,
      );
    return this.#open(to, "tcp", handler);
  }

  accept(stream: ByteStream, handler: StreamHandler): ByteStream {
    return this.#open(stream.remote, stream.transport, handler);
  }

  of(number: number): ReplayedStream {
    const stream = this.#streams.get(number);
    if (stream === undefined) throw new Divergence(`there is no connection ${number} in the replay`);
    return stream;
  }

  ended(number: number): void {
    this.#streams.delete(number);
  }

  #open(remote: Endpoint, transport: StreamTransport, handler: StreamHandler): ReplayedStream {
    const number = this.#count++;
    const stream = new ReplayedStream(number, { remote, transport, handler }, this.#script, this.#outputs);
    this.#streams.set(number, stream);
    return stream;
  }
}

export class ReplayedStream implements ByteStream {
  readonly remote: Endpoint;
  transport: StreamTransport;
  encryption: StreamEncryption | undefined;
  handler: StreamHandler;
  readonly #number: number;
  readonly #script: ReplayScript;
  readonly #outputs: OutputDigest;
  /** Blocks that wait to leave, oldest first. */
  readonly #blocks: (() => void)[] = [];

  constructor(
    number: number,
    { remote, transport, handler }: Pick<ByteStream, "remote" | "transport" | "handler">,
    script: ReplayScript,
    outputs: OutputDigest,
  ) {
    this.#number = number;
    this.remote = remote;
    this.transport = transport;
    this.handler = handler;
    this.#script = script;
    this.#outputs = outputs;
  }

  get queuedBytes(): number {
    return this.#script.number(QUEUED);
  }

  write(bytes: Uint8Array, onSent?: () => void): boolean {
    this.#outputs.write(this.#number, bytes);
    if (onSent === undefined || !isBlock(bytes)) return true;
    this.#blocks.push(onSent);
    return this.#script.flag(WROTE);
  }

  /** The oldest block has left. */
  blockLeft(): void {
    const onSent = this.#blocks.shift();
    if (onSent === undefined) throw new Divergence("a block has left that the engine did not send");
    onSent();
  }

  pauseReading(): void {
    this.#note("pause");
  }

  resumeReading(): void {
    this.#note("resume");
  }

  close(): void {
    this.#note("close");
  }

  #note(what: string): void {
    this.#outputs.text(what);
    this.#outputs.add(this.#number);
  }
}
