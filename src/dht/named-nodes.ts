/** The nodes that a reply names (BEP 5 `nodes`, BEP 32 `nodes6`), as candidates for a table. */
import { ID_BYTES, nodeIdFrom } from "../core/ids.ts";
import { compactNodeBytes, readEndpoint } from "./compact-address.ts";
import type { DhtFamily } from "./dht-family.ts";
import type { KrpcMessage } from "./krpc-message.ts";
import { MAX_NODES_PER_REPLY } from "./lookup.ts";

/** Puts those that the table of `family` has use for in reserve; true when there were any. Lists of a wrong length are ignored. */
export function hearNamedNodes(family: DhtFamily, message: KrpcMessage, nowMs: number): boolean {
  const at = family.family === 4 ? message.nodesAt : message.nodes6At;
  const length = family.family === 4 ? message.nodesLength : message.nodes6Length;
  const stride = compactNodeBytes(family.family);
  if (at < 0 || length % stride !== 0) return false;
  const end = at + Math.min(length, stride * MAX_NODES_PER_REPLY);
  let hasGrown = false;
  for (let node = at; node < end; node += stride) {
    if (!family.table.needs(message.bytes, node)) continue;
    const id = nodeIdFrom(message.bytes.slice(node, node + ID_BYTES));
    const address = readEndpoint(message.bytes, node + ID_BYTES, family.family);
    if (family.table.heard(id, address, nowMs, "named")) hasGrown = true;
  }
  return hasGrown;
}
