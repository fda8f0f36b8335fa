/** A DHT node for as long as one question takes: it asks, answers nobody, and enters nobody's table (BEP 43). */
import type { DhtEvent } from "../../dht/index.ts";
import { type NetworkFlags, parseNetworkOptions } from "../arguments/network-options.ts";
import { type OpenDhtNode, openDhtNode } from "./open-dht-node.ts";

export interface QuestionOptions {
  /** May begin to talk to any number of addresses a minute, for a crawl. */
  readonly asksEverybody?: boolean;
  readonly onEvent?: (event: DhtEvent) => void;
}

/** Rejects as `openDhtNode` does, and with what `use` rejects with. */
export async function withDhtNode<Result>(
  flags: NetworkFlags,
  use: (open: OpenDhtNode) => Promise<Result>,
  options: QuestionOptions = {},
): Promise<Result> {
  const network = parseNetworkOptions(flags, 0);
  const open = await openDhtNode({
    network,
    defaultBootstrap: "public",
    limits: "on",
    readOnly: true,
    ...options,
  });
  try {
    return await use(open);
  } finally {
    await open.close();
  }
}
