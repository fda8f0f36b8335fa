/**
 * Strict, fast decoder of KRPC datagrams (BEP 5, "KRPC Protocol"). One pass, no object per value, no exception.
 *
 * Network bytes never reach the `bencode` package: a length of the wrong sign makes it read backwards, so that a
 * few bytes keep it busy for ever, and it takes truncated strings, trailing bytes and duplicate keys. This decoder
 * takes canonical integers and lengths only, unsorted keys (others send them), no duplicate key, nothing behind the
 * dictionary, at most MAX_DEPTH levels and MAX_TOKENS values (threats P1 to P3).
 *
 * A field with a wrong type or length counts as absent; what must be there (`t`, `y`, the sender's `id`, for
 * queries `q`) makes the message malformed, and malformed messages are never answered (threats D2).
 */
import { ID_BYTES } from "../core/ids.ts";
import { FILTER_BYTES } from "./bloom-filter.ts";
import { PUBLIC_KEY_BYTES, SIGNATURE_BYTES } from "./item-rules.ts";
import { KrpcMessage, type QueryName } from "./krpc-message.ts";

/** Largest datagram that is looked at: an Ethernet frame; libtorrent reads 1,500 too (threats D1). */
export const MAX_RECEIVED_BYTES = 1_500;
/** Nesting, the message itself being 1 (threats P1; libtorrent 10). */
export const MAX_DEPTH = 10;
/** Strings, integers, lists and dictionaries of one message together (threats P2; libtorrent 500). */
export const MAX_TOKENS = 512;
/** Transaction ids are echoed: longer ones than anybody needs are refused. Clients use 1 to 20 bytes. */
export const MAX_TRANSACTION_BYTES = 64;
/** Digits of the longest integer: 2^64. */
const MAX_DIGITS = 20;

/** Why a datagram is no message. */
export type KrpcProblem =
  | "too-long"
  | "not-bencoded"
  | "no-transaction"
  | "no-kind"
  | "no-query"
  | "no-sender";

export class KrpcDecoder {
  /** The last message, valid after `decode` answered `undefined` and until it is called again. */
  readonly message: KrpcMessage = new KrpcMessage();
  #bytes: Uint8Array = new Uint8Array(0);
  #end = 0;
  #at = 0;
  #tokens = 0;
  /** Content of the string that was read last. */
  #stringAt = 0;
  #stringLength = 0;
  /** Value of the integer that was read last; beyond 2^53 only its magnitude is right. */
  #integer = 0;
  #hasQueryName = false;
  #kindByte = 0;
  #hasArguments = false;
  #hasReturnValues = false;

  /** Reads `bytes` into `message`; answers what is wrong with them, or `undefined`. Never throws; O(length). */
  decode(bytes: Uint8Array): KrpcProblem | undefined {
    if (bytes.length > MAX_RECEIVED_BYTES) return "too-long";
    this.#bytes = bytes;
    this.#end = bytes.length;
    this.#at = 0;
    this.#tokens = 0;
    this.#hasQueryName = this.#hasArguments = this.#hasReturnValues = false;
    this.#kindByte = 0;
    this.message.reset(bytes);
    if (bytes[0] !== CHAR_D || !this.#dictionary(1, Section.message)) return "not-bencoded";
    if (this.#at !== this.#end) return "not-bencoded";
    return this.#judge();
  }

  /** What a well-formed dictionary must hold to be a message. */
  #judge(): KrpcProblem | undefined {
    const message = this.message;
    if (message.transactionAt < 0) return "no-transaction";
    switch (this.#kindByte) {
      case CHAR_Q:
        message.kind = "query";
        if (!this.#hasQueryName) return "no-query";
        return message.idAt < 0 || !this.#hasArguments || this.#hasReturnValues ? "no-sender" : undefined;
      case CHAR_R:
        message.kind = "reply";
        return message.idAt < 0 || !this.#hasReturnValues || this.#hasArguments ? "no-sender" : undefined;
      case CHAR_E:
        message.kind = "error";
        return undefined;
    }
    return "no-kind";
  }

  /** Reads the dictionary at `#at`; `section` says which fields of ours may stand in it. */
  #dictionary(depth: number, section: SectionName): boolean {
    if (depth > MAX_DEPTH || ++this.#tokens > MAX_TOKENS) return false;
    const firstKeyAt = ++this.#at;
    let greatestAt = -1;
    let greatestLength = 0;
    while (this.#at < this.#end) {
      const entryAt = this.#at;
      if (this.#bytes[entryAt] === CHAR_E) {
        this.#at++;
        return true;
      }
      if (!this.#string()) return false;
      const keyAt = this.#stringAt;
      const keyLength = this.#stringLength;
      if (greatestAt < 0 || this.#compareKeys(greatestAt, greatestLength, keyAt, keyLength) < 0) {
        greatestAt = keyAt;
        greatestLength = keyLength;
      } else if (this.#standsBefore(firstKeyAt, entryAt, keyAt, keyLength)) return false;
      if (!this.#value(depth, section, keyAt, keyLength)) return false;
    }
    return false;
  }

  #value(depth: number, section: SectionName, keyAt: number, keyLength: number): boolean {
    if (section === Section.message) return this.#messageField(depth, keyAt, keyLength);
    if (section === Section.body) return this.#bodyField(depth, keyAt, keyLength);
    return this.#skip(depth);
  }

  /** A field of the message itself: all names of ours have one or two characters. */
  #messageField(depth: number, keyAt: number, keyLength: number): boolean {
    const bytes = this.#bytes;
    const first = bytes[keyAt];
    if (keyLength === 1) {
      const opensDictionary = bytes[this.#at] === CHAR_D;
      switch (first) {
        case CHAR_A:
          this.#hasArguments = opensDictionary;
          return opensDictionary ? this.#dictionary(depth + 1, Section.body) : this.#skip(depth);
        case CHAR_R:
          this.#hasReturnValues = opensDictionary;
          return opensDictionary ? this.#dictionary(depth + 1, Section.body) : this.#skip(depth);
        case CHAR_E:
          return bytes[this.#at] === CHAR_L ? this.#errorList(depth + 1) : this.#skip(depth);
      }
    }
    if (!isDigit(bytes[this.#at])) return this.#otherMessageField(depth, keyAt, keyLength);
    if (!this.#string()) return false;
    const message = this.message;
    if (keyLength === 1 && first === CHAR_T) {
      if (this.#stringLength >= 1 && this.#stringLength <= MAX_TRANSACTION_BYTES) {
        message.transactionAt = this.#stringAt;
        message.transactionLength = this.#stringLength;
      }
    } else if (keyLength === 1 && first === CHAR_Y) {
      this.#kindByte = this.#stringLength === 1 ? (bytes[this.#stringAt] as number) : 0;
    } else if (keyLength === 1 && first === CHAR_Q) {
      this.#hasQueryName = true;
      message.queryName = this.#queryName();
    } else if (keyLength === 1 && first === CHAR_V) {
      message.versionAt = this.#stringAt;
      message.versionLength = this.#stringLength;
    } else if (keyLength === 1 && first === CHAR_N) {
      message.networkAt = this.#stringAt;
      message.networkLength = this.#stringLength;
    } else if (keyLength === 2 && first === CHAR_I && bytes[keyAt + 1] === CHAR_P) {
      if (isAddressLength(this.#stringLength)) {
        message.ipAt = this.#stringAt;
        message.ipLength = this.#stringLength;
      }
    }
    return true;
  }

  #otherMessageField(depth: number, keyAt: number, keyLength: number): boolean {
    const isReadOnlyKey =
      keyLength === 2 && this.#bytes[keyAt] === CHAR_R && this.#bytes[keyAt + 1] === CHAR_O;
    const isInteger = this.#bytes[this.#at] === CHAR_I;
    if (!this.#skip(depth)) return false;
    if (isReadOnlyKey && isInteger) this.message.isReadOnly = this.#integer === 1;
    return true;
  }

  #queryName(): QueryName {
    const length = this.#stringLength;
    if (length === 4 && this.#stringIs("ping")) return "ping";
    if (length === 9 && this.#stringIs("find_node")) return "find_node";
    if (length === 9 && this.#stringIs("get_peers")) return "get_peers";
    if (length === 13 && this.#stringIs("announce_peer")) return "announce_peer";
    if (length === 3) return this.#stringIs("get") ? "get" : this.#stringIs("put") ? "put" : "other";
    return length === 17 && this.#stringIs("sample_infohashes") ? "sample_infohashes" : "other";
  }

  /** A field of `a` or `r`. */
  #bodyField(depth: number, keyAt: number, keyLength: number): boolean {
    if (keyLength === 1) return this.#itemField(depth, keyAt);
    const first = this.#bytes[this.#at];
    if (isDigit(first)) return this.#string() && this.#bodyString(keyAt, keyLength);
    if (first === CHAR_I) return this.#readInteger() && this.#bodyInteger(keyAt, keyLength);
    if (first === CHAR_L) {
      if (this.#keyIs(keyAt, keyLength, "values")) this.message.valuesAt = this.#at + 1;
      else if (this.#keyIs(keyAt, keyLength, "want")) return this.#wantList(depth + 1);
    }
    return this.#skip(depth);
  }

  /** BEP 44: `v` is kept as it came, whatever it is. */
  #itemField(depth: number, keyAt: number): boolean {
    const at = this.#at;
    if (!this.#skip(depth)) return false;
    const key = this.#bytes[keyAt];
    if (key === CHAR_V) {
      this.message.itemAt = at;
      this.message.itemLength = this.#at - at;
    } else if (key === CHAR_K && isDigit(this.#bytes[at]) && this.#stringLength === PUBLIC_KEY_BYTES) {
      this.message.publicKeyAt = this.#stringAt;
    }
    return true;
  }

  #bodyString(keyAt: number, keyLength: number): boolean {
    const message = this.message;
    const at = this.#stringAt;
    const length = this.#stringLength;
    switch (keyLength) {
      case 2:
        if (length === ID_BYTES && this.#keyIs(keyAt, keyLength, "id")) message.idAt = at;
        break;
      case 3:
        if (length === SIGNATURE_BYTES && this.#keyIs(keyAt, keyLength, "sig")) message.signatureAt = at;
        break;
      case 4:
        if (this.#keyIs(keyAt, keyLength, "salt")) {
          message.saltAt = at;
          message.saltLength = length;
        }
        if (length !== FILTER_BYTES) break;
        if (this.#keyIs(keyAt, keyLength, "BFsd")) message.seedsFilterAt = at;
        else if (this.#keyIs(keyAt, keyLength, "BFpe")) message.peersFilterAt = at;
        break;
      case 5:
        if (this.#keyIs(keyAt, keyLength, "token")) {
          message.tokenAt = at;
          message.tokenLength = length;
        } else if (this.#keyIs(keyAt, keyLength, "nodes")) {
          message.nodesAt = at;
          message.nodesLength = length;
        }
        break;
      case 6:
        if (length === ID_BYTES && this.#keyIs(keyAt, keyLength, "target")) message.targetAt = at;
        else if (this.#keyIs(keyAt, keyLength, "nodes6")) {
          message.nodes6At = at;
          message.nodes6Length = length;
        }
        break;
      case 7:
        if (this.#keyIs(keyAt, keyLength, "samples")) {
          message.samplesAt = at;
          message.samplesLength = length;
        }
        break;
      case 9:
        if (length === ID_BYTES && this.#keyIs(keyAt, keyLength, "info_hash")) message.infoHashAt = at;
        break;
    }
    return true;
  }

  #bodyInteger(keyAt: number, keyLength: number): boolean {
    const message = this.message;
    const value = this.#integer;
    if (this.#keyIs(keyAt, keyLength, "port")) message.port = value >= 0 && value <= 0xffff ? value : -1;
    else if (this.#keyIs(keyAt, keyLength, "implied_port")) message.impliedPort = value !== 0;
    else if (this.#keyIs(keyAt, keyLength, "seed")) message.isSeed = value !== 0;
    else if (this.#keyIs(keyAt, keyLength, "noseed")) message.noSeeds = value !== 0;
    else if (this.#keyIs(keyAt, keyLength, "scrape")) message.isScrape = value !== 0;
    else if (this.#keyIs(keyAt, keyLength, "seq")) message.seq = countOrNone(value);
    else if (this.#keyIs(keyAt, keyLength, "cas")) {
      message.cas = countOrNone(value) < 0 ? Number.POSITIVE_INFINITY : value;
    } else if (this.#keyIs(keyAt, keyLength, "num")) message.totalHashes = countOrNone(value);
    else if (this.#keyIs(keyAt, keyLength, "interval")) message.intervalSeconds = countOrNone(value);
    return true;
  }

  /** BEP 32: a list of strings, of which "n4" and "n6" mean something. */
  #wantList(depth: number): boolean {
    if (depth > MAX_DEPTH || ++this.#tokens > MAX_TOKENS) return false;
    this.#at++;
    while (this.#at < this.#end) {
      const first = this.#bytes[this.#at];
      if (first === CHAR_E) {
        this.#at++;
        this.message.hasWant = true;
        return true;
      }
      if (!isDigit(first)) {
        if (!this.#skip(depth)) return false;
        continue;
      }
      if (!this.#string()) return false;
      if (this.#stringLength !== 2) continue;
      if (this.#stringIs("n4")) this.message.wantsV4 = true;
      else if (this.#stringIs("n6")) this.message.wantsV6 = true;
    }
    return false;
  }

  /** BEP 5: a list of a number and a text. Anything else in it is skipped. */
  #errorList(depth: number): boolean {
    if (depth > MAX_DEPTH || ++this.#tokens > MAX_TOKENS) return false;
    this.#at++;
    for (let index = 0; this.#at < this.#end; index++) {
      const first = this.#bytes[this.#at];
      if (first === CHAR_E) {
        this.#at++;
        return true;
      }
      if (!this.#skip(depth)) return false;
      if (index === 0 && first === CHAR_I) {
        this.message.errorCode = Number.isSafeInteger(this.#integer) ? this.#integer : 0;
      } else if (index === 1 && isDigit(first)) {
        this.message.errorTextAt = this.#stringAt;
        this.message.errorTextLength = this.#stringLength;
      }
    }
    return false;
  }

  /** Moves behind one value of any kind, checking it. `depth` is that of the container it stands in. */
  #skip(depth: number): boolean {
    if (this.#at >= this.#end) return false;
    const first = this.#bytes[this.#at] as number;
    if (isDigit(first)) return this.#string();
    if (first === CHAR_I) return this.#readInteger();
    if (first === CHAR_D) return this.#dictionary(depth + 1, Section.foreign);
    return first === CHAR_L && this.#list(depth + 1);
  }

  #list(depth: number): boolean {
    if (depth > MAX_DEPTH || ++this.#tokens > MAX_TOKENS) return false;
    this.#at++;
    while (this.#at < this.#end) {
      if (this.#bytes[this.#at] === CHAR_E) {
        this.#at++;
        return true;
      }
      if (!this.#skip(depth)) return false;
    }
    return false;
  }

  #readInteger(): boolean {
    if (++this.#tokens > MAX_TOKENS) return false;
    const bytes = this.#bytes;
    let at = this.#at + 1;
    const isNegative = at < this.#end && bytes[at] === CHAR_MINUS;
    if (isNegative) at++;
    const start = at;
    let value = 0;
    while (at < this.#end && isDigit(bytes[at])) value = value * 10 + ((bytes[at++] as number) - CHAR_0);
    const digits = at - start;
    if (digits === 0 || digits > MAX_DIGITS || at >= this.#end || bytes[at] !== CHAR_E) return false;
    if (bytes[start] === CHAR_0 && (digits > 1 || isNegative)) return false;
    this.#integer = isNegative ? -value : value;
    this.#at = at + 1;
    return true;
  }

  #string(): boolean {
    if (++this.#tokens > MAX_TOKENS) return false;
    const bytes = this.#bytes;
    const end = this.#end;
    const start = this.#at;
    let at = start;
    let length = 0;
    for (; at < end && isDigit(bytes[at]); at++) {
      length = length * 10 + (bytes[at] as number) - CHAR_0;
      if (length > MAX_RECEIVED_BYTES) return false;
    }
    const digits = at - start;
    if (digits === 0 || at >= end || bytes[at] !== CHAR_COLON) return false;
    if (digits > 1 && bytes[start] === CHAR_0) return false;
    if (at + 1 + length > end) return false;
    this.#stringAt = at + 1;
    this.#stringLength = length;
    this.#at = at + 1 + length;
    return true;
  }

  /**
   * Duplicate check for a key out of order: walks the dictionary from its first key. Quadratic, so each step costs
   * a token: a message of shuffled keys runs into MAX_TOKENS.
   */
  #standsBefore(firstKeyAt: number, entryAt: number, keyAt: number, keyLength: number): boolean {
    const resumeAt = this.#at;
    this.#at = firstKeyAt;
    while (this.#at < entryAt) {
      if (!this.#string()) return true;
      if (this.#compareKeys(this.#stringAt, this.#stringLength, keyAt, keyLength) === 0) return true;
      if (!this.#skip(1)) return true;
    }
    this.#at = resumeAt;
    return false;
  }

  #compareKeys(at: number, length: number, otherAt: number, otherLength: number): number {
    const shared = length < otherLength ? length : otherLength;
    for (let i = 0; i < shared; i++) {
      const difference = (this.#bytes[at + i] as number) - (this.#bytes[otherAt + i] as number);
      if (difference !== 0) return difference;
    }
    return length - otherLength;
  }

  #stringIs(text: string): boolean {
    return this.#textStandsAt(this.#stringAt, text);
  }

  #keyIs(keyAt: number, keyLength: number, text: string): boolean {
    return keyLength === text.length && this.#textStandsAt(keyAt, text);
  }

  #textStandsAt(at: number, text: string): boolean {
    for (let i = 0; i < text.length; i++) if (this.#bytes[at + i] !== text.charCodeAt(i)) return false;
    return true;
  }
}

/** Which dictionary is being read: the message, its arguments or return values, or one that is only skipped. */
const Section = { message: 0, body: 1, foreign: 2 } as const;
type SectionName = (typeof Section)[keyof typeof Section];

const CHAR_0 = 0x30;
const CHAR_9 = 0x39;
const CHAR_COLON = 0x3a;
const CHAR_MINUS = 0x2d;
const CHAR_A = 0x61;
const CHAR_D = 0x64;
const CHAR_E = 0x65;
const CHAR_I = 0x69;
const CHAR_K = 0x6b;
const CHAR_L = 0x6c;
const CHAR_N = 0x6e;
const CHAR_O = 0x6f;
const CHAR_P = 0x70;
const CHAR_Q = 0x71;
const CHAR_R = 0x72;
const CHAR_T = 0x74;
const CHAR_V = 0x76;
const CHAR_Y = 0x79;

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= CHAR_0 && byte <= CHAR_9;
}

function countOrNone(value: number): number {
  return Number.isSafeInteger(value) && value >= 0 ? value : -1;
}

/** BEP 42 sends address and port; some clients send the address alone. */
function isAddressLength(length: number): boolean {
  return length === 6 || length === 18 || length === 4 || length === 16;
}
