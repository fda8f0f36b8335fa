/**
 * A `dht serve` under fire, its memory and what it lets out:
 *
 *   node --import ./scripts/typescript.mjs bench/sealed-flood.ts outsider [DATAGRAMS]
 *   node --import ./scripts/typescript.mjs bench/sealed-flood.ts members|plain|newcomers [SECONDS]
 *
 * `outsider`: who knows the network's id and has recorded its traffic, but has no key, sends what was recorded (for this node and for another
 * one), changed copies of it, and noise behind a right first byte. `members`, `plain`: queries as fast as one process sends them to a sealed network, or
 * one in five of them malformed to a plain one. `newcomers`: the same to a plain one by 8,000 addresses and ports that ask to be let in, each with an id of its own. Prints resident memory before and after, and every counter.
 */
import { spawn } from "node:child_process";
import { createSocket, type Socket } from "node:dgram";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { encodeJoinString } from "../src/cli/network/join-string.ts";
import { type Endpoint, endpoint } from "../src/core/endpoint.ts";
import { KrpcEncoder } from "../src/dht/krpc-encoder.ts";
import { nodeSealingCrypto } from "../src/platform/sealing-crypto.ts";
import { DatagramSealer, NetworkKeys } from "../src/sealing/index.ts";
import { SeededRandom } from "../src/sim/index.ts";

const PROGRAM = join(import.meta.dirname, "..", "dist", "cli", "main.js");
const [mode = "outsider", amount = mode === "outsider" ? "100000" : "60"] = process.argv.slice(2);
const isSealed = mode !== "plain" && mode !== "newcomers";
const random = new SeededRandom("flood");
const id = random.bytes(8);
const secret = random.bytes(32);
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

const home = mkdtempSync(join(tmpdir(), "starling-flood-"));
const folder = join(home, ".local/state/starling/networks/lab");
mkdirSync(folder, { recursive: true, mode: 0o700 });
const definition = {
  name: "lab",
  idHex: hex(id),
  mode: isSealed ? ("sealed" as const) : ("plain" as const),
  bootstrap: [],
  ...(isSealed ? { keys: [{ hex: hex(secret), fromUnixMs: 0 }] } : {}),
};
writeFileSync(join(folder, "network"), encodeJoinString(definition), { mode: 0o600 });
const metrics = join(home, "metrics");
const server = spawn(
  process.execPath,
  [
    PROGRAM,
    "dht",
    "serve",
    "--network",
    "lab",
    "--host",
    "127.0.0.1",
    "--port",
    "0",
    "--no-lsd",
    "--metrics",
    metrics,
  ],
  {
    env: { PATH: process.env["PATH"], HOME: home, STARLING_LOOPBACK_ONLY: "1" },
    stdio: ["ignore", "pipe", "inherit"],
  },
);
const port = await new Promise<number>((resolve) => {
  server.stdout.on("data", (text: Buffer) => {
    const [, found] = /^listening 127\.0\.0\.1:(\d+)/m.exec(String(text)) ?? [];
    if (found !== undefined) resolve(Number(found));
  });
});
const target = endpoint("127.0.0.1", port);
const residentMib = (): number =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${server.pid}/status`, "utf8"))?.[1]) / 1_024;
const peakMib = (): number =>
  Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${server.pid}/status`, "utf8"))?.[1]) / 1_024;

async function socketAt(host: string): Promise<Socket> {
  const made = createSocket("udp4");
  await new Promise<void>((resolve) => made.bind(0, host, resolve));
  made.setSendBufferSize(4 * 1_024 * 1_024);
  return made;
}
/** Addresses and ports that newcomers have. */
const NEWCOMERS = 8_000;
const newcomers: { readonly socket: Socket; readonly query: Uint8Array }[] = [];
const member = await socketAt("127.0.0.2");
const stranger = await socketAt("127.0.0.4");
let answers = 0;
(mode === "outsider" ? stranger : member).on("message", () => answers++);

const keys = new NetworkKeys(nodeSealingCrypto, { id, keys: [{ secret, fromUnixMs: 0 }] }, Date.now);
const sealer = new DatagramSealer(keys, random, Date.now);
const encoder = new KrpcEncoder({ version: random.bytes(4), readOnly: false });
if (mode === "newcomers")
  for (let i = 0; i < NEWCOMERS; i++) {
    const id = random.bytes(20);
    const socket = await socketAt(`127.0.${10 + (i >> 8)}.${i & 255}`);
    socket.on("message", () => answers++);
    newcomers.push({ socket, query: encoder.findNode(i, id, id, "own").slice() });
  }
const query = (): Uint8Array =>
  encoder.getPeers(random.integer(2 ** 31), random.bytes(20), random.bytes(20), "own", false);
const sealedFor = (to: Endpoint): Uint8Array => (sealer.seal(query(), to) as Uint8Array).slice();
const send = (bytes: Uint8Array, from: Socket): void => from.send(bytes, target.port, target.host);

async function outsider(): Promise<void> {
  const elsewhere = Array.from({ length: 200 }, () => sealedFor(endpoint("127.0.0.3", port)));
  const mark = elsewhere[0]?.[0] as number;
  // What a member sent to this node.
  const recorded = Array.from({ length: 200 }, () => sealedFor(target));
  for (const bytes of recorded) send(bytes, member);
  await sleep(500);
  for (let i = 0; i < Number(amount); i++) {
    const from = (i % 4 < 2 ? elsewhere : recorded)[random.integer(200)] as Uint8Array;
    const bytes = i % 4 === 3 ? Uint8Array.from([mark, ...random.bytes(150)]) : from.slice();
    if (i % 4 === 1) bytes[random.integer(bytes.length)] = random.integer(256);
    send(bytes, stranger);
    if (i % 200 === 199) await sleep(10);
  }
}

async function flood(): Promise<void> {
  const endMs = performance.now() + 1_000 * Number(amount);
  let sent = 0;
  while (performance.now() < endMs) {
    for (let i = 0; i < 100; i++, sent++) {
      const newcomer = newcomers[random.integer(NEWCOMERS)];
      if (newcomer !== undefined) {
        send(newcomer.query, newcomer.socket);
        continue;
      }
      const bytes = isSealed ? sealedFor(target) : query().slice();
      if (!isSealed && sent % 5 === 0) bytes.fill(0x78, 10);
      send(bytes, member);
    }
    await new Promise((resolve) => setImmediate(resolve));
  }
  console.log(`sent ${sent}, ${Math.round(sent / Number(amount))}/s`);
}

const figure = (name: RegExp): string =>
  readFileSync(metrics, "utf8")
    .split("\n")
    .filter((line) => name.test(line) && !line.startsWith("#"))
    .join("  ");

await sleep(1_000);
const before = residentMib();
await (mode === "outsider" ? outsider() : flood());
const rightAfter = residentMib();
// The figures are written every 15 s.
await sleep(16_000);
console.log(
  `resident ${before.toFixed(1)} MiB before, ${rightAfter.toFixed(1)} right after, ${residentMib().toFixed(1)} later; at most ${peakMib().toFixed(1)}`,
);
console.log(`answers ${answers}`);
console.log(figure(/queries_total|replies_total|dropped_total|refused_total/));
for (const { socket } of newcomers) socket.close();
member.close();
stranger.close();
server.kill("SIGTERM");
await new Promise((resolve) => server.once("close", resolve));
rmSync(home, { recursive: true, force: true });
