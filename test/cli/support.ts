/** Runs the built program as a user would: its own process, its own state folder, pipes for output. */
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export const PROGRAM = join(import.meta.dirname, "..", "..", "dist", "cli", "main.js");

export interface Finished {
  readonly exit: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Running {
  readonly pid: number | undefined;
  readonly finished: Promise<Finished>;
  /** Resolves with the first line of stdout or stderr that matches. */
  line(pattern: RegExp): Promise<string>;
  kill(signal: NodeJS.Signals): void;
}

/** A folder that is gone when the test process ends. */
export function scratchFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "starling-test-"));
  process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** What a program of ours may see of the environment: nothing of the user's, nothing of the runner's. */
export function cleanEnvironment(home: string): NodeJS.ProcessEnv {
  return {
    PATH: process.env["PATH"],
    HOME: home,
    LANG: "C.UTF-8",
    TERM: "xterm-256color",
    STARLING_LOOPBACK_ONLY: "1",
  };
}

export function start(
  args: readonly string[],
  home: string = scratchFolder(),
  environment: NodeJS.ProcessEnv = {},
): Running {
  const child = spawn(process.execPath, [PROGRAM, ...args], {
    env: { ...cleanEnvironment(home), ...environment },
    cwd: home,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let stdout = "";
  let stderr = "";
  const waiting = new Set<() => void>();
  const heard = (): void => {
    for (const check of waiting) check();
  };
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
    heard();
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
    heard();
  });
  const finished = new Promise<Finished>((resolve) =>
    child.once("close", (exit) => resolve({ exit, stdout, stderr })),
  );
  return {
    pid: child.pid,
    finished,
    line: (pattern) =>
      new Promise((resolve, reject) => {
        const check = (): void => {
          const line = `${stdout}\n${stderr}`.split("\n").find((candidate) => pattern.test(candidate));
          if (line === undefined) return;
          waiting.delete(check);
          resolve(line);
        };
        waiting.add(check);
        void finished.then(({ exit }) =>
          reject(new Error(`ended with ${exit} before ${pattern}:\n${stdout}\n${stderr}`)),
        );
        check();
      }),
    kill: (signal) => void child.kill(signal),
  };
}

export function run(
  args: readonly string[],
  home?: string,
  environment: NodeJS.ProcessEnv = {},
): Promise<Finished> {
  return start(args, home, environment).finished;
}
