/** Turns any failure into one line that says what is wrong, one that says what to do, and an exit code. */
import { type ClientError, toClientError } from "../core/errors.ts";
import { safeText } from "../core/safe-text.ts";
import { exitCodeOf } from "./exit-codes.ts";
import type { Output } from "./output/output.ts";

/** Prints `error` and answers the exit code it stands for. Stacks only where `STARLING_DEBUG` is set. */
export function reportError(error: unknown, output: Output): number {
  const known = toClientError(error);
  const exit = exitCodeOf(known.code);
  output.failure(`error: ${safeText(known.message)}`);
  if (known.hint !== undefined) output.failure(`hint: ${safeText(known.hint)}`);
  if (known.code === "INTERNAL")
    output.failure("hint: This is a bug in Starling. STARLING_DEBUG=1 shows where it happened.");
  if (process.env["STARLING_DEBUG"] !== undefined) output.failure(stackOf(known));
  output.json({
    ok: false,
    error: { code: `E_${known.code}`, exit, message: known.message, hint: known.hint ?? null },
  });
  return exit;
}

function stackOf(error: ClientError): string {
  const cause = error.cause instanceof Error ? `\ncaused by ${error.cause.stack}` : "";
  return `${error.stack}${cause}`;
}
