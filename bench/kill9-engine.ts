// Kills the engine in the background, and a viewer of it, at random moments while it downloads 20 torrents.
//   node --import ./scripts/typescript.mjs bench/kill9-engine.ts [--kills 20] [--torrents 20] [--mib 4] [--seed 1]
// Needs `npm run bundle`. Each time the engine must be back with every torrent in its order, the paused ones paused; in
// the end every file must be exact. Prints one JSON object; exit code 1 when something was lost or wrong. Everything is
// in a folder below the temporary directory, and on loopback.
import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { SeededRandom } from "../src/sim/seeded-random.ts";
import { encodeTorrentFile } from "../src/torrent/metainfo.ts";
import { filledFile } from "../test/support/filled-torrent.ts";
import { attach, ownHome, startEngine } from "./daemon.ts";

const { values } = parseArgs({
  options: {
    kills: { type: "string", default: "20" },
    torrents: { type: "string", default: "20" },
    mib: { type: "string", default: "4" },
    seed: { type: "string", default: "1" },
  },
});
const kills = Number(values.kills);
const torrentCount = Number(values.torrents);
const PIECE_BYTES = 65_536;
/** Slow enough that the kills find it at work. */
const DOWN_RATE = "1M";
const MAX_LIFE_MS = 1_500;
const PAUSED = 3;

const home = ownHome();
const random = new SeededRandom(Number(values.seed));
const torrents = Array.from({ length: torrentCount }, (_, i) =>
  filledFile(`file-${i}.bin`, Number(values.mib) * 2 ** 20 + i, PIECE_BYTES),
);
const ids = torrents.map((torrent) => torrent.metainfo.id);
const [seedFolder, folder] = [join(home, "seed"), join(home, "data")];
for (const path of [seedFolder, folder]) mkdirSync(path);
for (const torrent of torrents) writeFileSync(join(seedFolder, torrent.metainfo.name), torrent.content);

async function addAll(profile: string, options: (i: number) => object): Promise<void> {
  const client = await attach(profile);
  for (const [i, torrent] of torrents.entries()) {
    const source = { kind: "metainfo", bytes: encodeTorrentFile(torrent.metainfo) } as const;
    await client.commands.add(source, options(i));
  }
  client.close();
}

/** A viewer in a process of its own: the dashboard's part of the channel. */
function startViewer(): ChildProcess {
  const code = `const { attachEngine } = await import(${JSON.stringify(join(import.meta.dirname, "../src/cli/engine/attach-engine.ts"))});
    await attachEngine({ profile: "victim" }); setInterval(() => {}, 1000);`;
  const loader = join(import.meta.dirname, "..", "scripts", "typescript.mjs");
  return spawn(process.execPath, ["--import", loader, "--input-type=module", "-e", code], {
    env: process.env,
    stdio: "ignore",
  });
}

const seeder = await startEngine("seeder");
await addAll("seeder", () => ({ folder: seedFolder, seedOnly: true }));

let lost = 0;
let slowestStartMs = 0;
let victim = await startEngine("victim", "--max-down", DOWN_RATE);
await addAll("victim", (i) => ({ folder, peers: [seeder.listening], paused: i < PAUSED }));
for (let kill = 0; kill < kills; kill++) {
  const viewer = startViewer();
  await sleep(random.float() * MAX_LIFE_MS);
  if (random.float() < 0.5) viewer.kill("SIGKILL");
  victim.child.kill("SIGKILL");
  viewer.kill("SIGKILL");
  await victim.exited;
  const startMs = performance.now();
  victim = await startEngine("victim", "--max-down", DOWN_RATE);
  const client = await attach("victim");
  slowestStartMs = Math.max(slowestStartMs, performance.now() - startMs);
  const found = client.getSnapshot().torrents;
  const isWhole =
    found.map((torrent) => torrent.id).join() === ids.join() &&
    found.slice(0, PAUSED).every((torrent) => torrent.phase === "paused");
  if (!isWhole) lost++;
  for (const id of ids) await client.commands.addPeers(id, [seeder.listening]);
  client.close();
}

const last = await attach("victim");
await last.commands.configure({ maxDownBytesPerSecond: null });
for (const id of ids.slice(0, PAUSED)) await last.commands.resume(id);
for (;;) {
  const phases = last.getSnapshot().torrents.map((torrent) => torrent.phase);
  if (phases.every((phase) => phase === "seeding" || phase === "finished")) break;
  if (phases.includes("failed"))
    throw new Error(JSON.stringify(last.getSnapshot().torrents.map((t) => t.failure)));
  await sleep(100);
}
last.close();
for (const engine of [victim, seeder]) {
  engine.child.kill("SIGTERM");
  await engine.exited;
}
const wrong = torrents.filter(
  (torrent) => !readFileSync(join(folder, torrent.metainfo.name)).equals(torrent.content),
).length;
console.log(
  JSON.stringify({
    kills,
    torrents: torrentCount,
    lost,
    wrong,
    slowestStartMs: Math.round(slowestStartMs),
    seed: Number(values.seed),
  }),
);
process.exit(lost + wrong === 0 ? 0 : 1);
