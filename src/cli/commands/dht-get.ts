/** `starling dht get`: an item that somebody stored in the DHT (BEP 44), checked against its hash or signature. */
import { openBencode } from "../../core/bencode-document.ts";
import { toHex } from "../../core/bytes.ts";
import { ClientError } from "../../core/errors.ts";
import { safeText } from "../../core/safe-text.ts";
import type { DhtNode, ItemGetResult, StoredItem } from "../../dht/index.ts";
import { cancelInTime, parseTimeout } from "../arguments/cancel-in-time.ts";
import { type ItemAddress, parseItemAddress } from "../arguments/item-address.ts";
import type { NetworkFlags } from "../arguments/network-options.ts";
import { withDhtNode } from "../engine/with-dht-node.ts";
import { EXIT_OK } from "../exit-codes.ts";
import type { Output } from "../output/output.ts";
import { requireAnswer } from "./dht-lookup.ts";

interface GetFlags extends NetworkFlags {
  readonly salt?: string;
  readonly timeout?: string;
}

export async function runDhtGet(
  operands: readonly string[],
  flags: GetFlags,
  output: Output,
): Promise<number> {
  const address = parseItemAddress(operands[0] as string, flags.salt);
  const timeoutMs = parseTimeout(flags.timeout);
  const result = await withDhtNode(flags, ({ node }) => getItem(node, address, timeoutMs));
  const { item, copies, asked, answered } = result;
  requireAnswer(result);
  if (item === undefined) throw noItem(result);
  output.result(shownValue(item));
  output.note(
    `${item.signed === undefined ? "" : `number ${item.signed.seq}, `}on ${copies} of ${answered} nodes`,
  );
  output.json({ ok: true, ...itemFields(item), copies, asked, answered });
  return EXIT_OK;
}

export function getItem(
  node: DhtNode,
  { target, salt }: ItemAddress,
  timeoutMs: number | undefined,
): Promise<ItemGetResult> {
  return new Promise((resolve) => {
    const get = node.getItem(target, salt, (result) => {
      callOff();
      resolve(result);
    });
    const callOff = cancelInTime(get, timeoutMs);
  });
}

export function noItem({ answered }: ItemGetResult): ClientError {
  return new ClientError("NOT_FOUND", `None of the ${answered} nodes that answered has the item`, {
    hint: "Items live two hours; a mutable one with a salt is found only with --salt.",
  });
}

export function itemFields({ target, value, signed }: StoredItem): object {
  return {
    target: toHex(target),
    valueHex: toHex(value),
    text: textOf(value) ?? null,
    publicKey: signed === undefined ? null : toHex(signed.publicKey),
    seq: signed?.seq ?? null,
    signature: signed === undefined ? null : toHex(signed.signature),
  };
}

/** A string as text; anything else as the bencoding it is, where a terminal can show it. */
function shownValue({ value }: StoredItem): string {
  return safeText(textOf(value) ?? value);
}

function textOf(value: Uint8Array): string | undefined {
  const opened = openBencode(value, { maxDepth: 10, maxTokens: 512 });
  return opened.ok ? opened.value.text() : undefined;
}
