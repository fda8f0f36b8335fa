/** A program of the system, run to its end with an argument vector, never through a shell (threats C2). */
import { spawn } from "node:child_process";

export interface ToolResult {
  /** Null when it could not be started. */
  readonly exit: number | null;
  readonly stdout: string;
}

export type RunTool = (program: string, args: readonly string[]) => Promise<ToolResult>;

export const runTool: RunTool = (program, args) =>
  new Promise((resolve) => {
    let stdout = "";
    const child = spawn(program, args, { shell: false, stdio: ["ignore", "pipe", "ignore"] });
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      stdout += text;
    });
    child.once("error", () => resolve({ exit: null, stdout }));
    child.once("close", (exit) => resolve({ exit, stdout }));
  });
