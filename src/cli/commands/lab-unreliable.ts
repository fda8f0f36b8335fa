/**
 * `starling lab unreliable`: whether those who stay get the file when the publisher has gone, half of the peers too, and the
 * network breaks now and then. The same seeds give the same bytes on stdout.
 */
import { ClientError } from "../../core/errors.ts";
import { parseCount } from "../arguments/quantities.ts";
import { EXIT_OK } from "../exit-codes.ts";
import { writeLabFiles } from "../lab/report/lab-files.ts";
import { unreliableChart, unreliableReport } from "../lab/unreliable/unreliable-report.ts";
import {
  type UnreliableRow,
  type UnreliableRowOptions,
  unreliableRow,
} from "../lab/unreliable/unreliable-rows.ts";
import type { Output } from "../output/output.ts";

interface UnreliableFlags {
  readonly peers: string;
  readonly seeds: string;
  readonly otherSeeds?: string;
  readonly seed: string;
  readonly kinds: string;
  readonly copies: string;
  readonly out?: string;
}

const MAX_PEERS = 1_000;
const MAX_SEEDS = 10_000;
const MAX_SEED: number = 2 ** 31;
const KINDS: readonly UnreliableRow["kind"][] = ["calm", "super-seeding", "plain"];
/** A line on the way for each so many swarms. */
const NOTE_EVERY = 10;

export async function runLabUnreliable(
  _operands: readonly string[],
  flags: UnreliableFlags,
  output: Output,
): Promise<number> {
  const peers = parseCount(flags.peers, "--peers", 4, MAX_PEERS);
  const seeds = parseCount(flags.seeds, "--seeds", 1, MAX_SEEDS);
  const otherSeeds =
    flags.otherSeeds === undefined ? seeds : parseCount(flags.otherSeeds, "--other-seeds", 1, MAX_SEEDS);
  const firstSeed = parseCount(flags.seed, "--seed", 0, MAX_SEED);
  const copies = flags.copies.split(",").map(parseCopies);
  const kinds = parseKinds(flags.kinds);
  const wanted = kinds.flatMap((kind): readonly Pick<UnreliableRowOptions, "kind" | "copies">[] =>
    kind === "plain" ? copies.map((count) => ({ kind, copies: count })) : [{ kind }],
  );
  const rows: UnreliableRow[] = wanted.map((kind) => {
    const swarms = kind.kind === "super-seeding" ? seeds : otherSeeds;
    const onSwarm = (done: number): void => {
      if (done % NOTE_EVERY === 0)
        output.note(`${kind.kind} ${kind.copies ?? ""}: ${done} of ${swarms} swarms`);
    };
    return unreliableRow({ ...kind, peers, firstSeed, seeds: swarms, onSwarm });
  });
  const command = [
    `starling lab unreliable --peers ${peers} --seeds ${seeds} --other-seeds ${otherSeeds} --seed ${firstSeed}`,
    `--kinds ${kinds.join(",")}`,
    ...(kinds.includes("plain") ? [`--copies ${copies.join(",")}`] : []),
  ];
  const markdown = unreliableReport(command.join(" "), rows);
  const figures = { ok: true, seed: firstSeed, rows };
  if (flags.out !== undefined)
    await writeLabFiles(flags.out, { name: "unreliable", figures, markdown, chart: unreliableChart(rows) });
  output.result(markdown.trimEnd());
  output.json(figures);
  return EXIT_OK;
}

function parseKinds(text: string): readonly UnreliableRow["kind"][] {
  const asked = text.split(",").map((kind) => kind.trim());
  const unknown = asked.find((kind) => !KINDS.some((known) => known === kind));
  if (unknown !== undefined)
    throw new ClientError("USAGE", `--kinds: "${unknown}" is none of ${KINDS.join(", ")}`);
  return KINDS.filter((kind) => asked.includes(kind));
}

function parseCopies(text: string): number {
  const copies = /^\d+(\.\d+)?$/.test(text.trim()) ? Number(text) : Number.NaN;
  if (copies > 0 && copies <= 100) return copies;
  throw new ClientError("USAGE", `--copies: "${text}" is not a number of copies up to 100`);
}
