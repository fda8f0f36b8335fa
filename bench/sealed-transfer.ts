/**
 * What sealing costs a transfer: the processor time of both ends, for the same file through a plain and through a sealed network on loopback, by turns.
 *
 *   node --import ./scripts/typescript.mjs bench/sealed-transfer.ts [MEBIBYTES] [ROUNDS]
 */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SeededRandom } from "../src/sim/index.ts";

const PROGRAM = join(import.meta.dirname, "..", "dist", "cli", "main.js");
const [mebibytes = "256", rounds = "3"] = process.argv.slice(2);
/** Linux counts processor time in hundredths of a second. */
const TICK_MS = 10;
const folder = mkdtempSync(join(tmpdir(), "starling-sealed-"));
const file = join(folder, "file.bin");
const chunk = new SeededRandom("transfer").bytes(1_048_576);
writeFileSync(file, Buffer.concat(Array.from({ length: Number(mebibytes) }, () => chunk)));

const options = (home: string) => ({
  env: { PATH: process.env["PATH"], HOME: home, STARLING_LOOPBACK_ONLY: "1" },
  cwd: home,
  stdio: ["ignore", "pipe", "inherit"] as ["ignore", "pipe", "inherit"],
});

function processorMs({ pid }: ChildProcess): number {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
  return TICK_MS * (Number(fields[11]) + Number(fields[12]));
}

async function firstLine(child: ChildProcess, pattern: RegExp): Promise<string> {
  let text = "";
  return await new Promise((resolve) => {
    child.stdout?.on("data", (data: Buffer) => {
      text += String(data);
      const found = text.split("\n").find((line) => pattern.test(line));
      if (found !== undefined) resolve(found);
    });
  });
}

async function transfer(
  mode: "plain" | "sealed",
): Promise<{ readonly cpuMs: number; readonly wallMs: number }> {
  const home = mkdtempSync(join(folder, "home-"));
  spawnSync(process.execPath, [PROGRAM, "network", "create", "lab", `--${mode}`], options(home));
  const here = ["--network", "lab", "--host", "127.0.0.1", "--no-lsd", "--encryption", "off"];
  const sharer = spawn(process.execPath, [PROGRAM, "share", file, "--port", "7811", ...here], options(home));
  const magnet = await firstLine(sharer, /^magnet:/);
  const startedMs = performance.now();
  const sharedMs = processorMs(sharer);
  const getter = spawn(
    process.execPath,
    [
      PROGRAM,
      "get",
      magnet,
      "-o",
      "copy",
      "--port",
      "7812",
      "--peer",
      "127.0.0.1:7811",
      "--seed=1m",
      "--json",
      "--quiet",
      ...here,
    ],
    options(home),
  );
  await firstLine(getter, /"type":"complete"/);
  const result = {
    cpuMs: processorMs(sharer) - sharedMs + processorMs(getter),
    wallMs: performance.now() - startedMs,
  };
  for (const child of [getter, sharer]) {
    child.kill("SIGTERM");
    await new Promise((resolve) => child.once("close", resolve));
  }
  rmSync(home, { recursive: true, force: true });
  return result;
}

const best = { plain: Number.POSITIVE_INFINITY, sealed: Number.POSITIVE_INFINITY };
for (let round = 0; round < Number(rounds); round++)
  for (const mode of ["plain", "sealed"] as const) {
    const { cpuMs, wallMs } = await transfer(mode);
    best[mode] = Math.min(best[mode], cpuMs);
    console.log(`${mode}: ${cpuMs} ms of processor time, ${Math.round(wallMs)} ms`);
  }
console.log(
  `${mebibytes} MiB, least of ${rounds}: plain ${best.plain} ms, sealed ${best.sealed} ms, +${Math.round(100 * (best.sealed / best.plain - 1))} %`,
);
rmSync(folder, { recursive: true, force: true });
