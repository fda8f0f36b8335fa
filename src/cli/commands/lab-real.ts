/**
 * `starling lab real`: a flash crowd of real processes over loopback, of Starling and of libtorrent, beside the simulation
 * of the same crowd. How the simulation is held against reality, and Starling against another program.
 */
import { ClientError } from "../../core/errors.ts";
import { parseCount, parseDuration, parseSize } from "../arguments/quantities.ts";
import { EXIT_INCOMPLETE, EXIT_OK } from "../exit-codes.ts";
import { CROWD_CLIENTS, type CrowdClientName, requireClient } from "../lab/real/crowd-clients.ts";
import { realChart, realReport, scenarioText } from "../lab/real/real-report.ts";
import { type RealRow, type RealScenario, realRow, simulatedRow } from "../lab/real/real-rows.ts";
import { writeLabFiles } from "../lab/report/lab-files.ts";
import type { Output } from "../output/output.ts";
import { onStopRequest } from "../signals.ts";

interface RealFlags {
  readonly peers: string;
  readonly size: string;
  readonly up: string;
  readonly down: string;
  readonly within: string;
  readonly clients: string;
  readonly seed: string;
  readonly out?: string;
}

/** Each is a process of about 100 MiB. */
const MAX_PEERS = 200;
const MAX_SEED: number = 2 ** 31;
const PIECE_BYTES = 2 ** 18;
/** Loopback: near enough to nothing. */
const RTT_MS = 1;
const NOTE_EVERY_SECONDS = 10;

export async function runLabReal(
  _operands: readonly string[],
  flags: RealFlags,
  output: Output,
): Promise<number> {
  const scenario = scenarioOf(flags);
  const clients = parseClients(flags.clients);
  for (const client of clients) requireClient(client);
  const simulated = simulatedRow(scenario);
  const stop = onStopRequest();
  const abort = new AbortController();
  let exit: number | undefined;
  void stop.requested.then((code) => {
    exit = code;
    abort.abort();
  });
  const rows: RealRow[] = [];
  for (const client of clients) {
    if (abort.signal.aborted) break;
    let notedAtSeconds = 0;
    rows.push(
      await realRow(
        client,
        scenario,
        simulated.arrivalsMs,
        abort.signal,
        (atSeconds, finished, connections) => {
          if (atSeconds >= notedAtSeconds + NOTE_EVERY_SECONDS) {
            notedAtSeconds = atSeconds;
            output.note(
              `${client}: ${finished} of ${scenario.peers} have finished after ${atSeconds} s, ${connections.toFixed(1)} connections each`,
            );
          }
        },
      ),
    );
  }
  stop.dispose();
  if (exit !== undefined) return exit;
  rows.push(simulated.row);
  const markdown = realReport(commandText(flags), scenario, rows);
  const isComplete = rows.every(({ finished, peers }) => finished === peers);
  const figures = { ok: isComplete, scenario: scenarioText(scenario), seed: scenario.seed, rows };
  if (flags.out !== undefined)
    await writeLabFiles(flags.out, { name: "real", figures, markdown, chart: realChart(scenario, rows) });
  output.result(markdown.trimEnd());
  output.json(figures);
  return isComplete ? EXIT_OK : EXIT_INCOMPLETE;
}

function scenarioOf(flags: RealFlags): RealScenario {
  const peer = {
    upBytesPerSecond: parseSize(flags.up, "--up"),
    downBytesPerSecond: parseSize(flags.down, "--down"),
  };
  return {
    seed: parseCount(flags.seed, "--seed", 0, MAX_SEED),
    peers: parseCount(flags.peers, "--peers", 1, MAX_PEERS),
    totalBytes: parseSize(flags.size, "--size"),
    pieceBytes: PIECE_BYTES,
    links: { publisher: peer, peer, minRttMs: RTT_MS, maxRttMs: RTT_MS },
    arriveWithinMs: parseDuration(flags.within, "--within"),
  };
}

function parseClients(text: string): readonly CrowdClientName[] {
  return text.split(",").map((word) => {
    const client = CROWD_CLIENTS.find((name) => name === word.trim());
    if (client !== undefined) return client;
    throw new ClientError("USAGE", `--clients: "${word}" is none of ${CROWD_CLIENTS.join(", ")}`);
  });
}

function commandText({ peers, size, up, down, within, clients, seed }: RealFlags): string {
  return `starling lab real --peers ${peers} --size ${size} --up ${up} --down ${down} --within ${within} --clients ${clients} --seed ${seed}`;
}
