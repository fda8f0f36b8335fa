/**
 * Shared memory with a fast way to move bytes inside of it. V8 copies into shared memory word by word where source and
 * target are equally aligned and byte by byte where not, which the payload of PIECE messages (13 bytes of header) never
 * is: 3 GB/s. `memory.copy` of WebAssembly is the C library's: 10 to 27 GB/s (docs/benchmarks.md). So the memory is that
 * of a WebAssembly instance of one instruction, and both the receive buffer and the slabs lie in it.
 */
import { invariant } from "../core/invariant.ts";

export interface CopyingMemory {
  readonly buffer: SharedArrayBuffer;
  /** Moves `lengthBytes` bytes within `buffer`. The caller has checked the bounds. */
  readonly move: (to: number, from: number, lengthBytes: number) => void;
}

/** The part of WebAssembly's API that is used here; Node's types leave it to those of browsers. */
interface WebAssemblyApi {
  readonly Memory: new (limits: {
    readonly initial: number;
    readonly maximum: number;
    readonly shared: true;
  }) => { readonly buffer: SharedArrayBuffer };
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (
    module: object,
    imports: Readonly<Record<string, Readonly<Record<string, object>>>>,
  ) => { readonly exports: Readonly<Record<string, unknown>> };
}

const { WebAssembly: api } = globalThis as unknown as { readonly WebAssembly: WebAssemblyApi };

/** Size of a page of WebAssembly memory. */
const PAGE_BYTES = 65_536;

/** `sizeBytes` of memory, a multiple of 64 KiB, untouched and zero. */
export function copyingMemory(sizeBytes: number): CopyingMemory {
  invariant(sizeBytes % PAGE_BYTES === 0, `WebAssembly memory comes in pages of ${PAGE_BYTES} bytes`);
  try {
    return withWebAssembly(sizeBytes / PAGE_BYTES);
  } catch {
    // No address space for its guard regions (a limit on virtual memory), or no WebAssembly at all.
    return plain(sizeBytes);
  }
}

function withWebAssembly(pages: number): CopyingMemory {
  const memory = new api.Memory({ shared: true, initial: pages, maximum: pages });
  const module = new api.Module(moduleBytes(pages));
  const { move } = new api.Instance(module, { host: { memory } }).exports;
  invariant(typeof move === "function", "the module exports what it defines");
  return { buffer: memory.buffer, move: move as CopyingMemory["move"] };
}

function plain(sizeBytes: number): CopyingMemory {
  const buffer = new SharedArrayBuffer(sizeBytes);
  const bytes = new Uint8Array(buffer);
  return { buffer, move: (to, from, lengthBytes) => bytes.copyWithin(to, from, from + lengthBytes) };
}

/**
 * (module
 *   (import "host" "memory" (memory PAGES PAGES shared))
 *   (func (export "move") (param i32 i32 i32)
 *     local.get 0  local.get 1  local.get 2  memory.copy))
 *
 * Binary format: WebAssembly Core Specification 2.0, chapter 5.
 */
function moduleBytes(pages: number): Uint8Array {
  const I32 = 0x7f;
  const HAS_MAXIMUM_AND_IS_SHARED = 0x03;
  const [LOCAL_GET, MEMORY_COPY, END] = [0x20, [0xfc, 0x0a, 0x00, 0x00], 0x0b];
  const body = [0x00, LOCAL_GET, 0, LOCAL_GET, 1, LOCAL_GET, 2, ...MEMORY_COPY, END];
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
    ...section(1, [1, 0x60, 3, I32, I32, I32, 0]),
    ...section(2, [
      ...[1, ...text("host"), ...text("memory")],
      ...[0x02, HAS_MAXIMUM_AND_IS_SHARED, ...leb128(pages), ...leb128(pages)],
    ]),
    ...section(3, [1, 0]),
    ...section(7, [1, ...text("move"), 0x00, 0]),
    ...section(10, [1, body.length, ...body]),
  ]);
}

function section(id: number, content: readonly number[]): number[] {
  return [id, ...leb128(content.length), ...content];
}

function text(name: string): number[] {
  return [name.length, ...Buffer.from(name, "ascii")];
}

/** Unsigned LEB128: seven bits a byte, the lowest first. */
function leb128(value: number): number[] {
  const bytes: number[] = [];
  for (let rest = value; ; rest >>>= 7) {
    if (rest < 0x80) return [...bytes, rest];
    bytes.push((rest & 0x7f) | 0x80);
  }
}
