/**
 * How often a property runs. Every parser of remote or stored bytes takes 10,000 inputs in `npm test`; a soak sets
 * FUZZ_RUNS=100000. A failing run prints its seed and the shrunk input. Files that import this get the time that
 * so many runs need, also on a busy machine.
 */
import { vi } from "vitest";

const DEFAULT_RUNS = 10_000;
/** Milliseconds a run may take on average before a test counts as hanging: thirty times what the slowest needs. */
const TIMEOUT_MS_PER_RUN = 3;

vi.setConfig({ testTimeout: Math.max(fuzzRuns(), DEFAULT_RUNS) * TIMEOUT_MS_PER_RUN });

export function fuzzRuns(): number {
  const wished = Number(process.env["FUZZ_RUNS"]);
  return Number.isInteger(wished) && wished > 0 ? wished : DEFAULT_RUNS;
}

/** For properties that cost far more than a parser: a share of the runs, at least 100. */
export function fewerFuzzRuns(divisor: number): number {
  return Math.max(100, Math.ceil(fuzzRuns() / divisor));
}
