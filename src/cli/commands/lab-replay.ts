/**
 * `starling lab replay FILE`: an engine runs again on what was recorded of another one, in virtual time. Exit 0 where it came to
 * the same states, 7 where it went another way.
 */
import { readFile } from "node:fs/promises";
import { ClientError } from "../../core/errors.ts";
import { type ReplayReport, replay } from "../../sim/index.ts";
import { RecordingFault } from "../../wire/index.ts";
import { EXIT_INCOMPLETE, EXIT_OK } from "../exit-codes.ts";
import { replayLines } from "../lab/replay/replay-lines.ts";
import type { Output } from "../output/output.ts";

export async function runLabReplay(
  operands: readonly string[],
  _flags: object,
  output: Output,
): Promise<number> {
  const path = operands[0] as string;
  const startedAt = process.hrtime.bigint();
  const report = replayOf(await bytesOf(path), path);
  const seconds = Number(process.hrtime.bigint() - startedAt) / 1e9;
  for (const line of replayLines(report)) output.result(line);
  output.note(`replayed in ${seconds.toFixed(1)} s`);
  output.json({ ok: report.divergence === null, ...report });
  return report.divergence === null ? EXIT_OK : EXIT_INCOMPLETE;
}

async function bytesOf(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (error) {
    throw new ClientError("PATH_NOT_FOUND", `Cannot read ${path}: ${(error as NodeJS.ErrnoException).code}`, {
      hint: "Give the file that --record wrote.",
      cause: error,
    });
  }
}

function replayOf(bytes: Uint8Array, path: string): ReplayReport {
  try {
    return replay(bytes);
  } catch (error) {
    if (!(error instanceof RecordingFault)) throw error;
    throw new ClientError("USAGE", `${path} cannot be replayed: ${error.message}`, {
      hint: "Give a file that --record of this version of Starling wrote.",
    });
  }
}
