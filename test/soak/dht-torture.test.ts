/** `dht serve` as a process of its own under fire: hostile packets, floods, and an item that is put again and again. */
import { createSocket, type Socket } from "node:dgram";
import { readFileSync } from "node:fs";
import fc from "fast-check";
import { afterEach, describe, expect, test } from "vitest";
import { type Running, run, scratchFolder, start } from "../cli/support.ts";
import { BEP5, SEEDS } from "../dht/krpc-samples.ts";
import { latin1Bytes } from "../dht/latin1.ts";
import { hostileBytes } from "../support/byte-arbitraries.ts";

const ANY_PORT = ["--host", "127.0.0.1", "--port", "0"];
const SOCKETS = 200;
const TICK_MS = 10;
const PING = latin1Bytes(BEP5.pingQuery);

const home = scratchFolder();
const running: Running[] = [];
const sockets: Socket[] = [];

afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.close();
  for (const one of running) one.kill("SIGTERM");
  await Promise.all(running.splice(0).map((one) => one.finished));
});

async function serve(...args: string[]): Promise<{ readonly node: Running; readonly address: string }> {
  const node = start(["dht", "serve", ...args, ...ANY_PORT], home);
  running.push(node);
  return { node, address: (await node.line(/^listening /)).split(" ")[1] as string };
}

function residentMebibytes({ pid }: Running): number {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1_024;
}

/** Sends `packetOf(i)` from 200 addresses, `perSecond` of them, until `total` are sent; counts what comes back. */
async function fire(
  address: string,
  perSecond: number,
  total: number,
  packetOf: (i: number) => Uint8Array,
): Promise<{ readonly answers: number; readonly seconds: number }> {
  const [host, port] = address.split(":") as [string, string];
  let answers = 0;
  while (sockets.length < SOCKETS) {
    const socket = createSocket({ type: "udp4", lookup: (name, _options, done) => done(null, name, 4) });
    socket.on("message", () => answers++);
    const from = `127.0.2.${1 + sockets.length}`;
    await new Promise<void>((resolve) => socket.bind(0, from, resolve));
    sockets.push(socket);
  }
  const startedMs = performance.now();
  for (let sent = 0; sent < total; ) {
    const due = Math.min(total, ((performance.now() - startedMs) * perSecond) / 1_000);
    for (; sent < due; sent++) (sockets[sent % SOCKETS] as Socket).send(packetOf(sent), Number(port), host);
    await new Promise((resolve) => setTimeout(resolve, TICK_MS));
  }
  return { answers, seconds: (performance.now() - startedMs) / 1_000 };
}

/** Of three pings one is answered at least: a machine that is busy loses some. */
async function expectAnswers(address: string): Promise<void> {
  const { stdout } = await run(["dht", "ping", address, "--count", "3", "--json", ...ANY_PORT], home);
  expect(JSON.parse(stdout.trim().split("\n").at(-1) ?? "")).toMatchObject({ ok: true });
}

test("100,000 arbitrary and mutated packets leave it answering, and its memory flat, PA07", async () => {
  const { node, address } = await serve("--bootstrap", "none");
  const packets = fc.sample(hostileBytes(SEEDS, 1_600), { numRuns: 20_000, seed: 7 });
  const packetOf = (i: number): Uint8Array => packets[i % packets.length] as Uint8Array;
  await fire(address, 4_000, packets.length, packetOf);
  const before = residentMebibytes(node);
  await fire(address, 4_000, 100_000, packetOf);
  const after = residentMebibytes(node);
  console.log(`${before.toFixed(1)} MiB before 100,000 packets, ${after.toFixed(1)} MiB after`);
  expect(after - before).toBeLessThan(16);
  await expectAnswers(address);
});

test("20,000 queries a second for a minute, every fifth damaged: others still join, DH16", async () => {
  const { node, address } = await serve("--bootstrap", "none", "--answer-rate", "off");
  const joined = await serve("--bootstrap", address);
  await joined.node.line(/joined/);
  const damaged = PING.slice(0, -1);
  const flood = fire(address, 20_000, 1_200_000, (i) => (i % 5 === 0 ? damaged : PING));
  const command = ["dht", "bootstrap", "--bootstrap", address, "--json", ...ANY_PORT];
  const { exit, stdout } = await run(command, home);
  const { elapsedMs } = JSON.parse(stdout.trim().split("\n").at(-1) ?? "");
  const { answers, seconds } = await flood;
  const perSecond = Math.round(answers / seconds);
  const rss = residentMebibytes(node).toFixed(1);
  console.log(`${perSecond} answers a second, a newcomer joined in ${elapsedMs} ms, ${rss} MiB`);
  expect(exit).toBe(0);
  expect(elapsedMs).toBeLessThanOrEqual(5_000);
  expect(residentMebibytes(node)).toBeLessThanOrEqual(128);
  expect(answers).toBeGreaterThan(0);
});

describe("put --every", () => {
  test("brings an item back that the nodes have forgotten", async () => {
    const { address } = await serve("--bootstrap", "none");
    const put = start(["dht", "put", "again", "--every", "1m", "--bootstrap", address, ...ANY_PORT], home);
    running.push(put);
    const target = await put.line(/^[0-9a-f]{40}$/);
    const late = await serve("--bootstrap", address);
    await late.node.line(/joined/);
    const get = ["dht", "get", target, "--bootstrap", late.address, "--json", ...ANY_PORT];
    await expect
      .poll(
        async () =>
          (JSON.parse((await run(get, home)).stdout.trim().split("\n").at(-1) ?? "") as { copies?: number })
            .copies,
        { timeout: 180_000, interval: 5_000 },
      )
      .toBe(2);
  });
});
