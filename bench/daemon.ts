/** An engine in the background for benchmarks that kill it: a home of its own, loopback only. */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { attachEngine } from "../src/cli/engine/attach-engine.ts";
import type { EngineClient } from "../src/session/index.ts";

const PROGRAM = join(import.meta.dirname, "..", "dist", "cli", "main.js");

export interface RunningEngine {
  readonly child: ChildProcess;
  /** `host:port`. */
  readonly listening: string;
  readonly exited: Promise<void>;
}

/** A folder that is gone in the end; from now on it is the home of this process and of those that it starts. */
export function ownHome(): string {
  const home = mkdtempSync(join(tmpdir(), "starling-kill9-"));
  process.on("exit", () => rmSync(home, { recursive: true, force: true }));
  for (const name of Object.keys(process.env)) if (/^(XDG|STARLING)_/.test(name)) delete process.env[name];
  Object.assign(process.env, { HOME: home, STARLING_LOOPBACK_ONLY: "1" });
  return home;
}

/** Resolves when it listens. Needs `npm run bundle`. */
export async function startEngine(profile: string, ...options: readonly string[]): Promise<RunningEngine> {
  const network = ["--host", "127.0.0.1", "--port", "0", "--bootstrap", "none", "--profile", profile];
  const child = spawn(
    process.execPath,
    [PROGRAM, "daemon", "start", "--foreground", ...network, ...options],
    { env: process.env, cwd: process.env["HOME"], stdio: ["ignore", "pipe", "inherit"] },
  );
  const exited = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const line = await new Promise<string>((resolve, reject) => {
    child.stdout?.once("data", (bytes: Buffer) => resolve(bytes.toString()));
    void exited.then(() => reject(new Error("the engine ended before it listened")));
  });
  return { child, exited, listening: /listening (\S+)/.exec(line)?.[1] ?? "" };
}

export async function attach(profile: string): Promise<EngineClient> {
  const client = await attachEngine({ profile });
  if (client === undefined) throw new Error("the engine is gone");
  return client;
}
