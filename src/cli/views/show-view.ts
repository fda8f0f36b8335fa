/**
 * A view of the running engine, printed once or, with `--watch`, again and again: redrawn in place on a terminal, one
 * block after the other elsewhere, NDJSON with `--json`.
 */
import type { EngineClient } from "../../session/index.ts";
import type { SessionSnapshot } from "../../session/session-view.ts";
import { EXIT_OK } from "../exit-codes.ts";
import type { Output } from "../output/output.ts";
import { onStopRequest } from "../signals.ts";

export interface ViewFlags {
  readonly watch?: boolean;
  readonly plain?: boolean;
}

export interface View {
  /** Type of the NDJSON lines. */
  readonly type: string;
  readonly lines: (snapshot: SessionSnapshot, form: "aligned" | "plain") => readonly string[];
  readonly fields: (snapshot: SessionSnapshot) => object;
}

/** A person reads no faster. */
const REDRAW_MS = 1_000;
const FORM_VERSION = 1;

/** Answers the exit code: 0, or that of the signal which ended the watching. */
export async function showView(
  engine: EngineClient,
  view: View,
  flags: ViewFlags,
  output: Output,
): Promise<number> {
  const form = flags.plain === true || process.stdout.isTTY !== true ? "plain" : "aligned";
  if (flags.watch === true) return await watchView(engine, view, form, output);
  const snapshot = engine.getSnapshot();
  for (const line of view.lines(snapshot, form)) output.result(line);
  output.json({ ok: true, ...view.fields(snapshot) });
  return EXIT_OK;
}

async function watchView(
  engine: EngineClient,
  view: View,
  form: "aligned" | "plain",
  output: Output,
): Promise<number> {
  const stop = onStopRequest();
  const isInPlace = process.stdout.isTTY === true && process.env["TERM"] !== "dumb" && !output.isJson;
  const draw = (): void => {
    const snapshot = engine.getSnapshot();
    const lines = view.lines(snapshot, form);
    if (isInPlace) output.result(`${HOME_AND_CLEAR}${fitted(lines).join("\n")}`);
    else for (const line of lines) output.result(line);
    output.json({ v: FORM_VERSION, t: Date.now(), type: view.type, ...view.fields(snapshot) });
  };
  draw();
  const timer = setInterval(draw, REDRAW_MS);
  try {
    return await stop.requested;
  } finally {
    clearInterval(timer);
    stop.dispose();
  }
}

/** Cursor to the upper left, everything behind it erased; what stands above in the terminal's memory stays. */
const HOME_AND_CLEAR = "\x1b[H\x1b[J";

/** What fits on the screen, one row left for the cursor. */
function fitted(lines: readonly string[]): readonly string[] {
  const { rows = 24, columns = 80 } = process.stdout;
  return lines.slice(0, rows - 1).map((line) => [...line].slice(0, columns).join(""));
}
