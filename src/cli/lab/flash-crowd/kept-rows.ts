/** Rows of a report that is there already: a large crowd takes an hour, so a table is made of several runs. */
import { join } from "node:path";
import { ClientError } from "../../../core/errors.ts";
import { readIfThere } from "../../files/write-whole.ts";
import type { CrowdRow } from "./crowd-rows.ts";

/** The figures of a report, as its JSON file has them. */
export interface CrowdFigures {
  readonly ok: true;
  readonly scenario: string;
  readonly seed: number;
  /** What the rows were made with, in that order. */
  readonly commands: readonly string[];
  /** By size. */
  readonly rows: readonly CrowdRow[];
}

/** The report in `folder`; undefined where there is none. Throws a `ClientError` for a file that is no such report. */
export async function readCrowdFigures(folder: string): Promise<CrowdFigures | undefined> {
  const path = join(folder, "flash-crowd.json");
  const text = await readIfThere(path);
  if (text === "") return undefined;
  try {
    const figures = JSON.parse(text) as CrowdFigures;
    if (Array.isArray(figures.rows) && Array.isArray(figures.commands)) return figures;
  } catch {
    // Told below, as is JSON of something else.
  }
  throw new ClientError("USAGE", `--add: ${path} is no report of this scenario`);
}

/** Both reports in one; where both have a run, that of `latest` counts. Throws a `ClientError` when they cannot be compared. */
export function addedTo(former: CrowdFigures | undefined, latest: CrowdFigures): CrowdFigures {
  if (former === undefined) return latest;
  if (former.scenario !== latest.scenario || former.seed !== latest.seed)
    throw new ClientError("USAGE", "--add: the report there is of other links or another seed");
  const bySize = new Map(former.rows.map((row) => [row.peers, row]));
  for (const row of latest.rows) bySize.set(row.peers, mergedRow(bySize.get(row.peers), row));
  return {
    ...latest,
    commands: [...new Set([...former.commands, ...latest.commands])],
    rows: [...bySize.values()].sort((a, b) => a.peers - b.peers),
  };
}

function mergedRow(former: CrowdRow | undefined, latest: CrowdRow): CrowdRow {
  if (former === undefined) return latest;
  const superSeeding = latest.publisherCopies === null && former.publisherCopies !== null ? former : latest;
  const plain = latest.publisherCopiesPlain === null ? former : latest;
  const { finishedPlain, medianPlainMs, p95PlainMs, lastFinishedPlainMs } = plain;
  const { publisherCopiesPlain, publisherUplinkPlain } = plain;
  return {
    ...superSeeding,
    ...{ finishedPlain, medianPlainMs, p95PlainMs, lastFinishedPlainMs },
    ...{ publisherCopiesPlain, publisherUplinkPlain },
  };
}
