/** Runs the user's programs, never through a shell (threats C2, TU08). */
import { spawn } from "node:child_process";
import { join, resolve } from "node:path";
import { ClientError } from "../core/errors.ts";
import type { ProgramCall, ProgramRunner } from "../session/session-ports.ts";

export class NodeProgramRunner implements ProgramRunner {
  run(program: readonly string[], call: ProgramCall): Promise<number> {
    const [command, ...args] = program;
    if (command === undefined) return Promise.reject(new ClientError("USAGE", "There is no program to run."));
    // Absolute, so it can never be taken for an option.
    const path = join(resolve(call.folder), call.path);
    return new Promise((done, reject) => {
      const child = spawn(command, [...args, path], {
        shell: false,
        cwd: resolve(call.folder),
        stdio: "ignore",
        env: { ...process.env, ...call.environment },
      });
      // The session's end does not wait for it, and does not end it.
      child.unref();
      child.on("error", (error) => reject(new ClientError("PATH_NOT_FOUND", `${command}: ${error.message}`)));
      child.on("exit", (code, signal) => done(code ?? (signal === null ? 1 : 128)));
    });
  }
}
