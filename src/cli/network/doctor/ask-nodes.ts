/** Asks nodes in the manner of one network, as often as a datagram may get lost. */
import { type Endpoint, formatEndpoint } from "../../../core/endpoint.ts";
import type { PingResult } from "../../../dht/index.ts";
import type { NetworkOptions } from "../../arguments/network-options.ts";
import { type OpenDhtNode, openDhtNode } from "../../engine/open-dht-node.ts";
import type { BootstrapAnswer } from "./bootstrap-evidence.ts";
import type { Patience } from "./patience.ts";

/** Three pings that get lost mean that nobody answers. */
const TRIES = 3;

/** Which of `nodes` answers from `open`, by formatted address. */
export async function askNodes(
  open: OpenDhtNode,
  nodes: readonly Endpoint[],
  patience: Patience,
): Promise<ReadonlyMap<string, BootstrapAnswer>> {
  const answers = new Map<string, BootstrapAnswer>();
  await Promise.all(
    nodes.map(async (node) => {
      const answer = await ask(open, node, patience);
      if (answer !== undefined) answers.set(formatEndpoint(node), answer);
    }),
  );
  return answers;
}

/** As `askNodes`, from a node that is gone afterwards. */
export async function askOnce(
  network: NetworkOptions,
  nodes: readonly Endpoint[],
  patience: Patience,
): Promise<ReadonlyMap<string, BootstrapAnswer>> {
  const open = await openAsking(network);
  return await askNodes(open, nodes, patience).finally(() => open.close());
}

/** A node that asks and enters nobody's table (BEP 43). */
export function openAsking(network: NetworkOptions, unixMs?: () => number): Promise<OpenDhtNode> {
  return openDhtNode({
    network,
    defaultBootstrap: "none",
    limits: "on",
    readOnly: true,
    ...(unixMs === undefined ? {} : { unixMs }),
  });
}

function ask(
  { node, platform: { clock } }: OpenDhtNode,
  to: Endpoint,
  { answerMs }: Patience,
): Promise<BootstrapAnswer | undefined> {
  return new Promise((resolve) => {
    const onResult = (result: PingResult): void => {
      if (result.ok) resolve(result);
    };
    for (let i = 0; i < TRIES; i++) clock.setTimer(i * answerMs, () => node.ping(to, onResult));
    clock.setTimer(TRIES * answerMs, () => resolve(undefined));
  });
}
