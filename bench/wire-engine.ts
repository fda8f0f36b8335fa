/**
 * What the wire engine itself costs, without sockets, hashing and disk: one leech whose peers are byte generators.
 *
 *   node --import ./scripts/typescript.mjs bench/wire-engine.ts [peers=1] [pieceKiB=256] [seconds=4] [mode=leech|seed] [copy=wasm|set]
 *
 * leech: every read fills a shared buffer of 256 KiB with PIECE messages for what was asked, storage answers "good"
 * at once; payload is copied into the slabs by WebAssembly's memory.copy or by TypedArray.set. seed: one peer asks for blocks in windows of 250, storage answers from memory at once. Prints MiB/s and
 * microseconds per block; compare runs of one machine only.
 */
import { endpoint } from "../src/core/endpoint.ts";
import { infoHashFrom, peerIdFrom } from "../src/core/ids.ts";
import type { ByteStream, Clock, StreamHandler } from "../src/core/ports.ts";
import { type BlockSlot, PIECE_HEADER_BYTES, type Slab, type SlabPool } from "../src/core/slab.ts";
import { Bitfield } from "../src/torrent/bitfield.ts";
import { BLOCK_BYTES, PieceMap, SEGMENT_BYTES } from "../src/torrent/piece-map.ts";
import { type Swarm, type SwarmStorage, WireEngine } from "../src/wire/index.ts";
import { encodeHandshake } from "../src/wire/protocol/handshake.ts";
import { writeBlockHeader, writeBlockMessage, writeEmpty } from "../src/wire/protocol/message-encoder.ts";
import { HAVE_ALL, HAVE_NONE, INTERESTED, REQUEST, UNCHOKE } from "../src/wire/protocol/message-ids.ts";

const [peers = 1, pieceKiB = 256, seconds = 4] = process.argv.slice(2, 5).map(Number);
const mode = process.argv[5] ?? "leech";
const copies = process.argv[6] ?? "wasm";
const READ_BYTES = 256 * 1024;
const MESSAGE_BYTES = PIECE_HEADER_BYTES + BLOCK_BYTES;
const map = new PieceMap(64 * 2 ** 30, pieceKiB * 1024);
const infoHash = infoHashFrom(new Uint8Array(20).fill(1));

/** Timers run when the loop says so. */
const timers: { atMs: number; run: (() => void) | undefined }[] = [];
const clock: Clock = {
  nowMs: () => performance.now(),
  setTimer: (delayMs, run) => {
    const timer = { atMs: performance.now() + delayMs, run: run as (() => void) | undefined };
    timers.push(timer);
    return {
      [Symbol.dispose]: () => {
        timer.run = undefined;
      },
    };
  },
};

function runTimers(): void {
  const nowMs = performance.now();
  for (let i = timers.length - 1; i >= 0; i--) {
    const timer = timers[i];
    if (timer === undefined || timer.atMs > nowMs) continue;
    timers.splice(i, 1);
    timer.run?.();
  }
}

/**
 * (module (import "e" "m" (memory 1 4096 shared)) (func (export "copy") (param i32 i32 i32)
 *   (memory.copy (local.get 0) (local.get 1) (local.get 2))))
 */
const COPY_MODULE = new Uint8Array([
  0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00, 0x01, 0x07, 0x01, 0x60, 0x03, 0x7f, 0x7f, 0x7f, 0x00, 0x02,
  0x0a, 0x01, 0x01, 0x65, 0x01, 0x6d, 0x02, 0x03, 0x01, 0x80, 0x20, 0x03, 0x02, 0x01, 0x00, 0x07, 0x08, 0x01,
  0x04, 0x63, 0x6f, 0x70, 0x79, 0x00, 0x00, 0x0a, 0x0e, 0x01, 0x0c, 0x00, 0x20, 0x00, 0x20, 0x01, 0x20, 0x02,
  0xfc, 0x0a, 0x00, 0x00, 0x0b,
]);
const SLAB_BYTES = Math.min(map.pieceBytes, SEGMENT_BYTES);
const SLABS = (128 * 2 ** 20) / SLAB_BYTES;
const PAGE_BYTES = 65_536;
/** What is used of it; the types of Node have it as a namespace only. */
const { WebAssembly: wasm } = globalThis as unknown as {
  WebAssembly: {
    Memory: new (size: { initial: number; maximum: number; shared: true }) => { buffer: SharedArrayBuffer };
    Module: new (bytes: Uint8Array) => object;
    Instance: new (module: object, imports: object) => { exports: { copy: Copy } };
  };
};
type Copy = (target: number, source: number, bytes: number) => void;
const memory = new wasm.Memory({
  initial: (READ_BYTES + SLABS * SLAB_BYTES) / PAGE_BYTES,
  maximum: 4_096,
  shared: true,
});
const { copy } = new wasm.Instance(new wasm.Module(COPY_MODULE), { e: { m: memory } }).exports;

class Slabs implements SlabPool {
  readonly #free: Slab[] = Array.from({ length: SLABS }, (_, i) => ({
    bytes: new Uint8Array(memory.buffer, READ_BYTES + i * SLAB_BYTES, SLAB_BYTES),
    offset: i,
  }));
  copy(source: Uint8Array, start: number, end: number, target: Uint8Array, offset: number): void {
    if (copies === "set") target.set(source.subarray(start, end), offset);
    else copy(target.byteOffset + offset, source.byteOffset + start, end - start);
  }
  acquire(): Slab | undefined {
    return this.#free.pop();
  }
  release(slab: Slab): void {
    this.#free.push(slab);
  }
}

/** A peer of the engine: hears what is written, and speaks when the loop lets it. */
class Source implements ByteStream {
  readonly remote;
  readonly transport = "tcp" as const;
  readonly queuedBytes = 0;
  handler!: StreamHandler;
  readonly #asked: number[] = [];
  readonly sent: (() => void)[] = [];
  heardBytes = 0;
  isPaused = false;

  constructor(index: number) {
    this.remote = endpoint(`127.0.${index >> 8}.${index & 255}`, 7_000 + index);
  }

  write(bytes: Uint8Array, onSent?: () => void): boolean {
    this.heardBytes += bytes.length;
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    for (let at = 0; at + 17 <= bytes.length && bytes.length < 8_192; ) {
      const length = view.getUint32(at);
      if (length === 13 && bytes[at + 4] === REQUEST)
        this.#asked.push(view.getUint32(at + 5), view.getUint32(at + 9));
      at += 4 + length;
    }
    if (onSent !== undefined) this.sent.push(onSent);
    return true;
  }

  /** Fills `buffer` with answers; how many bytes. */
  answer(buffer: Uint8Array): number {
    let at = 0;
    let taken = 0;
    while (taken < this.#asked.length && at + MESSAGE_BYTES <= buffer.length) {
      writeBlockHeader(
        buffer.subarray(at),
        this.#asked[taken] as number,
        this.#asked[taken + 1] as number,
        BLOCK_BYTES,
      );
      at += MESSAGE_BYTES;
      taken += 2;
    }
    this.#asked.splice(0, taken);
    return at;
  }

  pauseReading(): void {
    this.isPaused = true;
  }
  resumeReading(): void {
    this.isPaused = false;
  }
  close(): void {
    throw new Error("the engine closed a peer of the benchmark");
  }
}

const slabs = new Slabs();
const random = {
  bytes: (length: number) => new Uint8Array(length).map(() => Math.random() * 256),
  float: Math.random,
  integer: (max: number) => Math.floor(Math.random() * max),
};
const engine = new WireEngine({
  clock,
  random,
  slabs,
  addressProfile: "loopback",
  config: {
    maxConnectionsPerTorrent: peers,
    maxConnections: peers,
    maxPendingIncoming: peers,
    uploadSlots: peers,
  },
  dialer: {
    dial: () => {
      throw new Error("nothing is dialled here");
    },
  },
});

const verdicts: number[] = [];
const reads: number[] = [];
const segmentsOf = new Map<number, number>();
const slots: BlockSlot[] = [];
const storage: SwarmStorage = {
  storeSegment: (piece, _offset, slab, lengthBytes) => {
    slabs.release(slab);
    const stored = (segmentsOf.get(piece) ?? 0) + lengthBytes;
    segmentsOf.set(piece, stored);
    if (stored < map.bytesOf(piece)) return;
    segmentsOf.delete(piece);
    verdicts.push(piece);
  },
  discardPiece: () => {},
  readBlock: (token) => reads.push(token),
  releaseSlot: (slot) => slots.push(slot),
};
const have = new Bitfield(map.pieceCount);
if (mode === "seed") have.setAll();
const swarm: Swarm = engine.addSwarm({ infoHash, listenPort: 0, onEvent: () => {} });
swarm.setContent({
  pieceMap: map,
  rawInfo: new Uint8Array([0x64, 0x65]),
  have,
  priorities: new Uint8Array(map.pieceCount).fill(4),
  storage,
});
swarm.start();

const shared = new Uint8Array(memory.buffer, 0, READ_BYTES);
const sources = Array.from({ length: peers }, (_, i) => {
  const source = new Source(i + 1);
  engine.accept(source);
  const id = peerIdFrom(new Uint8Array(20).fill(i + 2));
  shared.set(encodeHandshake(infoHash, id, { hasExtensions: false, hasFast: true, hasDht: false }));
  let end = 68;
  if (mode === "seed") {
    end = writeEmpty(shared, end, HAVE_NONE);
    end = writeEmpty(shared, end, INTERESTED);
  } else {
    end = writeEmpty(shared, end, HAVE_ALL);
    end = writeEmpty(shared, end, UNCHOKE);
  }
  source.handler.onBytes(shared, 0, end);
  return source;
});

let nextRequest = 0;
/** The peer asks for another 250 blocks in a row. */
function askMore(source: Source): void {
  let end = 0;
  for (let i = 0; i < 250; i++, nextRequest++) {
    const piece = Math.floor((nextRequest * BLOCK_BYTES) / map.pieceBytes) % map.pieceCount;
    end = writeBlockMessage(
      shared,
      end,
      REQUEST,
      piece,
      (nextRequest * BLOCK_BYTES) % map.pieceBytes,
      BLOCK_BYTES,
    );
  }
  source.handler.onBytes(shared, 0, end);
}

function step(): void {
  for (const source of sources) {
    if (mode === "seed") {
      const before = reads.length;
      if (before === 0 && source.sent.length === 0) askMore(source);
      for (const token of reads.splice(0))
        swarm.blockRead(token, slots.pop() ?? { buffer: new Uint8Array(MESSAGE_BYTES) });
      for (const sent of source.sent.splice(0)) sent();
    } else {
      const end = source.isPaused ? 0 : source.answer(shared);
      if (end > 0) source.handler.onBytes(shared, 0, end);
      for (const sent of source.sent.splice(0)) sent();
    }
  }
  for (const piece of verdicts.splice(0)) swarm.pieceChecked(piece, { kind: "good" });
  runTimers();
}

const bytes = () =>
  mode === "seed" ? swarm.view().totals.uploadedBytes : swarm.view().totals.downloadedBytes;
function run(durationMs: number): { mib: number; perBlockUs: number } {
  const before = bytes();
  const cpuBefore = process.cpuUsage();
  const startMs = performance.now();
  while (performance.now() - startMs < durationMs) for (let i = 0; i < 16; i++) step();
  const elapsedMs = performance.now() - startMs;
  const moved = bytes() - before;
  const cpu = process.cpuUsage(cpuBefore);
  return {
    mib: moved / 2 ** 20 / (elapsedMs / 1000),
    perBlockUs: (cpu.user + cpu.system) / (moved / BLOCK_BYTES),
  };
}

run(1_500); // warm-up
const result = run(seconds * 1_000);
console.log(
  `${mode} copy=${copies} peers=${peers} piece=${pieceKiB}KiB  ${result.mib.toFixed(0)} MiB/s  ${result.perBlockUs.toFixed(2)} us of CPU a block  rss ${(process.memoryUsage.rss() / 2 ** 20).toFixed(0)} MiB`,
);
process.exit(0);
