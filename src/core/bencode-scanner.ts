/**
 * Strict, iterative scan of bencoded bytes (BEP 3, "bencoding"). It runs in front of everything that decodes
 * remote or stored data: it bounds depth, tokens and lengths, accepts canonical integers and string lengths only,
 * and allocates nothing that the input can choose, so that the `bencode` package never sees what would harm it.
 *
 * The scanner knows positions only; values are read by `bencode-document.ts` (spans) or `bencode.ts` (objects).
 */
import { type Decoded, decoded, fault } from "./decoded.ts";

export interface BencodeLimits {
  /** Nesting of lists and dictionaries; the outermost value is depth 1. */
  readonly maxDepth: number;
  /** Integers, strings, keys, lists and dictionaries, counted together. */
  readonly maxTokens: number;
  /** Whether bytes may follow the value; BEP 9 puts payload behind the dictionary. */
  readonly allowTrailing?: boolean;
  /** Whether dictionary keys may be out of order. Duplicates are refused always. */
  readonly allowUnsortedKeys?: boolean;
}

/** threats P1, P2: what a KRPC datagram or an extension message may hold. */
export const MESSAGE_LIMITS: BencodeLimits = { maxDepth: 10, maxTokens: 1024, allowUnsortedKeys: true };

/** threats P1, P2: torrents of 180,000 files and 2.3 million tokens exist; libtorrent allows 3 million. */
export const TORRENT_LIMITS: BencodeLimits = { maxDepth: 32, maxTokens: 3_000_000, allowUnsortedKeys: true };

/** What a valid input holds. */
export interface BencodeScan {
  /** Offset behind the value. Equals the length of the input unless trailing bytes are allowed. */
  readonly end: number;
  readonly tokens: number;
  /** A key that a plain JavaScript object cannot carry safely (`__proto__`). */
  readonly hasUnsafeKey: boolean;
}

const CHAR_0 = 0x30;
const CHAR_9 = 0x39;
const CHAR_COLON = 0x3a;
const CHAR_MINUS = 0x2d;
const CHAR_D = 0x64;
const CHAR_E = 0x65;
const CHAR_I = 0x69;
const CHAR_L = 0x6c;
/** More digits than any length or safe integer has; longer runs are refused before they are read. */
const MAX_DIGITS = 20;
const UNSAFE_KEY = "__proto__";

/** Checks that `bytes` from offset 0 are one bencoded value within `limits`. Never throws; O(bytes.length). */
export function scanBencode(bytes: Uint8Array, limits: BencodeLimits): Decoded<BencodeScan> {
  return new Scanner(bytes, limits).run();
}

/** Reads the string that starts at `offset` of scanned bytes: its content is [`start`, `end`). */
export function stringSpan(bytes: Uint8Array, offset: number): { start: number; end: number } {
  let length = 0;
  let position = offset;
  for (; bytes[position] !== CHAR_COLON; position++)
    length = length * 10 + (bytes[position] as number) - CHAR_0;
  return { start: position + 1, end: position + 1 + length };
}

class Scanner {
  readonly #bytes: Uint8Array;
  readonly #limits: BencodeLimits;
  /** Per open container: -1 for a list; for a dictionary the offset of its greatest key, 0 before the first. */
  readonly #containers: number[] = [];
  /** Per open container: the offset of its first element. */
  readonly #starts: number[] = [];
  /** Per open container: offsets of all its keys, once one of them stood out of order. */
  readonly #unsortedKeys: (number[] | undefined)[] = [];
  #position = 0;
  #tokens = 0;
  #expectsKey = false;
  #hasUnsafeKey = false;

  constructor(bytes: Uint8Array, limits: BencodeLimits) {
    this.#bytes = bytes;
    this.#limits = limits;
  }

  run(): Decoded<BencodeScan> {
    do {
      const problem = this.#step();
      if (problem !== undefined) return fault("bencode-invalid", `${problem} at byte ${this.#position}`);
    } while (this.#containers.length > 0);
    if (this.#position !== this.#bytes.length && this.#limits.allowTrailing !== true) {
      return fault("bencode-invalid", `bytes follow the value at byte ${this.#position}`);
    }
    return decoded({ end: this.#position, tokens: this.#tokens, hasUnsafeKey: this.#hasUnsafeKey });
  }

  /** Consumes one token; returns what is wrong with it, if anything. */
  #step(): string | undefined {
    const first = this.#bytes[this.#position];
    if (first === undefined) return "the value ends too early";
    if (first === CHAR_E) return this.#close();
    if (++this.#tokens > this.#limits.maxTokens) return `more than ${this.#limits.maxTokens} values`;
    if (this.#expectsKey) return this.#key();
    if (first === CHAR_D || first === CHAR_L) return this.#open(first);
    const problem = first === CHAR_I ? this.#integer() : this.#string();
    if (problem === undefined) this.#valueDone();
    return problem;
  }

  #open(kind: number): string | undefined {
    if (this.#containers.length >= this.#limits.maxDepth)
      return `nested deeper than ${this.#limits.maxDepth}`;
    this.#position++;
    this.#containers.push(kind === CHAR_D ? 0 : -1);
    this.#starts.push(this.#position);
    this.#unsortedKeys.push(undefined);
    this.#expectsKey = kind === CHAR_D;
    return undefined;
  }

  #close(): string | undefined {
    const top = this.#containers.pop();
    this.#starts.pop();
    const keys = this.#unsortedKeys.pop();
    if (top === undefined) return "an end without a beginning";
    if (top >= 0 && !this.#expectsKey) return "a key without a value";
    if (keys !== undefined && this.#hasDuplicate(keys)) return "a key stands twice";
    this.#position++;
    this.#valueDone();
    return undefined;
  }

  /** After a value inside a dictionary comes a key. */
  #valueDone(): void {
    const top = this.#containers[this.#containers.length - 1];
    this.#expectsKey = top !== undefined && top >= 0;
  }

  #key(): string | undefined {
    const offset = this.#position;
    const problem = this.#string();
    if (problem !== undefined) return problem;
    const top = this.#containers.length - 1;
    const greatest = this.#containers[top] as number;
    const order = greatest > 0 ? this.#compareKeys(greatest, offset) : -1;
    if (order === 0) return "a key stands twice";
    if (order > 0 && this.#limits.allowUnsortedKeys !== true) return "keys are not sorted";
    const unsorted = this.#unsortedKeys[top];
    if (unsorted !== undefined) unsorted.push(offset);
    else if (order > 0) this.#unsortedKeys[top] = this.#keysUpTo(offset);
    if (order < 0) this.#containers[top] = offset;
    if (this.#isUnsafe(offset)) this.#hasUnsafeKey = true;
    this.#expectsKey = false;
    return undefined;
  }

  /** Offsets of the keys of the open dictionary, the one at `offset` last. Walked once a dictionary. */
  #keysUpTo(offset: number): number[] {
    const keys: number[] = [];
    let position = this.#starts[this.#starts.length - 1] as number;
    while (position < offset) {
      keys.push(position);
      position = skipValue(this.#bytes, stringSpan(this.#bytes, position).end);
    }
    keys.push(offset);
    return keys;
  }

  /** Unsorted keys are compared when their dictionary ends, sorted: no input makes this quadratic. */
  #hasDuplicate(keys: number[]): boolean {
    keys.sort((a, b) => this.#compareKeys(a, b));
    return keys.some((key, i) => i > 0 && this.#compareKeys(keys[i - 1] as number, key) === 0);
  }

  #integer(): string | undefined {
    let position = this.#position + 1;
    const negative = this.#bytes[position] === CHAR_MINUS;
    if (negative) position++;
    const start = position;
    while (isDigit(this.#bytes[position]) && position - start <= MAX_DIGITS) position++;
    const digits = position - start;
    if (digits === 0 || digits > MAX_DIGITS || this.#bytes[position] !== CHAR_E) return "not an integer";
    if (this.#bytes[start] === CHAR_0 && (digits > 1 || negative)) return "not a canonical integer";
    this.#position = position + 1;
    return undefined;
  }

  #string(): string | undefined {
    let position = this.#position;
    let length = 0;
    for (; isDigit(this.#bytes[position]); position++) {
      length = length * 10 + (this.#bytes[position] as number) - CHAR_0;
      if (length > this.#bytes.length) return "a string longer than the input";
    }
    const digits = position - this.#position;
    if (digits === 0 || this.#bytes[position] !== CHAR_COLON) return "not a value";
    if (digits > 1 && this.#bytes[this.#position] === CHAR_0) return "not a canonical length";
    if (position + 1 + length > this.#bytes.length) return "a string longer than the input";
    this.#position = position + 1 + length;
    return undefined;
  }

  #compareKeys(a: number, b: number): number {
    const left = stringSpan(this.#bytes, a);
    const right = stringSpan(this.#bytes, b);
    const shared = Math.min(left.end - left.start, right.end - right.start);
    for (let i = 0; i < shared; i++) {
      const difference = (this.#bytes[left.start + i] as number) - (this.#bytes[right.start + i] as number);
      if (difference !== 0) return difference;
    }
    return left.end - left.start - (right.end - right.start);
  }

  #isUnsafe(offset: number): boolean {
    const { start, end } = stringSpan(this.#bytes, offset);
    if (end - start !== UNSAFE_KEY.length) return false;
    for (let i = 0; i < UNSAFE_KEY.length; i++) {
      if (this.#bytes[start + i] !== UNSAFE_KEY.charCodeAt(i)) return false;
    }
    return true;
  }
}

/** Offset behind the value that starts at `offset` of bytes that were scanned before. */
export function skipValue(bytes: Uint8Array, offset: number): number {
  let position = offset;
  let depth = 0;
  do {
    const first = bytes[position] as number;
    if (first === CHAR_D || first === CHAR_L) {
      depth++;
      position++;
    } else if (first === CHAR_E) {
      depth--;
      position++;
    } else if (first === CHAR_I) {
      while (bytes[position] !== CHAR_E) position++;
      position++;
    } else {
      position = stringSpan(bytes, position).end;
    }
  } while (depth > 0);
  return position;
}

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= CHAR_0 && byte <= CHAR_9;
}
