/** The `dht` commands that ask a network, against one of our own on loopback. */
import { mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Running, run, scratchFolder, start } from "./support.ts";

/** Processes on a machine that may be busy. */
const PATIENT_MS = 60_000;
const ANY_PORT = ["--host", "127.0.0.1", "--port", "0"];

const home = scratchFolder();
const running: Running[] = [];
let bootstrap = "";
let sharedHash = "";

function startHere(...args: string[]): Running {
  const started = start([...args, ...ANY_PORT], home);
  running.push(started);
  return started;
}

const addressOf = async (node: Running): Promise<string> =>
  (await node.line(/^listening /)).split(" ")[1] as string;

/** What a command prints as JSON, and how it ended. */
async function ask(...args: string[]) {
  const { exit, stdout } = await run([...args, ...ANY_PORT, "--bootstrap", bootstrap, "--json"], home);
  return { exit, ...JSON.parse(stdout.trim().split("\n").at(-1) ?? "") };
}

describe("in a DHT of three nodes and one seed", () => {
  beforeAll(async () => {
    bootstrap = await addressOf(startHere("dht", "serve"));
    const others = [1, 2].map(() => startHere("dht", "serve", "--bootstrap", bootstrap));
    await Promise.all(others.map((node) => node.line(/joined/)));
    mkdirSync(join(home, "album"));
    writeFileSync(join(home, "album", "song.bin"), "la la la");
    const sharer = startHere("share", "album", "--bootstrap", bootstrap);
    const magnet = await sharer.line(/^magnet:/);
    sharedHash = /btih:([0-9a-f]{40})/.exec(magnet)?.[1] as string;
    await addressOf(sharer);
  }, PATIENT_MS);

  afterAll(async () => {
    for (const one of running) one.kill("SIGTERM");
    await Promise.all(running.map((one) => one.finished));
  });

  test(
    "scrape counts the seed, and says that a torrent nobody has is not there",
    async () => {
      // The seed announces itself after it has joined.
      await expect
        .poll(() => ask("dht", "scrape", sharedHash), { timeout: PATIENT_MS })
        .toMatchObject({ exit: 0, ok: true, seeds: 1, peers: 0 });
      expect(await ask("dht", "scrape", "00".repeat(20))).toMatchObject({ exit: 5, ok: false, seeds: 0 });
    },
    PATIENT_MS,
  );

  test(
    "put and get agree on an immutable item",
    async () => {
      const put = await ask("dht", "put", "hello");
      expect(put).toMatchObject({ exit: 0, ok: true, publicKey: null, refusals: [] });
      expect(put.storedOn).toBeGreaterThanOrEqual(3);
      expect(await ask("dht", "get", put.target)).toMatchObject({ exit: 0, text: "hello", seq: null });
      expect(await ask("dht", "get", "ff".repeat(20))).toMatchObject({ exit: 5, ok: false });
    },
    PATIENT_MS,
  );

  test(
    "a signed item changes by its key alone, counts up, and is compared before it is set",
    async () => {
      const [key, salted] = [join(home, "key.pem"), ["--salt", "news"]];
      const first = await ask("dht", "put", "one", "--key", key, ...salted);
      expect(first).toMatchObject({ exit: 0, seq: 1 });
      expect(statSync(key).mode & 0o777).toBe(0o600);
      const second = await ask("dht", "put", "two", "--key", key, ...salted, "--cas", "1");
      expect(second).toMatchObject({ exit: 0, seq: 2, publicKey: first.publicKey, target: first.target });
      const late = await ask("dht", "put", "three", "--key", key, ...salted, "--cas", "1");
      expect(late).toMatchObject({ exit: 7, error: { message: expect.stringContaining("CAS") } });
      const found = await ask("dht", "get", first.publicKey, ...salted);
      expect(found).toMatchObject({ exit: 0, text: "two", seq: 2 });
      expect(await ask("dht", "get", first.publicKey)).toMatchObject({ exit: 5 });
    },
    PATIENT_MS,
  );

  test(
    "put goes on with --every until it is told to stop, and never more often than once a minute",
    async () => {
      const put = startHere("dht", "put", "again", "--every", "10m", "--bootstrap", bootstrap);
      await put.line(/^stored on \d+ of \d+ nodes/);
      put.kill("SIGINT");
      const { exit, stdout } = await put.finished;
      expect([exit, stdout.trim().length]).toEqual([0, 40]);
      expect(await ask("dht", "put", "again", "--every", "59s")).toMatchObject({
        exit: 2,
        error: { message: expect.stringContaining("at least a minute") },
      });
    },
    PATIENT_MS,
  );

  test(
    "a link to a key downloads the torrent that the key names now, BEP 46",
    async () => {
      const key = join(home, "torrent-key.pem");
      const { link } = await ask("dht", "put", sharedHash, "--torrent", "--key", key);
      expect(link).toMatch(/^magnet:\?xs=urn:btpk:[0-9a-f]{64}$/);
      expect(await ask("get", link, "-o", "copy")).toMatchObject({ exit: 0 });
      expect(readFileSync(join(home, "copy", "album", "song.bin"), "utf8")).toBe("la la la");
      expect(await ask("open", link, "-o", "copy")).toMatchObject({ exit: 0 });
      const nobody = `magnet:?xs=urn:btpk:${"00".repeat(32)}`;
      expect(await ask("get", nobody)).toMatchObject({ exit: 5, ok: false });
    },
    PATIENT_MS,
  );

  test(
    "lookup tells every node it asked when it is traced",
    async () => {
      const { exit, asked, trace } = await ask("dht", "lookup", sharedHash, "--trace");
      expect([exit, trace.length]).toEqual([0, asked]);
      expect(trace).toContainEqual(
        expect.objectContaining({ hop: 1, address: bootstrap, outcome: "answered" }),
      );
      expect(await ask("dht", "lookup", sharedHash)).not.toHaveProperty("trace");
    },
    PATIENT_MS,
  );

  test(
    "crawl lists the shared torrent",
    async () => {
      const crawl = await ask("dht", "crawl");
      expect(crawl).toMatchObject({ exit: 0, ok: true, outcome: "complete" });
      expect(crawl.infoHashes).toContain(sharedHash);
    },
    PATIENT_MS,
  );

  test(
    "bootstrap, stats and table tell of the same network",
    async () => {
      const [joined, stats, table] = await Promise.all([
        ask("dht", "bootstrap"),
        ask("dht", "stats"),
        ask("dht", "table"),
      ]);
      expect(joined).toMatchObject({ exit: 0, bootstrap: [{ address: bootstrap, state: "answered" }] });
      expect(stats).toMatchObject({ exit: 0, state: "joined", v6: null });
      expect(stats.v4.goodContacts).toBeGreaterThanOrEqual(3);
      const contacts = table.v4.buckets.map((bucket: { contacts: number }) => bucket.contacts);
      expect(contacts.reduce((sum: number, n: number) => sum + n)).toBeGreaterThanOrEqual(3);
      const nobody = ["dht", "bootstrap", "--bootstrap", "127.0.0.1:9", "--timeout", "1s", ...ANY_PORT];
      expect(await run(nobody, home)).toMatchObject({
        exit: 4,
        stderr: expect.stringContaining("127.0.0.1:9"),
      });
    },
    PATIENT_MS,
  );
});
