import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";

const ROOT = join(import.meta.dirname, "..", "..");

test.runIf(process.platform === "linux")(
  "PR13, PR14: a process out of descriptors loses connections, never its listener, its files or its life",
  async () => {
    const child = `ulimit -n 512 && exec "$0" --import ./scripts/typescript.mjs test/platform/few-descriptors.ts`;
    const { stdout } = await promisify(execFile)("sh", ["-c", child, process.execPath], { cwd: ROOT });
    const { opened, ends, stored } = JSON.parse(stdout) as {
      readonly opened: number;
      readonly ends: readonly string[];
      readonly stored: number;
    };

    expect(opened).toBeLessThan(48);
    expect(ends.length).toBeGreaterThan(0);
    expect(stored).toBe(50);
  },
  20_000,
);
