/** A log for pipes, live lines for a terminal, NDJSON for programs. */
import type { Output } from "../output/output.ts";
import { JsonReporter } from "./json-reporter.ts";
import { LiveReporter } from "./live-reporter.ts";
import { LogReporter } from "./log-reporter.ts";
import type { TransferReporter } from "./transfer-reporter.ts";

/** The reporter that fits `output` and the terminal at hand. */
export function chooseReporter(output: Output): TransferReporter {
  if (output.isJson) return new JsonReporter(output);
  const isLive = process.stderr.isTTY === true && process.env["TERM"] !== "dumb" && !output.isQuiet;
  return isLive ? new LiveReporter(output) : new LogReporter(output);
}
