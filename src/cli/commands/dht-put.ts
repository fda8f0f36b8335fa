/**
 * `starling dht put`: stores an item in the DHT (BEP 44), under its hash or signed with a key, and again every so often
 * if asked to. With `--torrent` the item is what a link of BEP 46 leads to.
 */
import { encodeBencode } from "../../core/bencode.ts";
import { toHex, utf8Bytes } from "../../core/bytes.ts";
import { ClientError } from "../../core/errors.ts";
import {
  type DhtNode,
  type ItemPutResult,
  immutableTarget,
  MAX_VALUE_BYTES,
  mutableTarget,
  type NewItem,
  signedBytes,
} from "../../dht/index.ts";
import { encodeKeyedTorrent, formatKeyLink } from "../../torrent/key-link.ts";
import { cancelInTime, parseTimeout } from "../arguments/cancel-in-time.ts";
import { parseSalt } from "../arguments/item-address.ts";
import type { NetworkFlags } from "../arguments/network-options.ts";
import { parseDuration } from "../arguments/quantities.ts";
import { withDhtNode } from "../engine/with-dht-node.ts";
import { EXIT_OK } from "../exit-codes.ts";
import { openSigningKey, type SigningKey } from "../files/signing-key.ts";
import type { Output } from "../output/output.ts";
import { onStopRequest } from "../signals.ts";
import { getItem } from "./dht-get.ts";
import { parseHash, requireAnswer } from "./dht-lookup.ts";

interface PutFlags extends NetworkFlags {
  readonly torrent?: boolean;
  readonly key?: string;
  readonly salt?: string;
  readonly seq?: string;
  readonly cas?: string;
  readonly every?: string;
  readonly timeout?: string;
}

/** The least time between two puts of one item: it lives for two hours. */
const MIN_PAUSE_MS = 60_000;

export async function runDhtPut(
  operands: readonly string[],
  flags: PutFlags,
  output: Output,
): Promise<number> {
  const value = itemValue(operands[0] as string, flags);
  const pauseMs = flags.every === undefined ? undefined : parsePause(flags.every);
  const timeoutMs = parseTimeout(flags.timeout);
  const salt = parseSalt(flags.salt);
  const [seq, cas] = [parseNumber(flags.seq, "--seq"), parseNumber(flags.cas, "--cas")];
  if (flags.key === undefined && (salt.length > 0 || seq !== undefined || cas !== undefined || flags.torrent))
    throw new ClientError("USAGE", "--salt, --seq, --cas and --torrent need --key", {
      hint: "Without a key an item is found by its hash and never changes.",
    });
  const key = flags.key === undefined ? undefined : await openSigningKey(flags.key);
  return await withDhtNode(flags, async ({ node }) => {
    const item =
      key === undefined
        ? { value }
        : signed(key, { value, salt, seq: seq ?? (await nextSeq(node, key, salt, timeoutMs)), cas });
    const first = await putItem(node, item, timeoutMs);
    if (pauseMs !== undefined) return await putAgain(node, item, first, pauseMs, flags, output);
    report(item, first, flags, output);
    return EXIT_OK;
  });
}

/**
 * Tells how the first round went and puts the same item every `pauseMs` until a signal comes. A later round that fails is
 * told; the next one may do better.
 */
async function putAgain(
  node: DhtNode,
  { cas: _, ...item }: NewItem,
  first: ItemPutResult,
  pauseMs: number,
  flags: PutFlags,
  output: Output,
): Promise<number> {
  // Before anything is said: whoever reads it may stop us.
  const stop = onStopRequest();
  try {
    report(item, first, flags, output);
    for (;;) {
      let timer: NodeJS.Timeout | undefined;
      const pause = new Promise<undefined>((resolve) => {
        timer = setTimeout(() => resolve(undefined), pauseMs);
      });
      const exit = await Promise.race([stop.requested, pause]).finally(() => clearTimeout(timer));
      if (exit !== undefined) return EXIT_OK;
      try {
        report(item, await putItem(node, item, parseTimeout(flags.timeout)), flags, output);
      } catch (error) {
        if (!(error instanceof ClientError)) throw error;
        output.failure(`warning: ${error.message}`);
      }
    }
  } finally {
    stop.dispose();
  }
}

function putItem(node: DhtNode, item: NewItem, timeoutMs: number | undefined): Promise<ItemPutResult> {
  return new Promise((resolve) => {
    const put = node.putItem(item, (result) => {
      callOff();
      resolve(result);
    });
    const callOff = cancelInTime(put, timeoutMs);
  });
}

/** One more than what is there. */
async function nextSeq(
  node: DhtNode,
  { publicKey }: SigningKey,
  salt: Uint8Array,
  timeoutMs: number | undefined,
): Promise<number> {
  const found = await getItem(node, { target: mutableTarget(publicKey, salt), salt }, timeoutMs);
  return (found.item?.signed?.seq ?? 0) + 1;
}

function signed(
  key: SigningKey,
  {
    value,
    salt,
    seq,
    cas,
  }: {
    readonly value: Uint8Array;
    readonly salt: Uint8Array;
    readonly seq: number;
    readonly cas: number | undefined;
  },
): NewItem {
  const signature = key.sign(signedBytes(salt, seq, value));
  return { value, salt, cas, signed: { publicKey: key.publicKey, seq, signature } };
}

const REFUSALS: ReadonlyMap<number, string> = new Map([
  [203, "protocol error"],
  [205, "too big"],
  [206, "bad signature"],
  [207, "salt too big"],
  [301, "another number is there (CAS)"],
  [302, "a newer one is there"],
]);

/** Throws DHT_UNREACHABLE when nobody answered, INCOMPLETE when nobody stored it. */
function report(item: NewItem, result: ItemPutResult, flags: PutFlags, output: Output): void {
  const { storedOn, found } = result;
  requireAnswer(found);
  const refusals = [...result.refusals].map(([code, nodes]) => ({ code, nodes }));
  const why = refusals.map(({ code, nodes }) => `${nodes} refused: ${REFUSALS.get(code) ?? `error ${code}`}`);
  if (storedOn === 0)
    throw new ClientError("INCOMPLETE", `No node stored the item; ${why.join(", ") || "none gave a token"}`);
  const { value, signed, salt = new Uint8Array(0) } = item;
  const target = signed === undefined ? immutableTarget(value) : mutableTarget(signed.publicKey, salt);
  const link =
    flags.torrent && signed !== undefined ? formatKeyLink({ publicKey: signed.publicKey, salt }) : undefined;
  output.result(link ?? toHex(target));
  const number = signed === undefined ? "" : ` as number ${signed.seq}`;
  output.note([`stored on ${storedOn} of ${found.answered} nodes${number}`, ...why].join("; "));
  output.json({
    ok: true,
    target: toHex(target),
    publicKey: signed === undefined ? null : toHex(signed.publicKey),
    seq: signed?.seq ?? null,
    link: link ?? null,
    storedOn,
    asked: found.asked,
    answered: found.answered,
    refusals,
  });
}

function itemValue(text: string, flags: PutFlags): Uint8Array {
  const value = flags.torrent ? encodeKeyedTorrent(parseHash(text)) : encodeBencode(utf8Bytes(text));
  if (value.length <= MAX_VALUE_BYTES) return value;
  throw new ClientError("USAGE", `An item has at most ${MAX_VALUE_BYTES} bytes, this one ${value.length}`);
}

function parsePause(text: string): number {
  const pauseMs = parseDuration(text, "--every");
  if (pauseMs >= MIN_PAUSE_MS) return pauseMs;
  throw new ClientError("USAGE", "--every: at least a minute; items live for two hours");
}

function parseNumber(text: string | undefined, option: string): number | undefined {
  if (text === undefined) return undefined;
  const number = /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN;
  if (Number.isSafeInteger(number)) return number;
  throw new ClientError("USAGE", `${option}: "${text}" is not a number`);
}
