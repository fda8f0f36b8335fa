// The HAVE storm: 100 peers announce all 100,000 pieces of a torrent one by one, each in an order of its own: 5,000 a second each, or
// with `--rate 0` as fast as we read. Nothing can be downloaded, so what is measured is what ten million announcements cost and how
// late the engine's event loop gets.
//   npm run -s bundle && node bench/have-storm.mjs [--peers 100] [--pieces 100000] [--rate 5000]     (after bench/rig/setup.sh)
import { spawn } from "node:child_process";
import { randomFillSync } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath, pathToFileURL } from "node:url";
import { parseArgs } from "node:util";

const BENCH = dirname(fileURLToPath(import.meta.url));
const PIECE_BYTES = 16_384;
/** Loading a program is no stall: the storm begins when loop-delay.mjs has begun to look. */
const BEFORE_STORM_MS = 2_500;
/** The engine has read everything when it has used less than this in a second; reading in turn (have-pacing.ts) takes about 60. */
const QUIET_CPU_MS = 30;

const { values: flags } = parseArgs({
  options: {
    peers: { type: "string", default: "100" },
    pieces: { type: "string", default: "100000" },
    rate: { type: "string", default: "5000" },
  },
});
const rigWork = process.env.RIG_WORK ?? join(tmpdir(), "starling-rig");
const folder = mkdtempSync(join(tmpdir(), "starling-haves-"));
const started = [];
try {
  console.log(await measure());
} finally {
  for (const child of started) child.kill("SIGKILL");
  rmSync(folder, { recursive: true, force: true });
}

async function measure() {
  const torrent = join(folder, "storm.torrent");
  writeFileSync(torrent, torrentOf(Number(flags.pieces)));
  const client = start(
    process.execPath,
    [
      join(BENCH, "..", "dist", "cli", "main.js"),
      "get",
      torrent,
      "-o",
      folder,
      "--port",
      "0",
      "--bootstrap",
      "none",
      "--encryption",
      "off",
      "--json",
    ],
    {
      STARLING_LOOPBACK_ONLY: "1",
      STARLING_STATE_DIR: join(folder, "state"),
      NODE_OPTIONS: `--import=${pathToFileURL(join(BENCH, "loop-delay.mjs"))}`,
      LOOP_DELAY_FOLDER: folder,
    },
  );
  const address = await firstLine(client, (line) => (line.type === "listening" ? line.address : undefined));
  await wait(BEFORE_STORM_MS);
  const peers = start(
    join(rigWork, "bin", "manypeers"),
    ["-", torrent, flags.peers, flags.rate === "0" ? "haves" : `haves:${flags.rate}`],
    {},
  );
  const cpuBefore = cpuMs(client.pid);
  const startMs = performance.now();
  peers.stdin.write(`connect ${address.replace(":", " ")}\n`);
  await firstLine(peers, (line) => (line.ev === "haves_all" ? line : undefined));
  const sentMs = performance.now() - startMs;
  for (let last = cpuMs(client.pid); ; ) {
    await wait(1_000);
    const now = cpuMs(client.pid);
    if (now - last < QUIET_CPU_MS) break;
    last = now;
  }
  const usedMs = cpuMs(client.pid) - cpuBefore;
  const haves = Number(flags.peers) * Number(flags.pieces);
  // Thread 1 is the engine (loop-delay.mjs).
  const { p50, p99, max } = JSON.parse(readFileSync(join(folder, "1.json"), "utf8"));
  return (
    `${haves} HAVEs from ${flags.peers} peers in ${(sentMs / 1000).toFixed(1)} s: ${((usedMs / haves) * 1000).toFixed(2)} µs of CPU each; ` +
    `event loop of the engine late by ${p50} ms (median), ${p99} ms (p99), ${max} ms (most)`
  );
}

/** A torrent that nobody has: the hashes are noise. */
function torrentOf(pieces) {
  const hashes = randomFillSync(Buffer.alloc(pieces * 20));
  const info = `d6:lengthi${pieces * PIECE_BYTES}e4:name5:storm12:piece lengthi${PIECE_BYTES}e6:pieces${hashes.length}:`;
  return Buffer.concat([Buffer.from(`d4:info${info}`), hashes, Buffer.from("ee")]);
}

function start(command, args, environment) {
  const child = spawn(command, args, {
    stdio: ["pipe", "pipe", "inherit"],
    env: { ...process.env, ...environment },
  });
  started.push(child);
  return child;
}

/** The first answer of `pick` to a line of JSON that is not undefined. */
async function firstLine(child, pick) {
  child.lines ??= createInterface({ input: child.stdout });
  for (;;) {
    const [line] = await Promise.race([once(child.lines, "line"), once(child, "exit")]);
    if (typeof line !== "string") throw new Error(`${child.spawnfile} ended with ${line}`);
    const picked = line.startsWith("{") ? pick(JSON.parse(line)) : undefined;
    if (picked !== undefined) return picked;
  }
}

/** User and system time of a process, in milliseconds; Linux counts in hundredths of a second. */
function cpuMs(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1].split(" ");
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

function wait(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
