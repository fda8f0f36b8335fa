/** `starling dht serve`: a DHT node that stays, answers, and lets others in. The first node of a network of one's own. */
import { setFlagsFromString } from "node:v8";
import { toHex } from "../../core/bytes.ts";
import { formatEndpoint } from "../../core/endpoint.ts";
import { ClientError } from "../../core/errors.ts";
import { type DhtEvent, SERVING } from "../../dht/index.ts";
import { DEFAULT_PORT, type NetworkFlags, parseNetworkOptions } from "../arguments/network-options.ts";
import { parsePort, parseRate } from "../arguments/quantities.ts";
import { type OpenDhtNode, openDhtNode } from "../engine/open-dht-node.ts";
import { serviceCommand, systemdUnit } from "../engine/service-file.ts";
import { writeWhole } from "../files/write-whole.ts";
import { watchKeys } from "../network/watch-keys.ts";
import type { Output } from "../output/output.ts";
import { type FiguresPlace, type FiguresServer, serveFigures } from "../serve/figures-server.ts";
import { metricsText, type ServeFigures } from "../serve/metrics-text.ts";
import { ServeState } from "../serve/serve-state.ts";
import { onStopRequest } from "../signals.ts";

interface ServeFlags extends NetworkFlags {
  readonly limits: string;
  readonly answerRate: string;
  readonly metrics?: string;
  readonly metricsPort?: string;
  readonly health?: string;
  readonly printUnit?: boolean;
}

/** Prometheus asks so often where nobody told it otherwise. */
const METRICS_INTERVAL_MS = 15_000;
/** Not secret, and read by another user: the exporter's. */
const METRICS_MODES = { file: 0o644 };

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
  if (flags.printUnit === true) {
    output.result(
      systemdUnit(serviceCommand("--print-unit"), "Starling, a bootstrap node of a DHT").trimEnd(),
    );
    return 0;
  }
  keepYoungGenerationSmall();
  const state = await ServeState.open(network);
  const stop = onStopRequest();
  const open = await openDhtNode({
    network,
    saved: state?.saved,
    defaultBootstrap: "none",
    limits,
    readOnly: false,
    serving: { ...SERVING, replyBytesPerSecond },
    onEvent: (event) => logEvent(event, output),
    onNeighbour: (text) => logLine("neighbour", text, output),
  });
  for (const warning of open.warnings) output.note(`warning: ${warning}`);
  const { nodeId } = open.node.view();
  output.result(`listening ${open.listening} node ${nodeId}`);
  output.json({ v: 1, t: Date.now(), type: "listening", address: open.listening, nodeId });
  const warn = (why: string): void => output.note(`warning: ${why}`);
  const figures = figuresOf(open);
  const writing = flags.metrics === undefined ? undefined : writeMetrics(flags.metrics, figures, warn);
  const servers = await serveTo(flags, figures, output).catch(async (error: unknown) => {
    await open.close();
    throw error;
  });
  const saving = state?.saveRegularly(open.node, warn);
  const keys = watchKeys(network.privateNetwork, (taken) => {
    open.sealing?.takeKeys(taken);
    logLine("keys", "the network's keys have changed", output);
  });
  await stop.requested;
  stop.dispose();
  writing?.[Symbol.dispose]();
  saving?.[Symbol.dispose]();
  keys?.[Symbol.dispose]();
  await Promise.all(servers.map((server) => server.close()));
  await state?.save(open.node).catch(() => warn("the contacts could not be saved"));
  await open.close();
  return 0;
}

/**
 * Datagrams live for a moment, and V8 gives them up to 48 MiB before it looks: most of what a flood makes a node grow by. With
 * a megabyte it grows by half, and answers as many (docs/benchmarks.md). Read by V8 each time that it would grow.
 */
function keepYoungGenerationSmall(): void {
  setFlagsFromString("--semi-space-growth-factor=1");
}

function figuresOf(open: OpenDhtNode): () => ServeFigures {
  const startedAtUnixMs = Date.now();
  return () => ({
    view: open.node.view(),
    refused: open.sealing?.counters,
    residentBytes: process.memoryUsage.rss(),
    startedAtUnixMs,
  });
}

/** Rejects where one of the places cannot be listened at. */
async function serveTo(
  { metricsPort, health }: ServeFlags,
  figures: () => ServeFigures,
  output: Output,
): Promise<readonly FiguresServer[]> {
  const places: readonly FiguresPlace[] = [
    ...(metricsPort === undefined ? [] : [{ port: parsePort(metricsPort, "--metrics-port") }]),
    ...(health === undefined ? [] : [{ socketPath: health }]),
  ];
  const servers: FiguresServer[] = [];
  for (const place of places) servers.push(await serveFigures(place, figures));
  for (const { address } of servers) output.note(`figures at ${address}`);
  return servers;
}

/** Keeps the file up to date until the answer is disposed of. */
function writeMetrics(path: string, figures: () => ServeFigures, warn: (why: string) => void): Disposable {
  const write = (): void => {
    void writeWhole(path, metricsText(figures()), METRICS_MODES).catch((error: Error) => warn(error.message));
  };
  write();
  const timer = setInterval(write, METRICS_INTERVAL_MS);
  return { [Symbol.dispose]: () => clearInterval(timer) };
}

/** One line for what an operator would want to know; traffic is not told line by line. */
function logEvent(event: DhtEvent, output: Output): void {
  const text = eventText(event);
  if (text !== undefined) logLine(event.kind, text, output);
}

function logLine(type: string, text: string, output: Output): void {
  output.note(`${new Date().toISOString().slice(0, 19)}Z ${text}`);
  output.json({ v: 1, t: Date.now(), type, text });
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
