/** A DHT node for as long as one question takes: it asks, answers nobody, and enters nobody's table (BEP 43). */
import { type NetworkFlags, parseNetworkOptions } from "../arguments/network-options.ts";
import { type OpenDhtNode, openDhtNode } from "./open-dht-node.ts";

/** Rejects as `openDhtNode` does, and with what `use` rejects with. */
export async function withDhtNode<Result>(
  flags: NetworkFlags,
  use: (open: OpenDhtNode) => Promise<Result>,
): Promise<Result> {
  const network = parseNetworkOptions(flags, 0);
  const open = await openDhtNode({ network, defaultBootstrap: "public", limits: "on", readOnly: true });
  try {
    return await use(open);
  } finally {
    await open.close();
  }
}
