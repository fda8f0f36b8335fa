/**
 * What a node keeps between runs: its ids and its contacts, bencoded (keys `id4`, `id6`, `nodes`, `nodes6`, with
 * compact nodes as in BEP 5 and BEP 32, and `v`, the version of this format). Nothing in it depends on the machine.
 */
import { decodeDictionary, encodeBencode, readBytes, readInteger } from "../core/bencode.ts";
import type { BencodeLimits } from "../core/bencode-scanner.ts";
import { type CompactNode, decodeNodes, encodeNodes } from "../core/compact.ts";
import { type Decoded, decoded, fault } from "../core/decoded.ts";
import type { AddressFamily } from "../core/endpoint.ts";
import { ID_BYTES, type NodeId, nodeIdFrom } from "../core/ids.ts";

const FORMAT_VERSION = 1;
/** Contacts saved per family: more than a table of width 8 holds, all of a wide one's near half. */
export const MAX_SAVED_CONTACTS = 300;
/** One dictionary of six entries. */
const LIMITS: BencodeLimits = { maxDepth: 1, maxTokens: 32 };

export interface SavedFamily {
  readonly nodeId: NodeId | undefined;
  readonly contacts: readonly CompactNode[];
}

export type SavedState = Readonly<Record<AddressFamily, SavedFamily>>;

export function encodeState(state: SavedState): Uint8Array {
  return encodeBencode({
    id4: state[4].nodeId,
    id6: state[6].nodeId,
    nodes: encodeNodes(state[4].contacts.slice(0, MAX_SAVED_CONTACTS), 4),
    nodes6: encodeNodes(state[6].contacts.slice(0, MAX_SAVED_CONTACTS), 6),
    v: FORMAT_VERSION,
  });
}

/** Reads what `encodeState` wrote; anything else is a fault. Never throws. */
export function decodeState(bytes: Uint8Array): Decoded<SavedState> {
  const dictionary = decodeDictionary(bytes, LIMITS);
  if (!dictionary.ok) return dictionary;
  const fields = dictionary.value.value;
  if (readInteger(fields, "v") !== FORMAT_VERSION) return fault("dht-state-version", "not a version we know");
  const contacts4 = decodeNodes(readBytes(fields, "nodes") ?? NOTHING, 4);
  const contacts6 = decodeNodes(readBytes(fields, "nodes6") ?? NOTHING, 6);
  if (contacts4 === undefined || contacts6 === undefined)
    return fault("dht-state-nodes", "a node list of a wrong length");
  return decoded({
    4: { nodeId: idFrom(readBytes(fields, "id4")), contacts: contacts4.slice(0, MAX_SAVED_CONTACTS) },
    6: { nodeId: idFrom(readBytes(fields, "id6")), contacts: contacts6.slice(0, MAX_SAVED_CONTACTS) },
  });
}

function idFrom(bytes: Uint8Array | undefined): NodeId | undefined {
  return bytes?.length === ID_BYTES ? nodeIdFrom(bytes) : undefined;
}

const NOTHING = new Uint8Array(0);
