/**
 * The one word that lets somebody into a network, `starling-MODE-1-…`: version and mode to be read by people, then in
 * base64url (RFC 4648) a bencoded dictionary, id `i`, name `n`, bootstrap nodes `b`, keys `k` with the second from which each
 * is spoken, and behind it four bytes of checksum
 * over all before it. The checksum finds slips of the hand, not forgery: who hands the string over is trusted.
 */
import {
  type BencodeDictionary,
  type BencodeValue,
  decodeDictionary,
  encodeBencode,
  readBytes,
  readList,
} from "../../core/bencode.ts";
import { MESSAGE_LIMITS } from "../../core/bencode-scanner.ts";
import { concatBytes, equalBytes, fromHex, toHex, utf8Bytes, utf8Text } from "../../core/bytes.ts";
import { ClientError } from "../../core/errors.ts";
import { sha1 } from "../../core/sha1.ts";
import { isProfileName } from "../../platform/index.ts";
import { MAX_NETWORK_KEYS } from "../../sealing/index.ts";
import { NETWORK_MODES, type NetworkMode, type PrivateKey } from "../../session/index.ts";
import { parseBootstrap } from "../arguments/addresses.ts";
import { KEY_BYTES, MAX_BOOTSTRAPS, NETWORK_ID_BYTES, type NetworkDefinition } from "./network-definition.ts";

const VERSION = "1";
const CHECKSUM_BYTES = 4;
/** Sixteen bootstrap nodes of the longest names are below. */
const MAX_CHARACTERS = 8_192;
const SHAPE = /^starling-([a-z]+)-([0-9]+)-([A-Za-z0-9_-]+)$/;

/** Whether `text` is meant as a join string, whole or not, rather than as a file. */
export function looksLikeJoinString(text: string): boolean {
  return /^starling-[a-z]+-[0-9]+-/.test(text.trim());
}

export function encodeJoinString(network: NetworkDefinition): string {
  const head = `starling-${network.mode}-${VERSION}-`;
  const body = encodeBencode({
    b: network.bootstrap.length === 0 ? undefined : network.bootstrap,
    i: fromHex(network.idHex),
    k: network.keys?.map(({ hex, fromUnixMs }) => [
      fromHex(hex) as Uint8Array,
      Math.floor(fromUnixMs / 1_000),
    ]),
    n: network.name,
  });
  return `${head}${Buffer.from(concatBytes([body, checksum(head, body)])).toString("base64url")}`;
}

/** Throws `USAGE` that says what is wrong with `text`. */
export function decodeJoinString(text: string): NetworkDefinition {
  const trimmed = text.trim();
  const [, mode = "", version = "", encoded = ""] = SHAPE.exec(trimmed) ?? [];
  if (encoded === "" || trimmed.length > MAX_CHARACTERS) throw unusable("it has not the form of one");
  if (version !== VERSION) throw unusable(`it is of version ${version}, and this Starling knows ${VERSION}`);
  if (!isMode(mode)) throw unusable(`this Starling knows no networks of the mode “${mode.slice(0, 20)}”`);
  const bytes = new Uint8Array(Buffer.from(encoded, "base64url"));
  const body = bytes.subarray(0, -CHECKSUM_BYTES);
  const head = `starling-${mode}-${version}-`;
  if (!equalBytes(bytes.subarray(-CHECKSUM_BYTES), checksum(head, body)))
    throw unusable("its checksum is wrong");
  const decoded = decodeDictionary(body, MESSAGE_LIMITS);
  const network = decoded.ok ? networkFrom(mode, decoded.value.value) : undefined;
  if (network === undefined) throw unusable("what it holds makes no sense");
  return network;
}

function isMode(text: string): text is NetworkMode {
  return (NETWORK_MODES as readonly string[]).includes(text);
}

function checksum(head: string, body: Uint8Array): Uint8Array {
  return sha1(concatBytes([utf8Bytes(head), body])).subarray(0, CHECKSUM_BYTES);
}

function networkFrom(mode: NetworkMode, values: BencodeDictionary): NetworkDefinition | undefined {
  const id = readBytes(values, "i");
  const name = utf8Text(readBytes(values, "n") ?? new Uint8Array(0));
  const bootstrap = (readList(values, "b") ?? []).map((entry) =>
    entry instanceof Uint8Array ? utf8Text(entry) : "",
  );
  if (id?.length !== NETWORK_ID_BYTES || !isProfileName(name) || bootstrap.length > MAX_BOOTSTRAPS)
    return undefined;
  if ((parseBootstrap(bootstrap) ?? []).length !== bootstrap.length) return undefined;
  const keys = (readList(values, "k") ?? []).flatMap((entry) => keyFrom(entry) ?? []);
  if (mode !== "sealed") return { name, idHex: toHex(id), mode, bootstrap };
  if (keys.length === 0 || keys.length > MAX_NETWORK_KEYS) return undefined;
  return { name, idHex: toHex(id), mode, bootstrap, keys };
}

function keyFrom(entry: BencodeValue): PrivateKey | undefined {
  if (!Array.isArray(entry)) return undefined;
  const [secret, fromSeconds] = entry;
  if (!(secret instanceof Uint8Array) || secret.length !== KEY_BYTES) return undefined;
  return Number.isSafeInteger(fromSeconds)
    ? { hex: toHex(secret), fromUnixMs: (fromSeconds as number) * 1_000 }
    : undefined;
}

function unusable(why: string): ClientError {
  return new ClientError("USAGE", `This is not a usable join string: ${why}`, {
    hint: "Copy the whole line that network create printed, or have it sent as a file.",
  });
}
