/**
 * Extended messages (BEP 10) without what names somebody: addresses are masked, texts are blanked, and what the engine
 * goes by stays. Nothing changes its length, and what is malformed becomes malformed zeros.
 */
import { MESSAGE_LIMITS, scanBencode, skipValue, stringSpan } from "../../core/bencode-scanner.ts";
import { latin1Text, utf8Bytes } from "../../core/bytes.ts";
import type { AddressMask } from "./address-mask.ts";

const DICTIONARY = 0x64;
const LIST = 0x6c;
const INTEGER = 0x69;
const END = 0x65;
const MINUS = 0x2d;
const ZERO = 0x30;
const NINE = 0x39;
const BLANK_TEXT = 0x78;
const BLANK_DIGIT = 0x31;

/** Keys and names of extensions are words of the protocol; others could be anything. */
const PROTOCOL_WORD = /^[A-Za-z][A-Za-z0-9_.]{0,23}$/;
/** Numbers that say nothing about who the peer is. */
const PLAIN_NUMBERS: ReadonlySet<string> = new Set(["metadata_size", "reqq", "upload_only"]);
const HOST_KEYS: ReadonlySet<string> = new Set(["yourip", "ipv4", "ipv6"]);

/** What to do with the strings and integers of a dictionary, by the keys that lead to them. */
interface Visitor {
  string(path: readonly string[], bytes: Uint8Array): void;
  integer(path: readonly string[], digits: Uint8Array): void;
}

export function maskExtensionHandshake(body: Uint8Array, mask: AddressMask): void {
  maskDictionary(body, {
    string: ([key = ""], bytes) => {
      if (HOST_KEYS.has(key) && (bytes.length === 4 || bytes.length === 16)) mask.hostBytes(bytes);
      else bytes.fill(BLANK_TEXT);
    },
    integer: ([key = "", inner], digits) => {
      if (key === "p" && inner === undefined) maskPort(digits, mask);
      else if (key !== "m" && !PLAIN_NUMBERS.has(key)) blankDigits(digits);
    },
  });
}

export function maskPexMessage(body: Uint8Array, mask: AddressMask): void {
  maskDictionary(body, {
    string: ([key = ""], bytes) => {
      if (key === "added" || key === "dropped") maskEndpoints(bytes, 4, mask);
      else if (key === "added6" || key === "dropped6") maskEndpoints(bytes, 6, mask);
      else if (key !== "added.f" && key !== "added6.f") bytes.fill(BLANK_TEXT);
    },
    integer: (_, digits) => blankDigits(digits),
  });
}

/** BEP 55: two bytes, an address, and maybe a code. */
export function maskHolepunch(body: Uint8Array, mask: AddressMask): void {
  const family = body[1] === 0 ? 4 : 6;
  const end = 2 + (family === 4 ? 6 : 18);
  if (body.length === end || body.length === end + 4) mask.compact(body.subarray(2, end), family);
  else body.fill(0);
}

/** Of a message of BEP 9 the length of the dictionary, behind which there is a block; undefined where it is malformed. */
export function metadataMessageEnd(body: Uint8Array): number | undefined {
  const scan = scanBencode(body, { ...MESSAGE_LIMITS, allowTrailing: true });
  return scan.ok && body[0] === DICTIONARY ? scan.value.end : undefined;
}

/** A list of a wrong length is a fault, and stays one. */
function maskEndpoints(bytes: Uint8Array, family: 4 | 6, mask: AddressMask): void {
  const isWhole = bytes.length % (family === 4 ? 6 : 18) === 0;
  if (isWhole) mask.compact(bytes, family);
  else bytes.fill(0);
}

function maskPort(digits: Uint8Array, mask: AddressMask): void {
  const port = Number(latin1Text(digits));
  if (port >= 1 && port <= 65_535) digits.set(utf8Bytes(String(mask.port(port))));
  else blankDigits(digits);
}

function blankDigits(digits: Uint8Array): void {
  if (latin1Text(digits) === "0") return;
  digits.forEach((byte, i) => {
    if (byte !== MINUS) digits[i] = BLANK_DIGIT;
  });
}

/** Anything but one dictionary with ordinary keys is blanked, and so are bytes behind it. */
function maskDictionary(body: Uint8Array, visitor: Visitor): void {
  const end = metadataMessageEnd(body);
  if (end === undefined || !visit(body, 0, [], visitor)) body.fill(0);
  else body.fill(0, end);
}

/** False where a key is none of the protocol's words. */
function visit(bytes: Uint8Array, at: number, path: readonly string[], visitor: Visitor): boolean {
  const kind = bytes[at] as number;
  if (kind === INTEGER) visitor.integer(path, bytes.subarray(at + 1, skipValue(bytes, at) - 1));
  else if (kind >= ZERO && kind <= NINE) {
    const { start, end } = stringSpan(bytes, at);
    visitor.string(path, bytes.subarray(start, end));
  } else
    for (let next = at + 1; bytes[next] !== END; ) {
      let inner = path;
      if (kind !== LIST) {
        const { start, end } = stringSpan(bytes, next);
        const key = latin1Text(bytes.subarray(start, end));
        if (!PROTOCOL_WORD.test(key)) return false;
        inner = [...path, key];
        next = end;
      }
      const behind = skipValue(bytes, next);
      if (!visit(bytes, next, inner, visitor)) return false;
      next = behind;
    }
  return true;
}
