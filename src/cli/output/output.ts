/**
 * The one place that writes to stdout and stderr outside the dashboard. Results go to stdout, progress and messages
 * to stderr; a reader that went away (EPIPE) ends the program quietly, as every filter does.
 */
import { writeSync } from "node:fs";
import { EXIT_OK, exitCodeOf } from "../exit-codes.ts";

export class Output {
  readonly isQuiet: boolean;
  /** `--json`: stdout carries JSON only. */
  readonly isJson: boolean;

  constructor(options: { readonly quiet?: boolean; readonly json?: boolean } = {}) {
    this.isQuiet = options.quiet === true;
    this.isJson = options.json === true;
  }

  /** A line of the result, for scripts and people. With `--json` nothing: the caller prints an object instead. */
  result(line: string): void {
    if (!this.isJson) writeLine(1, line);
  }

  /** One JSON object on a line of stdout, only with `--json`. */
  json(value: object): void {
    if (this.isJson) writeLine(1, JSON.stringify(value));
  }

  /** A message for people, on stderr; dropped with `--quiet`. */
  note(line: string): void {
    if (!this.isQuiet) writeLine(2, line);
  }

  /** A failure: on stderr even with `--quiet`. */
  failure(line: string): void {
    writeLine(2, line);
  }

  /** Bytes to stderr as they are: cursor movement of the live lines. */
  raw(text: string): void {
    writeAll(2, text);
  }
}

function writeLine(descriptor: 1 | 2, line: string): void {
  writeAll(descriptor, `${line}\n`);
}

/** Synchronous, so that nothing is lost when the process exits right after; a full pipe is waited for. */
function writeAll(descriptor: 1 | 2, text: string): void {
  let bytes = Buffer.from(text, "utf8");
  while (bytes.length > 0) {
    try {
      bytes = bytes.subarray(writeSync(descriptor, bytes));
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code;
      if (code === "EAGAIN") waitBriefly();
      else if (code === "EPIPE" || code === "EIO") process.exit(EXIT_OK);
      else failToWrite(descriptor, code);
    }
  }
}

/** A result that is lost must not look like success (threats PR05); a lost message has nobody to be told. */
function failToWrite(descriptor: 1 | 2, code: string | undefined): never {
  if (descriptor === 1) writeAll(2, `error: Cannot write to standard output: ${code}\n`);
  process.exit(exitCodeOf("DISK_ERROR"));
}

/** A pipe that is full and non-blocking: sleep a little instead of spinning. */
function waitBriefly(): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
}
