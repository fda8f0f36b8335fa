import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";

/** Every suite runs under the egress guard: nothing in a test may leave 127.0.0.0/8 or [::1]. */
const env = { STARLING_LOOPBACK_ONLY: "1" };
/** Disk threads start from JavaScript, so the disk worker is bundled before the tests. */
const globalSetup = ["test/support/bundle-disk-worker.mjs"];

/** A machine that adds up several suites names a file for a report beside the one for people. */
const report = process.env["STARLING_TEST_REPORT"];

export default defineConfig({
  test: {
    // Vitest leaves a core to itself, which it hardly uses: on two cores that is half the machine.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    reporters: report === undefined ? ["default"] : ["default", ["json", { outputFile: report }]],
    projects: [
      {
        test: {
          name: "unit",
          env,
          globalSetup: ["test/support/temporary-folder.mjs", ...globalSetup],
          include: ["test/**/*.test.{ts,tsx}"],
          exclude: ["test/interop/**", "test/world/**", "test/soak/**"],
          // A worker keeps its modules from file to file: loading them anew took a fifth of the whole. No test may change a module's state.
          isolate: false,
          // Tests wait for events, never for time: this only ends one that hangs, on the slowest machine.
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: "interop",
          env,
          globalSetup,
          include: ["test/interop/**/*.test.ts", "test/world/**/*.test.ts"],
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
      {
        test: { name: "soak", env, globalSetup, include: ["test/soak/**/*.test.ts"], testTimeout: 3_600_000 },
      },
    ],
  },
});
