/** `starling dht ping`: is one DHT node there, how far is it, and what is its id. */
import { toHex } from "../../core/bytes.ts";
import { type Endpoint, formatEndpoint } from "../../core/endpoint.ts";
import { safeText } from "../../core/safe-text.ts";
import type { PingResult } from "../../dht/index.ts";
import { parseHostPort } from "../../session/index.ts";
import { parseBootstrap } from "../arguments/addresses.ts";
import { type NetworkFlags, parseNetworkOptions } from "../arguments/network-options.ts";
import { parseCount } from "../arguments/quantities.ts";
import { openDhtNode } from "../engine/open-dht-node.ts";
import { EXIT_OK, exitCodeOf } from "../exit-codes.ts";
import type { Output } from "../output/output.ts";

interface PingFlags extends NetworkFlags {
  readonly count: string;
}

/** As `ping` does; a node is not an enemy. */
const PAUSE_MS = 1_000;
const MAX_COUNT = 1_000;

export async function runDhtPing(
  operands: readonly string[],
  flags: PingFlags,
  output: Output,
): Promise<number> {
  const text = operands[0] as string;
  parseBootstrap([text]);
  const count = parseCount(flags.count, "--count", 1, MAX_COUNT);
  const network = { ...parseNetworkOptions(flags, 0), bootstrap: [text] };
  const open = await openDhtNode({ network, defaultBootstrap: "none", limits: "on", readOnly: true });
  try {
    const target = open.bootstrapNodes[0] as Endpoint;
    const results: PingResult[] = [];
    for (let i = 0; i < count; i++) {
      if (i > 0) await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
      const result = await new Promise<PingResult>((resolve) => open.node.ping(target, resolve));
      results.push(result);
      printResult(target, result, output);
    }
    return printSummary(formatEndpoint(target), results, output);
  } finally {
    await open.close();
  }
}

function printResult(target: Endpoint, result: PingResult, output: Output): void {
  if (result.ok)
    output.result(
      `${formatEndpoint(target)} node ${toHex(result.id)} ${result.rttMs.toFixed(1)} ms${versionText(result.version)}`,
    );
  else output.result(`${formatEndpoint(target)} no answer (${result.reason})`);
}

/** Two letters for the client and two bytes for its version, by convention (BEP 20 for DHT nodes). */
function versionText(version: Uint8Array | undefined): string {
  if (version === undefined || version.length < 2) return "";
  const name = safeText(String.fromCharCode(...version.subarray(0, 2)));
  return ` ${name} ${[...version.subarray(2)].join(".")}`;
}

function printSummary(address: string, results: readonly PingResult[], output: Output): number {
  const answers = results.flatMap((result) => (result.ok ? [result] : []));
  const rtts = answers.map((answer) => answer.rttMs).sort((a, b) => a - b);
  const first = answers[0];
  output.json({
    ok: answers.length > 0,
    address,
    id: first === undefined ? null : toHex(first.id),
    sent: results.length,
    answered: answers.length,
    minRttMs: rtts[0] ?? null,
    medianRttMs: rtts[Math.floor(rtts.length / 2)] ?? null,
    maxRttMs: rtts.at(-1) ?? null,
  });
  if (results.length > 1) output.result(`${answers.length} of ${results.length} answered`);
  if (answers.length > 0) return EXIT_OK;
  output.note(
    `hint: ${parseHostPort(address) === undefined ? "" : "The node may be down, or UDP to it may be blocked."}`,
  );
  return exitCodeOf("DHT_UNREACHABLE");
}
