import { promises as fs } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { pruneRecords } from "../../src/platform/prune-records.ts";
import { type TemporaryFolder, temporaryFolder } from "../support/temporary-folder.ts";

const NOW_MS = Date.UTC(2026, 5, 1);
const DAY_MS = 86_400_000;
const [A, B, C] = ["aa", "bb", "cc"].map((hex) => hex.repeat(20)) as [string, string, string];

let folder: TemporaryFolder;
beforeEach(async () => {
  folder = await temporaryFolder();
});
afterEach(() => folder.remove());

async function place(name: string, daysOld: number): Promise<void> {
  await folder.place(name, new Uint8Array(1));
  const at = new Date(NOW_MS - daysOld * DAY_MS);
  await fs.utimes(join(folder.path, name), at, at);
}

async function left(): Promise<string[]> {
  const files = await fs.readdir(folder.path, { recursive: true, withFileTypes: true });
  return files
    .filter((file) => file.isFile())
    .map((file) => file.name)
    .sort();
}

const prune = (maxTorrents = 100) =>
  pruneRecords([folder.path, join(folder.path, "made")], {
    nowUnixMs: NOW_MS,
    unusedMs: 30 * DAY_MS,
    maxTorrents,
  });

test("records of torrents that nobody came back to are removed, all of them", async () => {
  await place(`resume-${A}-0123456789abcdef`, 40);
  await place(`resume-${A}-0123456789abcdef.1`, 41);
  await place(`torrent-${A}`, 50);
  await place(`made/${A}-0123456789abcdef`, 50);
  await place(`resume-${B}-0123456789abcdef`, 5);
  await prune();

  expect(await left()).toEqual([`resume-${B}-0123456789abcdef`]);
});

test("metadata that was written long ago stays with a torrent that is in use", async () => {
  await place(`resume-${A}-0123456789abcdef`, 1);
  await place(`torrent-${A}`, 400);
  await prune();

  expect(await left()).toHaveLength(2);
});

test("what belongs to no torrent stays, however old", async () => {
  await place("dht", 400);
  await place("dht-0123456789abcdef", 400);
  await place("lock", 400);
  await prune();

  expect(await left()).toHaveLength(3);
});

test("of very many torrents the latest stay", async () => {
  for (const [i, id] of [A, B, C].entries()) await place(`torrent-${id}`, i);
  await prune(2);

  expect(await left()).toEqual([`torrent-${A}`, `torrent-${B}`]);
});

test("a folder that is not there is nothing to be done", async () => {
  await pruneRecords([join(folder.path, "none")], { nowUnixMs: NOW_MS, unusedMs: 1, maxTorrents: 1 });
});
