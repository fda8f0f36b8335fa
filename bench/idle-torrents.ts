/**
 * What 1,000 torrents cost that nobody asks for: complete on disk, running, no peers, a viewer that looks at every snapshot.
 *
 *   npm run -s bundle && node --import ./scripts/typescript.mjs bench/idle-torrents.ts [torrents=1000] [seconds=60] [settling seconds=60]
 *
 * Prints the share of one core over the last `seconds`, memory, and how long adding them took. The disk worker comes from the bundle.
 */
import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { openSession } from "../src/index.ts";
import { buildInfoDictionary } from "../src/torrent/torrent-builder.ts";

process.env["STARLING_LOOPBACK_ONLY"] = "1";
const [torrents = 1000, seconds = 60, settlingSeconds = 60] = process.argv.slice(2).map(Number);
const CONTENT_BYTES = 16_384;

const folder = mkdtempSync("/dev/shm/starling-idle-");
try {
  console.log(await measure());
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function measure(): Promise<string> {
  const session = await openSession({
    folder,
    host: "127.0.0.1",
    port: 0,
    bootstrap: "none",
    stateFolder: join(folder, "state"),
  });
  session.subscribe(() => session.getSnapshot());
  const startMs = performance.now();
  for (let i = 0; i < torrents; i++)
    await session.commands.add({ kind: "metainfo", bytes: makeTorrent(i) }, { folder, seedOnly: true });
  const isReady = () => session.getSnapshot().torrents.every((torrent) => torrent.phase === "seeding");
  while (!isReady()) await wait(200);
  const addingMs = performance.now() - startMs;
  // What starting them has put off is done by then, and V8 has compiled what it will compile.
  await wait(settlingSeconds * 1000);
  const before = process.cpuUsage();
  await wait(seconds * 1000);
  const { user, system } = process.cpuUsage(before);
  const anonymousKib = Number(/RssAnon:\s+(\d+)/.exec(readFileSync("/proc/self/status", "utf8"))?.[1]);
  await session.close();
  return (
    `${torrents} idle torrents: ${((user + system) / seconds / 1e4).toFixed(2)} % of a core, ` +
    `${(anonymousKib / 1024).toFixed(0)} MiB anonymous; added and checked in ${(addingMs / 1000).toFixed(1)} s`
  );
}

/** One file of one piece, written where its torrent looks for it. */
function makeTorrent(index: number): Uint8Array {
  const name = `idle-${index}.bin`;
  const content = Buffer.alloc(CONTENT_BYTES, `${index} `);
  writeFileSync(join(folder, name), content);
  const info = buildInfoDictionary({
    name,
    files: [{ path: name, lengthBytes: CONTENT_BYTES }],
    pieceBytes: CONTENT_BYTES,
    pieceHashes: createHash("sha1").update(content).digest(),
  });
  return Buffer.concat([Buffer.from("d4:info"), info, Buffer.from("e")]);
}

function wait(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
