/**
 * A child process whose output is read as lines, with the time of each. It is stopped by its own process id only,
 * and an error about it always shows the last lines that it said.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";

export interface OutputLine {
  readonly stream: "stdout" | "stderr";
  readonly text: string;
  /** Unix time at which the line was read. */
  readonly atUnixMs: number;
}

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface LineProcessOptions {
  /** What the process is called in error messages. */
  readonly name: string;
  readonly command: readonly string[];
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly cwd?: string;
}

/** How long a stopped process may take to end by itself before it is killed. */
const GRACE_MS = 5_000;
/** Lines kept in memory; a chatty process loses its oldest. */
const KEPT_LINES = 50_000;
/** Lines of output that an error message quotes. */
const QUOTED_LINES = 25;

/** Of the machine, not of a user: reading a bundle of certificates delays every start of Node, and nobody here uses TLS. */
const WITHOUT_MACHINE_SETTINGS = { NODE_EXTRA_CA_CERTS: undefined };

/** Children that run; when this process ends without having stopped them (a failed run), they end with it. */
const running = new Set<ChildProcess>();
process.once("exit", () => {
  for (const child of running) child.kill("SIGKILL");
});

export class LineProcess {
  readonly name: string;
  readonly startedAtUnixMs = Date.now();
  readonly lines: OutputLine[] = [];
  /** Resolves when the process has ended and all its output was read. */
  readonly exit: Promise<Exit>;
  readonly #child: ChildProcess;
  readonly #watchers = new Set<() => void>();
  #ended: Exit | undefined;

  constructor(options: LineProcessOptions) {
    this.name = options.name;
    const [program, ...args] = options.command;
    this.#child = spawn(program as string, args, {
      stdio: ["pipe", "pipe", "pipe"],
      env: { ...process.env, ...WITHOUT_MACHINE_SETTINGS, ...options.env },
      ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    });
    running.add(this.#child);
    for (const stream of ["stdout", "stderr"] as const) {
      const input = this.#child[stream];
      if (input !== null) createInterface({ input }).on("line", (text) => this.#read(stream, text));
    }
    this.#child.stdin?.on("error", () => {}); // a process that has ended reads nothing more; its exit says so
    this.exit = new Promise((resolve) => {
      this.#child.once("error", (error) => this.#read("stderr", `cannot start: ${error.message}`));
      this.#child.once("close", (code, signal) => {
        running.delete(this.#child);
        this.#ended = { code, signal };
        resolve(this.#ended);
        this.#wake();
      });
    });
  }

  get pid(): number {
    if (this.#child.pid === undefined) throw new Error(this.describe("did not start"));
    return this.#child.pid;
  }

  get hasEnded(): boolean {
    return this.#ended !== undefined;
  }

  write(line: string): void {
    this.#child.stdin?.write(`${line}\n`);
  }

  /** The first line, past or future, that matches. */
  async waitForLine(pattern: RegExp, timeoutMs: number): Promise<OutputLine> {
    return this.waitFor(
      () => this.lines.find((line) => pattern.test(line.text)),
      timeoutMs,
      `a line like ${pattern}`,
    );
  }

  /** Polls `probe` whenever something was printed, until it gives something. */
  async waitFor<T>(probe: () => T | undefined, timeoutMs: number, what: string): Promise<T> {
    return new Promise((resolve, reject) => {
      const check = (): void => {
        const found = probe();
        if (found !== undefined) settle(() => resolve(found));
        else if (this.#ended !== undefined) {
          const { code, signal } = this.#ended;
          settle(() => reject(new Error(this.describe(`ended (${signal ?? code}) before ${what}`))));
        }
      };
      const timer = setTimeout(
        () => settle(() => reject(new Error(this.describe(`${timeoutMs} ms without ${what}`)))),
        timeoutMs,
      );
      const settle = (finish: () => void): void => {
        clearTimeout(timer);
        this.#watchers.delete(check);
        finish();
      };
      this.#watchers.add(check);
      check();
    });
  }

  /** The exit of a process that is expected to end by itself. */
  async waitForExit(timeoutMs: number): Promise<Exit> {
    return this.waitFor(() => this.#ended, timeoutMs, "an end of the process");
  }

  signal(signal: NodeJS.Signals): void {
    if (!this.hasEnded) this.#child.kill(signal);
  }

  /** Asks the process to end, and kills it when it does not. */
  async stop(): Promise<void> {
    if (this.hasEnded) return;
    this.#child.stdin?.end();
    this.signal("SIGTERM");
    const killer = setTimeout(() => this.signal("SIGKILL"), GRACE_MS);
    await this.exit;
    clearTimeout(killer);
  }

  describe(problem: string): string {
    const quoted = this.lines.slice(-QUOTED_LINES).map((line) => `    ${line.text}`);
    return [`${this.name}: ${problem}`, ...(quoted.length > 0 ? ["  it said last:", ...quoted] : [])].join(
      "\n",
    );
  }

  #read(stream: "stdout" | "stderr", text: string): void {
    this.lines.push({ stream, text, atUnixMs: Date.now() });
    if (this.lines.length > KEPT_LINES) this.lines.shift();
    this.#wake();
  }

  #wake(): void {
    for (const check of [...this.#watchers]) check();
  }
}
