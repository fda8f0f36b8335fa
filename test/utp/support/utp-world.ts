/** Two hosts with a uTP socket each, in virtual time, and streams between them whose bytes are known beforehand. */
import { endpoint } from "../../../src/core/endpoint.ts";
import type { ByteStream, DatagramSocket, StreamEnd, StreamHandler } from "../../../src/core/ports.ts";
import { DatagramNetwork, TroubledLinks, type TroubledLinksOptions, World } from "../../../src/sim/index.ts";
import { UtpMultiplexer } from "../../../src/utp/index.ts";

export const ALICE = endpoint("10.0.0.1", 6881);
export const BOB = endpoint("10.0.0.2", 6881);

export interface UtpHost {
  readonly socket: DatagramSocket;
  readonly utp: UtpMultiplexer;
}

export interface UtpWorld {
  readonly world: World;
  readonly links: TroubledLinks;
  readonly network: DatagramNetwork;
  readonly alice: UtpHost;
  readonly bob: UtpHost;
}

export function utpWorld(seed: number | string, options: TroubledLinksOptions): UtpWorld {
  const world = new World(seed);
  const links = new TroubledLinks(world, options);
  const network = new DatagramNetwork(world, links);
  const host = (local: typeof ALICE): UtpHost => {
    const socket = network.bind(local);
    const utp = new UtpMultiplexer({ clock: world.clock, random: world.random.fork(local.host), socket });
    socket.onDatagram = (payload, from) => utp.handleDatagram(payload, from);
    return { socket, utp };
  };
  return { world, links, network, alice: host(ALICE), bob: host(BOB) };
}

/** Byte at `offset` of the pattern that streams carry here. */
export function patternByte(offset: number): number {
  return (offset ^ (offset >>> 8) ^ (offset >>> 16)) & 0xff;
}

export function pattern(offset: number, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let i = 0; i < length; i++) bytes[i] = patternByte(offset + i);
  return bytes;
}

/** One end of a stream: counts what comes and compares it with the pattern. */
export class StreamEndpoint implements StreamHandler {
  readonly ends: StreamEnd[] = [];
  isOpen = false;
  receivedBytes = 0;
  wrongBytes = 0;
  writables = 0;
  onFirstBytes: () => void = () => {};

  onOpen(): void {
    this.isOpen = true;
  }

  onBytes(buffer: Uint8Array, start: number, end: number): void {
    if (this.receivedBytes === 0) this.onFirstBytes();
    for (let i = start; i < end; i++) if (buffer[i] !== patternByte(this.receivedBytes++)) this.wrongBytes++;
  }

  onWritable(): void {
    this.writables++;
  }

  onEnd(reason: StreamEnd): void {
    this.ends.push(reason);
  }
}

const CHUNK_BYTES = 16_384;

/** Writes `totalBytes` of the pattern as the stream takes them. */
export class Sender extends StreamEndpoint {
  readonly #totalBytes: number;
  #writtenBytes = 0;
  stream: ByteStream | undefined;

  constructor(totalBytes: number) {
    super();
    this.#totalBytes = totalBytes;
  }

  pump(): void {
    while (this.#writtenBytes < this.#totalBytes && this.stream !== undefined) {
      const length = Math.min(CHUNK_BYTES, this.#totalBytes - this.#writtenBytes);
      const mayGoOn = this.stream.write(pattern(this.#writtenBytes, length));
      this.#writtenBytes += length;
      if (!mayGoOn) return;
    }
  }

  override onOpen(): void {
    super.onOpen();
    this.pump();
  }

  override onWritable(): void {
    super.onWritable();
    this.pump();
  }
}

export interface Transfer {
  readonly sender: Sender;
  readonly receiver: StreamEndpoint;
  /** The accepted end, once it is there. */
  accepted(): ByteStream | undefined;
}

/** Alice dials Bob and sends him `totalBytes`. */
export function transfer({ alice, bob }: UtpWorld, totalBytes: number): Transfer {
  const sender = new Sender(totalBytes);
  const receiver = new StreamEndpoint();
  let accepted: ByteStream | undefined;
  bob.utp.onConnection = (stream) => {
    accepted = stream;
    stream.handler = receiver;
  };
  sender.stream = alice.utp.dial(BOB, sender, 30_000);
  return { sender, receiver, accepted: () => accepted };
}
