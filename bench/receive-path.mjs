// What the platform alone can carry: loopback TCP -> shared buffer -> slab -> worker that hashes and writes, and back:
// disk -> slot -> TCP; and a check of what was written. No protocol, no picker: the ceiling of the engine on this machine.
//   node bench/receive-path.mjs [--mib 1024] [--piece-kib 1024] [--runs 3] [--folder /dev/shm] [--arena-mib 64] [--with-ceiling]
// `--with-ceiling` runs the rig's node_ceiling.mjs between the runs (receive, hash and write on one thread of Node).
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { copyFileSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const CHUNK_BYTES = 256 * 1024;
const SELF = fileURLToPath(import.meta.url);
const { values: flags } = parseArgs({
  options: {
    mib: { type: "string", default: "1024" },
    "piece-kib": { type: "string", default: "1024" },
    runs: { type: "string", default: "3" },
    folder: { type: "string", default: "/dev/shm" },
    "arena-mib": { type: "string" },
    "with-ceiling": { type: "boolean", default: false },
    // What the child processes of this script do.
    serve: { type: "boolean", default: false },
    built: { type: "string" },
  },
});
const totalBytes = Number(flags.mib) * 2 ** 20;
const pieceBytes = Number(flags["piece-kib"]) * 1024;

/** The same bytes in both processes: every piece of the content is a whole number of these chunks, or a part of one. */
function chunk() {
  const bytes = Buffer.alloc(CHUNK_BYTES);
  for (let at = 0; at < CHUNK_BYTES; at += 20) createHash("sha1").update(String(at)).digest().copy(bytes, at);
  return bytes;
}

if (flags.serve) serve();
else if (flags.built !== undefined) console.log(JSON.stringify(await once(flags.built)));
else await measure();

/** The other side: sends the content to the first connection, swallows what the second sends. */
function serve() {
  // Ends with whoever started it, however that ended.
  process.stdin.on("end", () => process.exit(0)).resume();
  const bytes = chunk();
  let connections = 0;
  const server = createServer({ noDelay: true }, (socket) => {
    socket.on("error", () => undefined);
    if (++connections === 1) {
      let left = totalBytes;
      const fill = () => {
        while (left > 0) {
          left -= CHUNK_BYTES;
          if (!socket.write(bytes)) return socket.once("drain", fill);
        }
        socket.end();
      };
      fill();
      socket.resume();
    } else {
      let got = 0;
      socket.on("data", (data) => {
        got += data.length;
        if (got >= totalBytes) socket.end("done");
      });
      socket.on("close", () => process.exit(0));
    }
  });
  server.listen(0, "127.0.0.1", () => process.stdout.write(`${server.address().port}\n`));
}

/** Each run has a process of its own, so that memory is that of one run and nobody profits from warm code. */
async function measure() {
  const built = await buildPlatform();
  const results = { receive: [], send: [], check: [], sha1: [], ceiling: [] };
  try {
    for (let run = 1; run <= Number(flags.runs); run++) {
      const figures = await inChild(["--built", built]);
      for (const [name, figure] of Object.entries(figures)) results[name].push(figure);
      if (flags["with-ceiling"]) results.ceiling.push(await ceiling());
      for (const [name, list] of Object.entries(results))
        if (list.length > 0) print(`run ${run} ${name}`, list.at(-1));
    }
  } finally {
    rmSync(built, { recursive: true, force: true });
  }
  for (const [name, list] of Object.entries(results))
    if (list.length > 0) print(`median ${name}`, median(list));
  if (results.ceiling.length > 0) {
    const ratio = median(results.receive).mibPerSecond / median(results.ceiling).mibPerSecond;
    console.log(`receive / ceiling: ${ratio.toFixed(2)}`);
  }
}

/** The platform as the program ships it: JavaScript, with the disk worker beside it. */
async function buildPlatform() {
  const { bundleDiskWorker } = await import("../scripts/bundle.mjs");
  const { build } = await import("esbuild");
  await bundleDiskWorker();
  const folder = mkdtempSync(join(tmpdir(), "starling-bench-"));
  await build({
    stdin: {
      contents: `export { createNodePlatform } from "./src/platform/index.ts";
        export { Bitfield } from "./src/torrent/bitfield.ts";
        export { encodeBencode } from "./src/core/bencode.ts";
        export { parseInfoDictionary } from "./src/torrent/metainfo.ts";`,
      resolveDir: join(dirname(SELF), ".."),
    },
    bundle: true,
    platform: "node",
    target: "node20",
    format: "esm",
    outfile: join(folder, "platform.mjs"),
  });
  copyFileSync(join(dirname(SELF), "..", "dist", "cli", "disk-worker.js"), join(folder, "disk-worker.js"));
  return folder;
}

async function inChild(args) {
  const child = spawn(process.execPath, [SELF, ...process.argv.slice(2), ...args], {
    stdio: ["ignore", "pipe", "inherit"],
    env: { ...process.env, STARLING_LOOPBACK_ONLY: "1" },
  });
  let text = "";
  for await (const data of child.stdout) text += data;
  return JSON.parse(text);
}

function pieceHashes() {
  const bytes = chunk();
  const content = Buffer.concat(Array.from({ length: Math.max(1, pieceBytes / CHUNK_BYTES) }, () => bytes));
  const hashes = Buffer.alloc(20 * Math.ceil(totalBytes / pieceBytes));
  for (let piece = 0; piece * 20 < hashes.length; piece++) {
    const from = (piece * pieceBytes) % content.length;
    createHash("sha1")
      .update(content.subarray(from, from + pieceBytes))
      .digest()
      .copy(hashes, piece * 20);
  }
  return new Uint8Array(hashes);
}

async function once(built) {
  const { Bitfield, createNodePlatform, encodeBencode, parseInfoDictionary } = await import(
    join(built, "platform.mjs")
  );
  const info = { name: "bench.bin", length: totalBytes, "piece length": pieceBytes, pieces: pieceHashes() };
  const metainfo = parseInfoDictionary(encodeBencode(info)).value;
  const folder = mkdtempSync(join(flags.folder, "starling-bench-"));
  const other = spawn(process.execPath, [SELF, "--serve", "--mib", flags.mib], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const port = await new Promise((resolve) => other.stdout.once("data", (line) => resolve(Number(line))));
  const arena = flags["arena-mib"];
  const platform = await createNodePlatform(
    arena === undefined ? {} : { arenaBytes: Number(arena) * 2 ** 20 },
  );
  const network = await platform.network.open({ host: "127.0.0.1", port: 0 });
  const dial = (handler) => network.dialer.dial({ host: "127.0.0.1", port, family: 4 }, handler, 5_000);
  try {
    const events = {};
    const disk = await platform.disk.openTorrent(metainfo, folder, events);
    const receive = await timed(() => receiveAll(platform, disk, events, metainfo, dial));
    const send = await timed(() => sendAll(disk, events, metainfo, dial));
    const check = await timed(() => checkAll(disk, metainfo, Bitfield));
    const sha1 = await timed(() => hashInMemory());
    await disk.close();
    return { receive, send, check, sha1 };
  } finally {
    await network.close();
    await platform.close();
    other.kill();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function timed(work) {
  const before = process.cpuUsage();
  const startMs = performance.now();
  await work();
  const seconds = (performance.now() - startMs) / 1000;
  const cpu = process.cpuUsage(before);
  const memory = readFileSync("/proc/self/status", "utf8");
  return {
    mibPerSecond: totalBytes / 2 ** 20 / seconds,
    cpuSecondsPerGib: ((cpu.user + cpu.system) / 1e6 / totalBytes) * 2 ** 30,
    peakRssMib: Number(/VmHWM:\s+(\d+)/.exec(memory)[1]) / 1024,
    anonMib: Number(/RssAnon:\s+(\d+)/.exec(memory)[1]) / 1024,
  };
}

/** Every byte into slabs, every segment to the disk; reading pauses while the arena is full. */
function receiveAll(platform, disk, events, metainfo, dial) {
  const { pieceMap } = metainfo;
  return new Promise((resolve, reject) => {
    let piece = 0;
    let offset = 0;
    let slab;
    let filled = 0;
    let checked = 0;
    const kept = new Uint8Array(CHUNK_BYTES);
    let rest;
    const take = (bytes) => {
      let at = 0;
      while (at < bytes.length) {
        const segmentBytes = Math.min(2 ** 20, pieceMap.bytesOf(piece) - offset);
        slab ??= disk.slabs.acquire(segmentBytes);
        if (slab === undefined) {
          kept.set(bytes.subarray(at));
          rest = kept.subarray(0, bytes.length - at);
          stream.pauseReading();
          return;
        }
        const part = Math.min(segmentBytes - filled, bytes.length - at);
        platform.slabs.copy(bytes, at, at + part, slab.bytes, filled);
        filled += part;
        at += part;
        if (filled < segmentBytes) continue;
        disk.storeSegment(piece, offset, slab, segmentBytes, false);
        slab = undefined;
        filled = 0;
        offset += segmentBytes;
        if (offset === pieceMap.bytesOf(piece)) {
          piece++;
          offset = 0;
        }
      }
    };
    events.pieceChecked = (_piece, verdict) => {
      if (verdict.kind !== "good") reject(new Error(`a piece is ${verdict.kind}`));
      if (++checked === pieceMap.pieceCount) resolve();
      if (rest === undefined) return;
      const bytes = rest; // set() copes with overlap, should some of it be kept again
      rest = undefined;
      take(bytes);
      if (rest === undefined) stream.resumeReading();
    };
    const stream = dial({
      onOpen: () => undefined,
      onBytes: (buffer, start, end) => take(buffer.subarray(start, end)),
      onWritable: () => undefined,
      onEnd: () => undefined,
    });
  });
}

/** Every block from the disk into slots and out; as many reads ahead as half a megabyte. */
function sendAll(disk, events, metainfo, dial) {
  const blocks = metainfo.pieceMap.blockCount;
  const perPiece = metainfo.pieceMap.blocksPerPiece;
  return new Promise((resolve) => {
    let next = 0;
    let out = 0;
    const more = () => {
      while (next < blocks && out < 64) {
        const piece = Math.floor(next / perPiece);
        const block = next % perPiece;
        disk.readBlock(next, piece, block * 16_384, metainfo.pieceMap.blockBytes(piece, block));
        next++;
        out++;
      }
    };
    events.blockRead = (_token, slot) => {
      stream.write(slot.buffer, () => {
        disk.releaseSlot(slot);
        out--;
        if (out <= 48) more();
      });
    };
    const stream = dial({
      onOpen: more,
      onBytes: () => resolve(),
      onWritable: () => undefined,
      onEnd: () => undefined,
    });
  });
}

async function checkAll(disk, metainfo, Bitfield) {
  const all = new Bitfield(metainfo.pieceMap.pieceCount);
  all.setAll();
  const good = await disk.check(all, {});
  if (!good.isFull) throw new Error("the check found less than was written");
}

/** What SHA-1 alone costs on one thread, with the bytes in memory. */
function hashInMemory() {
  const bytes = Buffer.alloc(2 ** 20, 7);
  for (let left = totalBytes; left > 0; left -= bytes.length) createHash("sha1").update(bytes).digest();
}

/** The rig's figure for the same work on one thread. */
async function ceiling() {
  const script = join(SELF, "..", "rig", "bench", "node_ceiling.mjs");
  const child = spawn(process.execPath, [script, "tcp", "1"], { stdio: ["ignore", "pipe", "ignore"] });
  let text = "";
  for await (const data of child.stdout) {
    text += data;
    const line = text
      .split("\n")
      .filter(
        (one) =>
          one.includes('"t":"tcp file+sha"') &&
          one.includes('"target":"/dev/shm"') &&
          one.includes('"onread":true'),
      )
      .at(0);
    if (line === undefined || !line.endsWith("}")) continue;
    child.kill();
    const { mib_s, recv_cpu_s_gib, rss_mib } = JSON.parse(line);
    return {
      mibPerSecond: mib_s,
      cpuSecondsPerGib: recv_cpu_s_gib,
      peakRssMib: rss_mib,
      anonMib: 0,
    };
  }
  throw new Error("the ceiling was not measured");
}

/** The median of each figure by itself. */
function median(list) {
  const of = (name) => list.map((one) => one[name]).sort((a, b) => a - b)[list.length >> 1];
  return Object.fromEntries(Object.keys(list[0]).map((name) => [name, of(name)]));
}

function print(name, result) {
  const { mibPerSecond, cpuSecondsPerGib, peakRssMib, anonMib } = result;
  console.log(
    `${name}: ${mibPerSecond.toFixed(0)} MiB/s, ${cpuSecondsPerGib.toFixed(2)} CPU-s/GiB, peak RSS ${peakRssMib.toFixed(0)} MiB, anonymous ${anonMib.toFixed(0)} MiB`,
  );
}
