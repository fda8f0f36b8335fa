// What the engine in the background costs with many torrents and viewers.
//   node --import ./scripts/typescript.mjs bench/engine-host.ts [--torrents 1000] [--seeding 100] [--viewers 8] [--seconds 30]
//     [--settle 30]
// Needs `npm run bundle`. Prints one JSON object: start to the first whole snapshot, memory, CPU of the engine's process
// without and with viewers, and what each viewer is sent. A tenth of the torrents are seeds whose data is on disk, the
// others are paused. Everything is in a folder below the temporary directory, and on loopback.
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";

const { values } = parseArgs({
  options: {
    torrents: { type: "string", default: "1000" },
    seeding: { type: "string", default: "100" },
    viewers: { type: "string", default: "8" },
    seconds: { type: "string", default: "30" },
    settle: { type: "string", default: "30" },
  },
});
const torrentCount = Number(values.torrents);
const seedingCount = Number(values.seeding);
const viewerCount = Number(values.viewers);
const seconds = Number(values.seconds);

const home = mkdtempSync(join(tmpdir(), "starling-bench-"));
process.on("exit", () => rmSync(home, { recursive: true, force: true }));
for (const name of Object.keys(process.env)) if (/^(XDG|STARLING)_/.test(name)) delete process.env[name];
Object.assign(process.env, { HOME: home, STARLING_LOOPBACK_ONLY: "1" });

const { attachEngine } = await import("../src/cli/engine/attach-engine.ts");
const { profilePaths, starlingPaths } = await import("../src/platform/index.ts");
const { encodeMessage } = await import("../src/platform/channel/message-codec.ts");
const { MessageAssembler } = await import("../src/platform/channel/message-assembler.ts");
const { decodeMessage } = await import("../src/platform/channel/message-codec.ts");
const { PROTOCOL_VERSION } = await import("../src/session/session-view.ts");
const { encodeTorrentFile } = await import("../src/torrent/metainfo.ts");
const { filledFile } = await import("../test/support/filled-torrent.ts");

const PROGRAM = join(import.meta.dirname, "..", "dist", "cli", "main.js");
const FILE_BYTES = 65_536;
const PIECE_BYTES = 16_384;

/** A viewer that only counts what it is sent. */
class CountingViewer {
  bytes = 0;
  snapshots = 0;
  readonly #socket: Socket;

  constructor(path: string) {
    const assembler = new MessageAssembler({ remainingBytes: 2 ** 28 }, 2 ** 27);
    this.#socket = connect(path, () =>
      this.#socket.write(encodeMessage({ kind: "hello", version: PROTOCOL_VERSION })),
    );
    this.#socket.on("data", (bytes: Buffer) => {
      this.bytes += bytes.length;
      assembler.push(bytes, (body) => this.#answer(body));
    });
  }

  close(): void {
    this.#socket.destroy();
  }

  #answer(body: Uint8Array): void {
    const message = decodeMessage(body);
    if (!message.ok) throw new Error(message.fault.message);
    const frame = message.value as { readonly kind: string; readonly sequence: number };
    if (frame.kind !== "snapshot") return;
    this.snapshots++;
    this.#socket.write(encodeMessage({ kind: "ack", sequence: frame.sequence }));
  }
}

async function startEngine(): Promise<{ readonly pid: number; readonly ended: Promise<void> }> {
  const child = spawn(
    process.execPath,
    [PROGRAM, "daemon", "start", "--foreground", "--host", "127.0.0.1", "--port", "0", "--bootstrap", "none"],
    { env: process.env, cwd: home, stdio: ["ignore", "pipe", "inherit"] },
  );
  await new Promise<void>((resolve) => child.stdout.once("data", () => resolve()));
  return { pid: child.pid as number, ended: new Promise((resolve) => child.once("exit", () => resolve())) };
}

async function attach() {
  const client = await attachEngine();
  if (client === undefined) throw new Error("the engine is gone");
  return client;
}

/** Resolves when all seeds seed. */
async function untilSeeding(): Promise<void> {
  const client = await attach();
  for (;;) {
    const seeding = client.getSnapshot().torrents.filter((torrent) => torrent.phase === "seeding").length;
    if (seeding === seedingCount) break;
    await sleep(20);
  }
  client.close();
}

const rssMiB = (pid: number): number =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) / 1024;

/** utime and stime of proc(5), in ticks of 10 ms. */
function cpuMs(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

async function cpuPercent(pid: number): Promise<number> {
  const before = cpuMs(pid);
  const startMs = performance.now();
  await sleep(seconds * 1_000);
  return ((cpuMs(pid) - before) / (performance.now() - startMs)) * 100;
}

const rounded = (value: number): number => Math.round(value * 100) / 100;

const first = await startEngine();
const filling = await attach();
for (let i = 0; i < torrentCount; i++) {
  const name = `torrent-${String(i).padStart(4, "0")}.bin`;
  const torrent = filledFile(name, FILE_BYTES, PIECE_BYTES);
  const isSeed = i < seedingCount;
  if (isSeed) writeFileSync(join(home, name), torrent.content);
  const options = isSeed ? { folder: home, seedOnly: true } : { folder: home, paused: true };
  await filling.commands.add({ kind: "metainfo", bytes: encodeTorrentFile(torrent.metainfo) }, options);
}
await untilSeeding();
await filling.commands.shutdown().catch(() => {});
filling.close();
await first.ended;

const startMs = performance.now();
const engine = await startEngine();
const listeningMs = performance.now() - startMs;
const client = await attach();
const shownMs = performance.now() - startMs;
const shown = client.getSnapshot().torrents.length;
client.close();
await untilSeeding();
const seedingMs = performance.now() - startMs;
// What follows a start is over: announces, first saves, the compiler's work.
await sleep(Number(values.settle) * 1_000);

const rssAlone = rssMiB(engine.pid);
const cpuAlone = await cpuPercent(engine.pid);
const { socketPath } = profilePaths("default", starlingPaths());
const viewers = Array.from({ length: viewerCount }, () => new CountingViewer(socketPath));
while (viewers.some((viewer) => viewer.snapshots === 0)) await sleep(20);
const firstBytes = viewers[0]?.bytes ?? 0;
await sleep(2_000);
const bytesBefore = viewers.map((viewer) => viewer.bytes);
const cpuViewed = await cpuPercent(engine.pid);
const rssViewed = rssMiB(engine.pid);
const perViewer = viewers.map((viewer, i) => (viewer.bytes - (bytesBefore[i] ?? 0)) / seconds);
for (const viewer of viewers) viewer.close();
const last = await attach();
await last.commands.shutdown().catch(() => {});
last.close();
await engine.ended;

console.log(
  JSON.stringify({
    torrents: shown,
    seeding: seedingCount,
    listeningMs: Math.round(listeningMs),
    firstSnapshotMs: Math.round(shownMs),
    allSeedingMs: Math.round(seedingMs),
    rssMiB: rounded(rssAlone),
    cpuPercent: rounded(cpuAlone),
    viewers: viewerCount,
    rssWithViewersMiB: rounded(rssViewed),
    cpuWithViewersPercent: rounded(cpuViewed),
    firstSnapshotBytes: firstBytes,
    bytesPerSecondAndViewer: Math.round(Math.max(0, ...perViewer)),
  }),
);
process.exit(0);
