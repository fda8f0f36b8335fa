/** `starling dht serve`: a DHT node that stays, answers, and lets others in. The first node of a network of one's own. */
import { toHex } from "../../core/bytes.ts";
import { formatEndpoint } from "../../core/endpoint.ts";
import { ClientError } from "../../core/errors.ts";
import { type DhtEvent, SERVING } from "../../dht/index.ts";
import { DEFAULT_PORT, type NetworkFlags, parseNetworkOptions } from "../arguments/network-options.ts";
import { parseRate } from "../arguments/quantities.ts";
import { openDhtNode } from "../engine/open-dht-node.ts";
import type { Output } from "../output/output.ts";
import { onStopRequest } from "../signals.ts";

interface ServeFlags extends NetworkFlags {
  readonly limits: string;
  readonly answerRate: string;
}

export async function runDhtServe(
  _operands: readonly string[],
  flags: ServeFlags,
  output: Output,
): Promise<number> {
  const { limits } = flags;
  if (limits !== "on" && limits !== "off")
    throw new ClientError("USAGE", `--limits: "${limits}" is neither on nor off`);
  const replyBytesPerSecond = parseRate(flags.answerRate, "--answer-rate") ?? Number.MAX_SAFE_INTEGER;
  const network = parseNetworkOptions(flags, DEFAULT_PORT);
  const stop = onStopRequest();
  const open = await openDhtNode({
    network,
    defaultBootstrap: "none",
    limits,
    readOnly: false,
    serving: { ...SERVING, replyBytesPerSecond },
    onEvent: (event) => logEvent(event, output),
  });
  for (const warning of open.warnings) output.note(`warning: ${warning}`);
  const { nodeId } = open.node.view();
  output.result(`listening ${open.listening} node ${nodeId}`);
  output.json({ v: 1, t: Date.now(), type: "listening", address: open.listening, nodeId });
  await stop.requested;
  stop.dispose();
  await open.close();
  return 0;
}

/** One line for what an operator would want to know; traffic is not told line by line. */
function logEvent(event: DhtEvent, output: Output): void {
  const text = eventText(event);
  if (text === undefined) return;
  output.note(`${new Date().toISOString().slice(0, 19)}Z ${text}`);
  output.json({ v: 1, t: Date.now(), type: event.kind, text });
}

function eventText(event: DhtEvent): string | undefined {
  switch (event.kind) {
    case "bootstrap-answered":
      return `bootstrap node ${formatEndpoint(event.endpoint)} answered in ${Math.round(event.rttMs)} ms`;
    case "bootstrap-silent":
      return `bootstrap node ${formatEndpoint(event.endpoint)} does not answer`;
    case "joined":
      return `joined (IPv${event.family}) with ${event.contacts} contacts`;
    case "lost":
      return `lost all contacts (IPv${event.family})`;
    case "external-address":
      return `others see us at ${event.host}`;
    case "node-id-changed":
      return `node id is now ${toHex(event.nodeId)}`;
    case "warning":
      return `warning: ${event.message}`;
    case "bootstrap-needed":
      return undefined;
  }
}
