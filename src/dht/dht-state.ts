/**
 * What a node keeps between runs: its ids and its contacts, bencoded (keys `id4`, `id6`, `nodes`, `nodes6`, and of a
 * bootstrap node those that it hands out, `ring`, `ring6`, with compact nodes as in BEP 5 and BEP 32, and `v`, the version of this format). Nothing in it depends on the machine.
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
/** One dictionary of seven entries. */
const LIMITS: BencodeLimits = { maxDepth: 1, maxTokens: 32 };

export interface SavedFamily {
  readonly nodeId: NodeId | undefined;
  readonly contacts: readonly CompactNode[];
  /** What a bootstrap node hands out. */
  readonly introductions: readonly CompactNode[];
}

export type SavedState = Readonly<Record<AddressFamily, SavedFamily>>;

export function encodeState(state: SavedState): Uint8Array {
  return encodeBencode({
    id4: state[4].nodeId,
    id6: state[6].nodeId,
    nodes: encodeNodes(state[4].contacts.slice(0, MAX_SAVED_CONTACTS), 4),
    nodes6: encodeNodes(state[6].contacts.slice(0, MAX_SAVED_CONTACTS), 6),
    ring: encodeNodes(state[4].introductions.slice(0, MAX_SAVED_CONTACTS), 4),
    ring6: encodeNodes(state[6].introductions.slice(0, MAX_SAVED_CONTACTS), 6),
    v: FORMAT_VERSION,
  });
}

/** Reads what `encodeState` wrote; anything else is a fault. Never throws. */
export function decodeState(bytes: Uint8Array): Decoded<SavedState> {
  const dictionary = decodeDictionary(bytes, LIMITS);
  if (!dictionary.ok) return dictionary;
  const fields = dictionary.value.value;
  if (readInteger(fields, "v") !== FORMAT_VERSION) return fault("dht-state-version", "not a version we know");
  const nodesAt = (key: string, family: AddressFamily) =>
    decodeNodes(readBytes(fields, key) ?? NOTHING, family)?.slice(0, MAX_SAVED_CONTACTS);
  const [contacts4, contacts6] = [nodesAt("nodes", 4), nodesAt("nodes6", 6)];
  const [ring4, ring6] = [nodesAt("ring", 4), nodesAt("ring6", 6)];
  if (contacts4 === undefined || contacts6 === undefined || ring4 === undefined || ring6 === undefined)
    return fault("dht-state-nodes", "a node list of a wrong length");
  return decoded({
    4: { nodeId: idFrom(readBytes(fields, "id4")), contacts: contacts4, introductions: ring4 },
    6: { nodeId: idFrom(readBytes(fields, "id6")), contacts: contacts6, introductions: ring6 },
  });
}

function idFrom(bytes: Uint8Array | undefined): NodeId | undefined {
  return bytes?.length === ID_BYTES ? nodeIdFrom(bytes) : undefined;
}

const NOTHING = new Uint8Array(0);
