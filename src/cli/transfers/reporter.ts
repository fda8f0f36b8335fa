/** What prints a transfer: a log for pipes, live lines for a terminal, NDJSON for programs. */
import type { SessionSnapshot } from "../../session/session-view.ts";
import type { Output } from "../output/output.ts";
import { JsonReporter } from "./json-reporter.ts";
import { LiveReporter } from "./live-reporter.ts";
import { LogReporter } from "./log-reporter.ts";
import type { TransferEvent } from "./transfer-observer.ts";

export interface TransferReporter {
  report(event: TransferEvent): void;
  /** Called once for every snapshot, after its events. */
  tick(snapshot: SessionSnapshot): void;
  /** Leaves the terminal clean; called once. */
  end(): void;
}

/** The reporter that fits `output` and the terminal at hand. */
export function chooseReporter(output: Output): TransferReporter {
  if (output.isJson) return new JsonReporter(output);
  const isLive = process.stderr.isTTY === true && process.env["TERM"] !== "dumb" && !output.isQuiet;
  return isLive ? new LiveReporter(output) : new LogReporter(output);
}
