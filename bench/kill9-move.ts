// Kills the engine in the background at random moments while it moves the data of a torrent to another file system.
//   node --import ./scripts/typescript.mjs bench/kill9-move.ts [--kills 20] [--mib 256] [--seed 1] [--to /dev/shm]
// Needs `npm run bundle`. The move goes on by itself after each start; when it has arrived the next one goes back. In the
// end every byte must be there, once. Prints one JSON object; exit code 1 when something was lost or wrong.
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { SeededRandom } from "../src/sim/seeded-random.ts";
import { encodeTorrentFile } from "../src/torrent/metainfo.ts";
import { filledFolder } from "../test/support/filled-torrent.ts";
import { attach, ownHome, startEngine } from "./daemon.ts";

const { values } = parseArgs({
  options: {
    kills: { type: "string", default: "20" },
    mib: { type: "string", default: "256" },
    seed: { type: "string", default: "1" },
    to: { type: "string", default: "/dev/shm" },
  },
});
const kills = Number(values.kills);
const PIECE_BYTES = 2 ** 18;
const FILES = 8;
/** Files of an odd length, so that a copy that stops at a multiple of anything is seen. */
const FILE_BYTES = Math.floor((Number(values.mib) * 2 ** 20) / FILES) + 13;
const MAX_LIFE_MS = 1_000;

const home = ownHome();
const elsewhere = mkdtempSync(join(values.to, "starling-kill9-"));
process.on("exit", () => rmSync(elsewhere, { recursive: true, force: true }));
const folders = [join(home, "data"), join(elsewhere, "data")] as const;
const random = new SeededRandom(Number(values.seed));
const torrent = filledFolder(
  "album",
  Array.from({ length: FILES }, (_, i) => ({ path: [`file-${i}`], lengthBytes: FILE_BYTES })),
  PIECE_BYTES,
);
const { id } = torrent.metainfo;
for (const folder of folders) mkdirSync(join(folder, "album"), { recursive: true });
rmSync(join(folders[1], "album"), { recursive: true });
for (let i = 0; i < FILES; i++) writeFileSync(join(folders[0], "album", `file-${i}`), torrent.fileContent(i));

let engine = await startEngine("mover");
const adding = await attach("mover");
const source = { kind: "metainfo", bytes: encodeTorrentFile(torrent.metainfo) } as const;
await adding.commands.add(source, { folder: folders[0], seedOnly: true });
adding.close();

let lost = 0;
let interrupted = 0;
let arrived = 0;
for (let kill = 0; kill < kills; kill++) {
  const client = await attach("mover");
  const found = client.getSnapshot().torrents.find((one) => one.id === id);
  if (found === undefined || found.phase === "failed") lost++;
  if (found?.phase === "moving") interrupted++;
  else {
    arrived++;
    client.commands.moveData(id, folders[found?.folder === folders[0] ? 1 : 0]).catch(() => {});
  }
  await sleep(random.float() * MAX_LIFE_MS);
  engine.child.kill("SIGKILL");
  await engine.exited;
  client.close();
  engine = await startEngine("mover");
}
const last = await attach("mover");
const state = () => last.getSnapshot().torrents.find((one) => one.id === id);
while (state()?.phase !== "seeding" && state()?.phase !== "failed") await sleep(50);
const final = state();
last.close();
engine.child.kill("SIGTERM");
await engine.exited;

const left = folders.filter((folder) => folder !== final?.folder).flatMap((folder) => filesBelow(folder));
let wrong = 0;
for (let i = 0; i < FILES; i++) {
  const path = join(final?.folder ?? "", "album", `file-${i}`);
  if (!readFileSync(path).equals(torrent.fileContent(i))) wrong++;
}
const isExact = lost + wrong + left.length === 0 && final?.haveBytes === torrent.content.length;
console.log(
  JSON.stringify({
    kills,
    movesInterrupted: interrupted,
    moves: arrived,
    lost,
    wrong,
    leftBehind: left,
    seed: Number(values.seed),
  }),
);
process.exit(isExact ? 0 : 1);

function filesBelow(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) =>
    statSync(join(folder, name)).isFile(),
  );
}
