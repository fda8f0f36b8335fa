/**
 * The one door to the `bencode` package. Encodes values of our own making and decodes small dictionaries (BEP 9,
 * 10, 11; resume and state files), always behind the strict scanner: the package itself accepts non-canonical
 * input, can be made to loop by a few bytes and sets prototypes from keys.
 */
import bencode from "bencode";
import { type BencodeLimits, scanBencode } from "./bencode-scanner.ts";
import { type Decoded, decoded, fault } from "./decoded.ts";

export type BencodeInput =
  | string
  | number
  | Uint8Array
  | readonly BencodeInput[]
  | { readonly [key: string]: BencodeInput | undefined };

/** Strings come out as bytes; integers beyond ±2^53 lose precision and fail `readInteger`. */
export type BencodeValue = Uint8Array | number | BencodeValue[] | BencodeDictionary;
export interface BencodeDictionary {
  readonly [key: string]: BencodeValue;
}

/** Canonical bencoding: keys sorted, `undefined` values left out. Numbers must be safe integers. */
export function encodeBencode(value: BencodeInput): Uint8Array {
  assertEncodable(value);
  return bencode.encode(value);
}

/** One dictionary that fills `bytes` (or a prefix, with `allowTrailing`). Never throws on input. */
export function decodeDictionary(
  bytes: Uint8Array,
  limits: BencodeLimits,
): Decoded<{ readonly value: BencodeDictionary; readonly end: number }> {
  const scan = scanBencode(bytes, limits);
  if (!scan.ok) return scan;
  if (bytes[0] !== 0x64) return fault("bencode-not-a-dictionary", "not a dictionary");
  if (scan.value.hasUnsafeKey) return fault("bencode-unsafe-key", "a key that is not allowed");
  const value = bencode.decode(bytes.subarray(0, scan.value.end)) as BencodeDictionary;
  return decoded({ value, end: scan.value.end });
}

export function readBytes(dictionary: BencodeDictionary, key: string): Uint8Array | undefined {
  const value = own(dictionary, key);
  return value instanceof Uint8Array ? value : undefined;
}

/** A safe integer under `key`; `undefined` for anything else. */
export function readInteger(dictionary: BencodeDictionary, key: string): number | undefined {
  const value = own(dictionary, key);
  return Number.isSafeInteger(value) ? (value as number) : undefined;
}

export function readList(dictionary: BencodeDictionary, key: string): readonly BencodeValue[] | undefined {
  const value = own(dictionary, key);
  return Array.isArray(value) ? value : undefined;
}

export function readDictionary(dictionary: BencodeDictionary, key: string): BencodeDictionary | undefined {
  const value = own(dictionary, key);
  return isDictionary(value) ? value : undefined;
}

export function isDictionary(value: BencodeValue | undefined): value is BencodeDictionary {
  return typeof value === "object" && !Array.isArray(value) && !(value instanceof Uint8Array);
}

function own(dictionary: BencodeDictionary, key: string): BencodeValue | undefined {
  return Object.hasOwn(dictionary, key) ? dictionary[key] : undefined;
}

function assertEncodable(value: BencodeInput | undefined): void {
  if (typeof value === "number" && !Number.isSafeInteger(value)) {
    throw new TypeError(`Cannot bencode ${value}: not a safe integer`);
  }
  if (Array.isArray(value)) for (const item of value) assertEncodable(item);
  else if (typeof value === "object" && !(value instanceof Uint8Array))
    Object.values(value).forEach(assertEncodable);
}
