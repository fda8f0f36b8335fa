/**
 * How often a property runs. Every parser of remote or stored bytes takes 10,000 inputs in `npm test`; a soak sets
 * FUZZ_RUNS=100000. A failing run prints its seed and the shrunk input.
 */
export function fuzzRuns(): number {
  const wished = Number(process.env["FUZZ_RUNS"]);
  return Number.isInteger(wished) && wished > 0 ? wished : 10_000;
}

/** For properties that cost far more than a parser: a share of the runs, at least 100. */
export function fewerFuzzRuns(divisor: number): number {
  return Math.max(100, Math.ceil(fuzzRuns() / divisor));
}
