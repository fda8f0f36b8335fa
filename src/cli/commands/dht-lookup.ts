/** `starling dht lookup`: which nodes are closest to an id, and with `--trace` every node on the way. */
import { toHex } from "../../core/bytes.ts";
import { formatEndpoint } from "../../core/endpoint.ts";
import { ClientError } from "../../core/errors.ts";
import { type InfoHash, infoHashFromHex } from "../../core/ids.ts";
import type { LookupResult, LookupStep } from "../../dht/index.ts";
import { parseMagnet } from "../../torrent/magnet.ts";
import { cancelInTime, parseTimeout } from "../arguments/cancel-in-time.ts";
import { type NetworkFlags, parseNetworkOptions } from "../arguments/network-options.ts";
import { openDhtNode } from "../engine/open-dht-node.ts";
import { EXIT_OK } from "../exit-codes.ts";
import type { Output } from "../output/output.ts";

interface LookupFlags extends NetworkFlags {
  readonly trace?: boolean;
  readonly timeout?: string;
}

export async function runDhtLookup(
  operands: readonly string[],
  flags: LookupFlags,
  output: Output,
): Promise<number> {
  const target = parseHash(operands[0] as string);
  const timeoutMs = parseTimeout(flags.timeout);
  const network = parseNetworkOptions(flags, 0);
  const open = await openDhtNode({ network, defaultBootstrap: "public", limits: "on", readOnly: true });
  const steps: LookupStep[] = [];
  const trace = (step: LookupStep): void => {
    printStep(step, output);
    steps.push(step);
  };
  try {
    const result = await new Promise<LookupResult>((resolve) => {
      const lookup = open.node.findNode(target, {
        onStep: flags.trace === true ? trace : undefined,
        onEnd: (result) => {
          callOff();
          resolve(result);
        },
      });
      const callOff = cancelInTime(lookup, timeoutMs);
    });
    requireAnswer(result);
    for (const node of result.closest) {
      output.result(`${toHex(node.id)} ${formatEndpoint(node.endpoint)} ${Math.round(node.rttMs)} ms`);
    }
    output.note(summary(result));
    output.json({
      ok: true,
      target: toHex(target),
      ...resultFields(result),
      ...(flags.trace === true ? { trace: steps.map(stepFields) } : {}),
    });
    return EXIT_OK;
  } finally {
    await open.close();
  }
}

/** An info-hash or node id as 40 hex digits, or the hash of a magnet link. */
export function parseHash(text: string): InfoHash {
  const hash = infoHashFromHex(text);
  if (hash !== undefined) return hash;
  const magnet = parseMagnet(text);
  if (magnet.ok) return magnet.value.infoHash;
  throw new ClientError("MAGNET_INVALID", `"${text.slice(0, 60)}" is not a hash`, {
    hint: "Give 40 hex digits or a magnet link.",
  });
}

/** Throws DHT_UNREACHABLE when nobody answered at all. */
export function requireAnswer(result: { readonly asked: number; readonly answered: number }): void {
  if (result.answered > 0) return;
  throw new ClientError("DHT_UNREACHABLE", `No DHT node is reachable: asked ${result.asked}, none answered`, {
    hint: "Check the connection, or name nodes that run with --bootstrap HOST:PORT.",
  });
}

export function printStep(step: LookupStep, output: Output): void {
  const id = step.id === undefined ? "?" : toHex(step.id);
  const rtt = step.rttMs === undefined ? "" : ` ${Math.round(step.rttMs)} ms`;
  output.note(
    `hop ${step.hop} ${formatEndpoint(step.endpoint)} ${id.slice(0, 12)} ${step.outcome}${rtt}` +
      ` shares ${step.sharedBits ?? "?"} bits, ${step.nodes} nodes, ${step.peers} peers`,
  );
}

function stepFields({ endpoint, id, hop, outcome, rttMs, sharedBits, nodes }: LookupStep): object {
  return {
    hop,
    address: formatEndpoint(endpoint),
    id: id === undefined ? null : toHex(id),
    outcome,
    rttMs: rttMs === undefined ? null : Math.round(rttMs),
    sharedBits: sharedBits ?? null,
    nodes,
  };
}

export function summary(result: LookupResult): string {
  return `asked ${result.asked}, ${result.answered} answered, ${result.timedOut} timed out, ${result.hops} hops, ${Math.round(result.elapsedMs)} ms`;
}

export function resultFields(result: LookupResult): object {
  return {
    outcome: result.outcome,
    asked: result.asked,
    answered: result.answered,
    timedOut: result.timedOut,
    hops: result.hops,
    elapsedMs: Math.round(result.elapsedMs),
    firstPeersMs: result.firstPeersMs === undefined ? null : Math.round(result.firstPeersMs),
    closest: result.closest.map((node) => ({
      id: toHex(node.id),
      address: formatEndpoint(node.endpoint),
      rttMs: Math.round(node.rttMs),
    })),
  };
}
