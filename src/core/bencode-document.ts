/**
 * Reads scanned bencoded bytes in place: a view is an offset, a child is found by walking, nothing is decoded
 * before it is asked for. Used for `.torrent` files, where millions of tokens must not become millions of objects
 * and the info-hash is the hash of the original bytes (BEP 3; threats P2, P4).
 */
import { type BencodeLimits, scanBencode, skipValue, stringSpan } from "./bencode-scanner.ts";
import { utf8Text } from "./bytes.ts";
import { type Decoded, decoded } from "./decoded.ts";

const CHAR_0 = 0x30;
const CHAR_MINUS = 0x2d;
const CHAR_E = 0x65;

export type BencodeKind = "dictionary" | "list" | "string" | "integer";

/** Opens `bytes` as one value within `limits`. The bytes are borrowed, not copied. */
export function openBencode(bytes: Uint8Array, limits: BencodeLimits): Decoded<BencodeView> {
  const scan = scanBencode(bytes, limits);
  return scan.ok ? decoded(new BencodeView(bytes, 0)) : scan;
}

export class BencodeView {
  readonly #bytes: Uint8Array;
  readonly #offset: number;

  constructor(bytes: Uint8Array, offset: number) {
    this.#bytes = bytes;
    this.#offset = offset;
  }

  get kind(): BencodeKind {
    const first = String.fromCharCode(this.#bytes[this.#offset] as number);
    if (first === "d") return "dictionary";
    if (first === "l") return "list";
    return first === "i" ? "integer" : "string";
  }

  /** The bytes of the whole value as they stood in the input. */
  raw(): Uint8Array {
    return this.#bytes.subarray(this.#offset, skipValue(this.#bytes, this.#offset));
  }

  /** Content of a string, `undefined` for other kinds. */
  bytes(): Uint8Array | undefined {
    if (this.kind !== "string") return undefined;
    const { start, end } = stringSpan(this.#bytes, this.#offset);
    return this.#bytes.subarray(start, end);
  }

  /** Content of a string as UTF-8, with U+FFFD for what is not. */
  text(): string | undefined {
    const content = this.bytes();
    return content === undefined ? undefined : utf8Text(content);
  }

  /** An integer within ±2^53; `undefined` for other kinds and for integers beyond. */
  integer(): number | undefined {
    if (this.kind !== "integer") return undefined;
    const isNegative = this.#bytes[this.#offset + 1] === CHAR_MINUS;
    let value = 0;
    // The scanner allows 20 digits: a double overflows its exact range there, which is told apart below.
    for (let i = this.#offset + (isNegative ? 2 : 1); this.#bytes[i] !== CHAR_E; i++) {
      value = value * 10 + ((this.#bytes[i] as number) - CHAR_0);
    }
    if (!Number.isSafeInteger(value)) return undefined;
    return isNegative ? -value : value;
  }

  /** The value under `key` of a dictionary; `undefined` when absent or when this is not a dictionary. */
  get(key: string): BencodeView | undefined {
    for (const [name, value] of this.entries()) if (utf8Text(name) === key) return value;
    return undefined;
  }

  /** The values of the named keys of a dictionary, all found in one walk. ASCII keys only. */
  pick<Key extends string>(...keys: readonly Key[]): { readonly [K in Key]?: BencodeView } {
    const found: { [K in Key]?: BencodeView } = {};
    for (const [name, value] of this.entries()) {
      const key = keys.find((candidate) => isAscii(name, candidate));
      if (key !== undefined) found[key] = value;
    }
    return found;
  }

  /** Key bytes and values of a dictionary in the order of the input; nothing for other kinds. */
  *entries(): Generator<[Uint8Array, BencodeView]> {
    if (this.kind !== "dictionary") return;
    let position = this.#offset + 1;
    while (!this.#endsAt(position)) {
      const { start, end } = stringSpan(this.#bytes, position);
      yield [this.#bytes.subarray(start, end), new BencodeView(this.#bytes, end)];
      position = skipValue(this.#bytes, end);
    }
  }

  /** Elements of a list in order; nothing for other kinds. */
  *items(): Generator<BencodeView> {
    if (this.kind !== "list") return;
    let position = this.#offset + 1;
    while (!this.#endsAt(position)) {
      yield new BencodeView(this.#bytes, position);
      position = skipValue(this.#bytes, position);
    }
  }

  #endsAt(position: number): boolean {
    return this.#bytes[position] === CHAR_E;
  }
}

function isAscii(bytes: Uint8Array, text: string): boolean {
  if (bytes.length !== text.length) return false;
  for (let i = 0; i < bytes.length; i++) if (bytes[i] !== text.charCodeAt(i)) return false;
  return true;
}
