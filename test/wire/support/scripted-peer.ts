/** A peer that does exactly what a test says, byte by byte, and writes down what it hears. */
import { concatBytes, fromHex } from "../../../src/core/bytes.ts";
import { type Endpoint, endpoint } from "../../../src/core/endpoint.ts";
import { type InfoHash, peerIdFrom } from "../../../src/core/ids.ts";
import type { ByteStream, StreamEnd, StreamHandler } from "../../../src/core/ports.ts";
import { BLOCK_BYTES } from "../../../src/torrent/piece-map.ts";
import { encodeHandshake, type HandshakeFeatures } from "../../../src/wire/protocol/handshake.ts";
import {
  messageWithBody,
  writeBlockMessage,
  writeEmpty,
  writeIndex,
} from "../../../src/wire/protocol/message-encoder.ts";
import * as ids from "../../../src/wire/protocol/message-ids.ts";
import type { TestTorrent } from "./a-torrent.ts";
import { type Recording, recordingDecoder } from "./recording-sink.ts";
import type { SwarmWorld } from "./swarm-world.ts";

export interface ScriptedOptions {
  readonly features?: HandshakeFeatures;
  /** The last byte of its peer id, the only one that is not 0x5a. */
  readonly idByte?: number;
  /** Answers every request with the right block as soon as it hears it. */
  readonly serves?: TestTorrent;
}

export class ScriptedPeer {
  readonly host: string;
  readonly address: Endpoint;
  readonly recording: Recording;
  readonly #options: ScriptedOptions;
  #stream: ByteStream | undefined;
  ended: StreamEnd | undefined;
  /** Payload of blocks that it sent. */
  sentBlocks = 0;
  /** Decides whether and how a request is answered; `undefined` = not at all. */
  answer: (piece: number, begin: number, block: Uint8Array) => Uint8Array | undefined = (_p, _b, block) =>
    block;

  /** Hears extended messages as they come. */
  onExtended: (id: number, body: Uint8Array) => void = () => {};

  constructor(host: string, options: ScriptedOptions = {}) {
    this.host = host;
    this.address = endpoint(host, 6881);
    this.#options = options;
    const features = options.features ?? { hasExtensions: false, hasFast: true, hasDht: false };
    this.recording = recordingDecoder({ hasHandshake: true, ...features });
  }

  /** Lines heard so far, handshakes and payloads left out. */
  get heard(): string[] {
    return this.recording.lines.filter((line) => !/^(head|peer-id|payload)/.test(line));
  }

  heardOf(verb: string): string[] {
    return this.heard.filter((line) => line.split(" ")[0] === verb);
  }

  get isOpen(): boolean {
    return this.#stream !== undefined && this.ended === undefined;
  }

  /** Takes connections at its address. */
  listen(world: SwarmWorld): this {
    world.network.listen(this.address).onConnection = (stream) => {
      stream.handler = this.#handler();
      this.#stream = stream;
    };
    return this;
  }

  dial(world: SwarmWorld, to: { readonly address: Endpoint }): this {
    this.#stream = world.network.dialerFor(this.host).dial(to.address, this.#handler(), 10_000);
    return this;
  }

  send(...messages: readonly Uint8Array[]): void {
    this.#stream?.write(concatBytes(messages));
  }

  /** Dials, shakes hands and waits until the other side has introduced itself. */
  greet(world: SwarmWorld, to: { readonly address: Endpoint }, infoHash: InfoHash): this {
    this.dial(world, to);
    this.sendHandshake(infoHash);
    world.world.runFor(500);
    return this;
  }

  sendHandshake(infoHash: InfoHash): void {
    const features = this.#options.features ?? { hasExtensions: false, hasFast: true, hasDht: false };
    const id = new Uint8Array(20).fill(0x5a);
    id[19] = this.#options.idByte ?? 0x5a;
    this.send(encodeHandshake(infoHash, peerIdFrom(id), features));
  }

  pauseReading(): void {
    this.#stream?.pauseReading();
  }

  resumeReading(): void {
    this.#stream?.resumeReading();
  }

  close(): void {
    this.#stream?.close();
  }

  #handler(): StreamHandler {
    return {
      onOpen: () => {},
      onBytes: (buffer, start, end) => {
        const from = this.recording.lines.length;
        this.recording.decoder.receive(buffer, start, end);
        for (const line of this.recording.lines.slice(from)) this.#react(line);
      },
      onWritable: () => {},
      onEnd: (reason) => {
        this.ended = reason;
      },
    };
  }

  #react(line: string): void {
    const torrent = this.#options.serves;
    if (line.startsWith("extended ")) {
      const [, id, body] = line.split(" ");
      this.onExtended(Number(id), fromHex(body ?? "") ?? new Uint8Array(0));
    }
    const [verb, piece, begin, length] = line.split(" ");
    if (torrent === undefined || verb !== "request") return;
    const start = torrent.map.startOf(Number(piece)) + Number(begin);
    const block = this.answer(
      Number(piece),
      Number(begin),
      torrent.content.slice(start, start + Number(length)),
    );
    if (block === undefined) return;
    this.sentBlocks++;
    this.send(blockMessage(Number(piece), Number(begin), block));
  }
}

export function emptyMessage(id: number): Uint8Array {
  const bytes = new Uint8Array(5);
  writeEmpty(bytes, 0, id);
  return bytes;
}

export function indexMessage(id: number, index: number): Uint8Array {
  const bytes = new Uint8Array(9);
  writeIndex(bytes, 0, id, index);
  return bytes;
}

export function requestMessage(
  piece: number,
  begin: number,
  length: number = BLOCK_BYTES,
  id = ids.REQUEST,
): Uint8Array {
  const bytes = new Uint8Array(17);
  writeBlockMessage(bytes, 0, id, piece, begin, length);
  return bytes;
}

export function blockMessage(piece: number, begin: number, block: Uint8Array): Uint8Array {
  const body = new Uint8Array(8 + block.length);
  const view = new DataView(body.buffer);
  view.setUint32(0, piece);
  view.setUint32(4, begin);
  body.set(block, 8);
  return messageWithBody(ids.PIECE, body);
}
