// How long a command takes before it has answered, as a multiple of `node -e 0` run beside it:
//   node bench/startup.mjs [RUNS]
// Commands take turns, so that a machine that is busy for a moment is busy for all of them. Medians and the 90th
// percentile over RUNS (default 40). `status` asks an engine that runs, with no torrents, under a profile of its own.
import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const PROGRAM = join(import.meta.dirname, "..", "dist", "cli", "main.js");
const runs = Number(process.argv[2] ?? 40);
const home = mkdtempSync(join(tmpdir(), "starling-startup-"));
const env = { PATH: process.env.PATH, HOME: home, XDG_RUNTIME_DIR: home, STARLING_LOOPBACK_ONLY: "1" };

const COMMANDS = {
  "node -e 0": ["-e", "0"],
  "starling --version": [PROGRAM, "--version"],
  "starling --help": [PROGRAM, "--help"],
  "starling status": [PROGRAM, "status"],
  "starling completions --torrents": [PROGRAM, "completions", "--torrents"],
};

/** Wall time, and CPU time of user and system as `times` of the shell has it, which a busy machine does not stretch. */
function timed(args) {
  const started = process.hrtime.bigint();
  const script = '"$@" >/dev/null && times';
  const run = spawnSync("sh", ["-c", script, "sh", process.execPath, ...args], { env, encoding: "utf8" });
  if (run.status !== 0) throw new Error(`${args.join(" ")} ended with ${run.status}: ${run.stderr}`);
  const wallMs = Number(process.hrtime.bigint() - started) / 1e6;
  const ofChildren = run.stdout.split("\n")[1].matchAll(/(\d+)m([\d.]+)s/g);
  const cpuMs = [...ofChildren].reduce((sum, [, m, s]) => sum + 60_000 * Number(m) + 1_000 * Number(s), 0);
  return { wallMs, cpuMs };
}

function quantile(values, share) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
}

const engineArgs = [
  "daemon",
  "start",
  "--foreground",
  "--host",
  "127.0.0.1",
  "--port",
  "0",
  "--bootstrap",
  "none",
];
const engine = spawn(process.execPath, [PROGRAM, ...engineArgs], {
  env,
  stdio: ["ignore", "pipe", "inherit"],
});
await new Promise((resolve, reject) => {
  engine.stdout.on("data", (text) => String(text).includes("listening") && resolve());
  engine.once("exit", (exit) => reject(new Error(`the engine ended with ${exit}`)));
});
try {
  const times = Object.fromEntries(Object.keys(COMMANDS).map((name) => [name, []]));
  for (let run = 0; run <= runs; run++) {
    for (const [name, args] of Object.entries(COMMANDS)) {
      const time = timed(args);
      if (run > 0) times[name].push(time); // the first turn warms the disk's cache
    }
  }
  for (const kind of ["wallMs", "cpuMs"]) {
    const base = quantile(
      times["node -e 0"].map((time) => time[kind]),
      0.5,
    );
    for (const [name, list] of Object.entries(times)) {
      const values = list.map((time) => time[kind]);
      const median = quantile(values, 0.5);
      const p90 = quantile(values, 0.9).toFixed(1);
      console.log(
        `${kind.padEnd(8)}${name.padEnd(32)}${median.toFixed(1)}  p90 ${p90}  ${(median / base).toFixed(2)}x`,
      );
    }
  }
} finally {
  engine.kill("SIGTERM");
  await new Promise((resolve) => engine.once("exit", resolve));
  rmSync(home, { recursive: true, force: true });
}
