/**
 * The wire on real sockets and disks, nothing above it: one process seeds a random file, another one gets it over
 * loopback, over TCP or uTP, and writes it.
 *
 *   npm run -s bundle && node --import ./scripts/typescript.mjs bench/wire-tcp.ts [MiB=1024] [pieceKiB=1024] [folder=/dev/shm] [encryption=off] [transport=tcp]
 *
 * Prints wall time from the first connection to the last verified piece, and the CPU (from the connection on) and peak memory of each side.
 * The disk worker comes from the bundle.
 */
import { fork } from "node:child_process";
import { createHash, randomFillSync } from "node:crypto";
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { endpoint } from "../src/core/endpoint.ts";
import { createNodePlatform } from "../src/platform/index.ts";
import { routeDatagrams } from "../src/session/datagram-router.ts";
import { PeerTransports, type TransportChoice } from "../src/session/transport/peer-transports.ts";
import { Bitfield } from "../src/torrent/bitfield.ts";
import { type Metainfo, parseInfoDictionary } from "../src/torrent/metainfo.ts";
import { buildInfoDictionary } from "../src/torrent/torrent-builder.ts";
import { type EncryptionPolicy, type Swarm, WireEngine } from "../src/wire/index.ts";

process.env["STARLING_LOOPBACK_ONLY"] = "1";
const NAME = "content.bin";
const [role, ...rest] = process.argv.slice(2);
if (role === "seed" || role === "leech") await transfer(role, rest);
else await compare(Number(role ?? 1024), Number(rest[0] ?? 1024), rest[1], rest[2], rest[3]);

interface Report {
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly peakMiB: number;
}

async function compare(
  mib: number,
  pieceKiB: number,
  parent = "/dev/shm",
  encryption = "off",
  transport = "tcp",
): Promise<void> {
  const folder = mkdtempSync(join(parent, "wire-tcp-"));
  try {
    const rawInfo = makeContent(join(folder, NAME), mib * 2 ** 20, pieceKiB * 1024);
    const seed = child(["seed", folder, "0", rawInfo.toString("base64"), encryption, transport]);
    const port = await new Promise<number>((done) =>
      seed.process.once("message", (value) => done(Number(value))),
    );
    const out = mkdtempSync(join(folder, "out-"));
    const leech = child(["leech", out, String(port), rawInfo.toString("base64"), encryption, transport]);
    const took = await leech.report;
    seed.process.send("stop");
    const gave = await seed.report;
    const gib = mib / 1024;
    console.log(
      `${mib} MiB in pieces of ${pieceKiB} KiB over ${transport}, encryption ${encryption}: ${(mib / took.seconds).toFixed(0)} MiB/s; ` +
        `leech ${(took.cpuSeconds / gib).toFixed(2)} CPU-s/GiB, peak ${took.peakMiB.toFixed(0)} MiB; ` +
        `seed ${(gave.cpuSeconds / gib).toFixed(2)} CPU-s/GiB, peak ${gave.peakMiB.toFixed(0)} MiB`,
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function child(args: string[]): { process: ReturnType<typeof fork>; report: Promise<Report> } {
  const started = fork(process.argv[1] as string, args, { execArgv: process.execArgv });
  const report = new Promise<Report>((done, fail) => {
    started.on("message", (message) => {
      if (typeof message === "object") done(message as Report);
    });
    started.once("exit", (code) => fail(new Error(`a side of the benchmark ended with ${code}`)));
  });
  return { process: started, report };
}

/** Random content on disk; the raw info dictionary. */
function makeContent(path: string, totalBytes: number, pieceBytes: number): Buffer {
  const file = openSync(path, "w");
  const piece = Buffer.alloc(pieceBytes);
  const hashes: Buffer[] = [];
  for (let at = 0; at < totalBytes; at += pieceBytes) {
    randomFillSync(piece, 0, 65_536);
    writeSync(file, piece);
    hashes.push(createHash("sha1").update(piece).digest());
  }
  closeSync(file);
  return Buffer.from(
    buildInfoDictionary({
      name: NAME,
      files: [{ path: NAME, lengthBytes: totalBytes }],
      pieceBytes,
      pieceHashes: Buffer.concat(hashes),
    }),
  );
}

async function transfer(side: "seed" | "leech", args: string[]): Promise<void> {
  const [folder = tmpdir(), port = "0", rawInfoText = "", encryption = "off", transport = "tcp"] = args;
  const parsed = parseInfoDictionary(Buffer.from(rawInfoText, "base64"));
  if (!parsed.ok) throw new Error(parsed.fault.message);
  const metainfo: Metainfo = parsed.value;
  const platform = await createNodePlatform();
  const network = await platform.network.open({ host: "127.0.0.1", port: 0 });
  const { clock, random } = platform;
  const transports = new PeerTransports({ clock, random, network, choice: transport as TransportChoice });
  if (network.udp4 !== undefined) routeDatagrams(network.udp4, { dht: undefined, utp: transports });
  const engine = new WireEngine({
    clock,
    random,
    dialer: transports.dialer,
    slabs: platform.slabs,
    addressProfile: "loopback",
    config: { encryption: encryption as EncryptionPolicy },
  });
  transports.listen((stream) => engine.accept(stream));
  let startedMs = 0;
  let startedCpu = process.cpuUsage();
  let finished: () => void = () => {};
  const done = new Promise<void>((resolve) => {
    finished = resolve;
  });
  const swarm: Swarm = engine.addSwarm({
    infoHash: metainfo.infoHash,
    listenPort: network.port,
    rawInfo: metainfo.rawInfo,
    onEvent: (event) => {
      if (event.type === "peer-connected") {
        startedMs = performance.now();
        startedCpu = process.cpuUsage();
      }
      if (event.type === "wanted-complete") finished();
      if (event.type === "peer-disconnected" && event.reason === "protocol-error") console.error(event);
    },
  });
  const storage = await platform.disk.openTorrent(metainfo, folder, {
    pieceChecked: (piece, verdict) => swarm.pieceChecked(piece, verdict),
    blockRead: (token, slot) => swarm.blockRead(token, slot),
  });
  const have = new Bitfield(metainfo.pieceMap.pieceCount);
  if (side === "seed") have.setAll();
  const priorities = new Uint8Array(metainfo.pieceMap.pieceCount).fill(4);
  swarm.setContent({ pieceMap: metainfo.pieceMap, rawInfo: metainfo.rawInfo, have, priorities, storage });
  swarm.start();
  if (side === "seed") {
    process.send?.(String(network.port));
    await new Promise((resolve) => process.once("message", resolve));
  } else {
    swarm.addCandidates([endpoint("127.0.0.1", Number(port))], "manual");
    await done;
  }
  const seconds = (performance.now() - startedMs) / 1000;
  const { user, system } = process.cpuUsage(startedCpu);
  const report: Report = {
    seconds,
    cpuSeconds: (user + system) / 1e6,
    peakMiB: process.resourceUsage().maxRSS / 1024,
  };
  process.send?.(report, () => process.exit(0));
}
