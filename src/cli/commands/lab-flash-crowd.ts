/**
 * `starling lab flash-crowd`: what a publisher pays when a crowd comes at once, and how long the crowd takes. The same
 * seed gives the same bytes on stdout; how long it took on this machine goes to stderr.
 */
import { totalmem } from "node:os";
import { getHeapStatistics } from "node:v8";
import { ClientError } from "../../core/errors.ts";
import { parseCount } from "../arguments/quantities.ts";
import { EXIT_OK } from "../exit-codes.ts";
import { crowdChart, crowdReport, scenarioText } from "../lab/flash-crowd/crowd-report.ts";
import { type CrowdRow, crowdRow, type SeedingKinds } from "../lab/flash-crowd/crowd-rows.ts";
import { addedTo, type CrowdFigures, readCrowdFigures } from "../lab/flash-crowd/kept-rows.ts";
import { writeLabFiles } from "../lab/report/lab-files.ts";
import type { Output } from "../output/output.ts";

interface FlashCrowdFlags {
  readonly peers: string;
  readonly seed: string;
  readonly superSeeding: string;
  readonly out?: string;
  readonly add?: boolean;
}

const MAX_PEERS = 10_000;
/** What a peer takes at the peak of a run, most of it its connections: 3.5 GiB were measured with 1,000. */
const MIB_PER_PEER = 4;
const MIB = 2 ** 20;
const MAX_SEED: number = 2 ** 31;
const KINDS: readonly SeedingKinds[] = ["both", "only", "without"];
/** A line on the way for each so many simulated seconds. */
const NOTE_EVERY_SECONDS = 30;

export async function runLabFlashCrowd(
  _operands: readonly string[],
  flags: FlashCrowdFlags,
  output: Output,
): Promise<number> {
  const sizes = flags.peers.split(",").map((text) => parseCount(text.trim(), "--peers", 1, MAX_PEERS));
  const seed = parseCount(flags.seed, "--seed", 0, MAX_SEED);
  const kinds = parseKinds(flags.superSeeding);
  if (flags.add === true && flags.out === undefined)
    throw new ClientError("USAGE", "--add: to which report, says --out");
  const former = flags.add === true ? await readCrowdFigures(flags.out as string) : undefined;
  const none: CrowdFigures = { ok: true, scenario: scenarioText(), seed, commands: [], rows: [] };
  // What cannot be added to is said before the hour that it takes.
  addedTo(former, none);
  const shortage = memoryShortage(Math.max(...sizes), heapLimitMib(), Math.floor(totalmem() / MIB));
  if (shortage !== undefined) output.note(shortage);
  const rows = sizes.map((peers) => measured(peers, seed, kinds, output));
  const command = `starling lab flash-crowd --peers ${sizes.join(",")} --seed ${seed}${kinds === "both" ? "" : ` --super-seeding ${kinds}`}`;
  const figures = addedTo(former, { ...none, commands: [command], rows });
  const markdown = crowdReport(figures.commands, figures.rows);
  if (flags.out !== undefined)
    await writeLabFiles(flags.out, {
      name: "flash-crowd",
      figures,
      markdown,
      chart: crowdChart(figures.rows),
    });
  output.result(markdown.trimEnd());
  output.json(figures);
  return EXIT_OK;
}

/** One row, with lines on the way. */
function measured(peers: number, seed: number, kinds: SeedingKinds, output: Output): CrowdRow {
  const startedAt = process.hrtime.bigint();
  const row = crowdRow({
    seed,
    peers,
    kinds,
    onSecond: (kind, atSeconds, finished) => {
      if (atSeconds % NOTE_EVERY_SECONDS === 0)
        output.note(`${peers} peers, ${kind}: ${finished} have finished after ${atSeconds} s`);
    },
  });
  output.note(machineLine(peers, Number(process.hrtime.bigint() - startedAt) / 1e9));
  return row;
}

/** What is to be said where the largest crowd will probably not fit; undefined where it will. */
export function memoryShortage(peers: number, heapMib: number, machineMib: number): string | undefined {
  const neededMib = peers * MIB_PER_PEER;
  if (neededMib > machineMib)
    return `${peers} peers need about ${neededMib} MiB of memory, and this machine has ${machineMib}: they will probably not fit`;
  if (neededMib > heapMib)
    return `${peers} peers need about ${neededMib} MiB of memory, and this Node.js stops at ${heapMib}: set NODE_OPTIONS=--max-old-space-size=${neededMib}`;
  return undefined;
}

function heapLimitMib(): number {
  return Math.floor(getHeapStatistics().heap_size_limit / MIB);
}

function parseKinds(text: string): SeedingKinds {
  const kinds = KINDS.find((kind) => kind === text);
  if (kinds !== undefined) return kinds;
  throw new ClientError("USAGE", `--super-seeding: "${text}" is none of ${KINDS.join(", ")}`);
}

function machineLine(peers: number, seconds: number): string {
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
  const processorSeconds = Math.round((userCPUTime + systemCPUTime) / 1e6);
  return `${peers} peers on this machine: ${seconds.toFixed(0)} s; so far ${processorSeconds} s of processor, peak ${Math.round(maxRSS / 1_024)} MiB`;
}
