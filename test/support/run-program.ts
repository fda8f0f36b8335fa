/** Programs of the system that tests need and JavaScript has no call for. */
import { execFileSync } from "node:child_process";

/** Runs `program` and waits for it. Throws with its message when it fails. */
export function runProgram(program: string, ...args: readonly string[]): void {
  execFileSync(program, args, { stdio: ["ignore", "ignore", "pipe"] });
}
