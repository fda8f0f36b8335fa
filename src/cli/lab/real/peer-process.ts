/** A peer of a real crowd: a process of its own, followed by the lines that it says. */
import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import type { CommandLine } from "./crowd-clients.ts";

/** Linux counts processor time in these, whatever its timer does. */
const TICKS_PER_SECOND = 100;
/** Fields of /proc/PID/stat behind the name: user and system time. */
const USER_FIELD = 11;
const SYSTEM_FIELD = 12;

export class PeerProcess {
  readonly startedAtMs: number = performance.now();
  /** Of the process's clock; undefined until it has everything. */
  completeAtMs: number | undefined;
  uploadedBytes = 0;
  /** Connections that it has, by its last word. */
  connectedPeers = 0;
  /** User and system, as far as they were looked at; undefined where the system does not tell. */
  processorSeconds: number | undefined;
  /** Resolves when it answers the network; rejects when it ends before. */
  readonly listening: Promise<void>;
  /** Resolves when it has ended, by itself or not. */
  readonly ended: Promise<void>;
  readonly #child: ChildProcess;
  #lastWords = "";

  constructor([program, ...args]: CommandLine, environment: NodeJS.ProcessEnv) {
    const child = spawn(program, args, { env: environment, stdio: ["pipe", "pipe", "pipe"] });
    this.#child = child;
    let isListening = (): void => {};
    let isGone = (_: Error): void => {};
    this.listening = new Promise((resolve, reject) => {
      isListening = resolve;
      isGone = reject;
    });
    this.listening.catch(() => {});
    createInterface({ input: child.stdout }).on("line", (line) => this.#heard(line, isListening));
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      this.#lastWords = `${this.#lastWords}${text}`.slice(-1_000);
    });
    child.stdin.on("error", () => {});
    this.ended = new Promise((resolve) => {
      const end = (why: string): void => {
        isGone(new Error(`a peer ended (${why}): ${this.#lastWords.trim()}`));
        resolve();
      };
      child.once("error", (error) => end(error.message));
      child.once("close", (code) => end(`exit ${code}`));
    });
  }

  /** Notes what it has used until now. */
  look(): void {
    const { pid } = this.#child;
    if (pid === undefined || this.#child.exitCode !== null) return;
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
      const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
      this.processorSeconds = (Number(fields[USER_FIELD]) + Number(fields[SYSTEM_FIELD])) / TICKS_PER_SECOND;
    } catch {
      // It has ended, or this system has no such file: what was known stays.
    }
  }

  kill(): void {
    this.look();
    this.#child.stdin?.end();
    this.#child.kill("SIGKILL");
  }

  #heard(line: string, isListening: () => void): void {
    let said: { readonly type?: unknown; readonly uploadedBytes?: unknown; readonly peers?: unknown };
    try {
      said = JSON.parse(line) as typeof said;
    } catch {
      return;
    }
    if (said.type === "listening") isListening();
    if (typeof said.uploadedBytes === "number") this.uploadedBytes = said.uploadedBytes;
    if (typeof said.peers === "number") this.connectedPeers = said.peers;
    if (said.type === "complete") this.completeAtMs ??= performance.now();
  }
}
