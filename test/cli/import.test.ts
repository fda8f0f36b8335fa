/** State that other programs wrote, and what becomes of it here. */
import { mkdirSync, readdirSync, readFileSync, renameSync, utimesSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import type { ForeignState } from "../../src/cli/import/foreign-state.ts";
import type { ForeignTorrent } from "../../src/cli/import/foreign-torrent.ts";
import { type PlannedImport, planImport } from "../../src/cli/import/import-plan.ts";
import { readQbittorrent } from "../../src/cli/import/qbittorrent.ts";
import { readRtorrent } from "../../src/cli/import/rtorrent.ts";
import { readTransmission } from "../../src/cli/import/transmission.ts";
import { writeForeignContent } from "../support/foreign-content.ts";
import { scratchFolder } from "./support.ts";

const FIXTURES = join(import.meta.dirname, "..", "fixtures", "import");
/** Before any of the state was saved. */
const LONG_AGO_SECONDS = Date.UTC(2020, 0, 1) / 1_000;

const PROGRAMS: readonly (readonly [string, (folder: string) => Promise<ForeignState>])[] = [
  ["qbittorrent", readQbittorrent],
  ["transmission", readTransmission],
  ["rtorrent", readRtorrent],
];

/** The content as the program left it: written before its state, or at the very second that it noted. */
function contentFor(torrents: readonly ForeignTorrent[]): string {
  const folder = scratchFolder();
  writeForeignContent(folder);
  const data = join(folder, "data");
  for (const path of readdirSync(data, { recursive: true, encoding: "utf8" })) {
    const name = path.split("/")[0]?.replace(".bin", "");
    const torrent = torrents.find((candidate) => candidate.name.replace(".bin", "") === name);
    const seconds = torrent === undefined ? LONG_AGO_SECONDS : trustedSecond(torrent, path);
    utimesSync(join(data, path), seconds, seconds);
  }
  return data;
}

/** rtorrent trusts one second only: the one in its record. */
function trustedSecond(torrent: ForeignTorrent, path: string): number {
  const index = path.endsWith("two.bin") ? 1 : 0;
  if (torrent.isTrusted(index, LONG_AGO_SECONDS * 1_000)) return LONG_AGO_SECONDS;
  const record = readFileSync(
    join(FIXTURES, "rtorrent", `${torrent.infoHash?.toUpperCase()}.torrent.libtorrent_resume`),
  );
  const times = [...record.toString("latin1").matchAll(/5:mtimei(\d+)e/g)].map((match) => Number(match[1]));
  return times[index] ?? LONG_AGO_SECONDS;
}

async function plansOf(state: ForeignState, data: string): Promise<Readonly<Record<string, PlannedImport>>> {
  const plans = await Promise.all(
    state.torrents.map((torrent) => planImport({ ...torrent, folders: ["/no/such/folder", data] })),
  );
  return Object.fromEntries(plans.map((plan) => [plan.name, plan]));
}

describe.each(PROGRAMS)("the state of %s", (program, read) => {
  test("moves with progress, labels and trackers counted; nothing that is unchanged is hashed again", async () => {
    const state = await read(join(FIXTURES, program));
    const data = contentFor(state.torrents);
    const plans = await plansOf(state, data);
    expect(state.unreadable).toEqual([]);
    expect(plans).toMatchObject({
      album: {
        verdict: "moves",
        progressRatio: 1,
        labels: ["music"],
        filesToCheck: 0,
        trackers: 2,
        folder: data,
      },
      half: { verdict: "moves", progressRatio: 0.4, labels: [], filesToCheck: 0, trackers: 2 },
      "single.bin": { verdict: "moves", progressRatio: 1, filesToCheck: 0, totalBytes: 50_000 },
      secret: { verdict: "private", addition: null, trackers: 2 },
    });
    expect(plans["half"]?.addition?.options).toMatchObject({
      paused: true,
      folder: data,
      imported: { have: new Uint8Array([0xf0, 0]), stamps: [{ lengthBytes: 80_000 }, null] },
    });
    expect(plans["album"]?.addition?.options).toMatchObject({ paused: false, labels: ["music"] });
  });

  test("is hashed where a file was written since", async () => {
    const state = await read(join(FIXTURES, program));
    const data = contentFor(state.torrents);
    const later = Date.UTC(2040, 0, 1) / 1_000;
    utimesSync(join(data, "album/one.bin"), later, later);
    const { album } = await plansOf(state, data);
    expect(album).toMatchObject({ filesToCheck: 1 });
    expect(album?.addition?.options.imported?.stamps[0]).toBeNull();
  });

  test("is left paused where its data is gone, so that nothing is fetched anew", async () => {
    const state = await read(join(FIXTURES, program));
    const { album } = await plansOf(state, scratchFolder());
    expect(album?.addition?.options).toMatchObject({
      paused: true,
      imported: { have: new Uint8Array([0, 0]) },
    });
    expect(album?.note).toContain("not there");
  });

  test("survives files that are torn", async () => {
    const folder = scratchFolder();
    const source = join(FIXTURES, program);
    for (const path of readdirSync(source, { recursive: true, encoding: "utf8" })) {
      if (!/\.(torrent|fastresume|resume|rtorrent|libtorrent_resume)$/.test(path)) continue;
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      const bytes = readFileSync(join(source, path));
      writeFileSync(
        join(folder, path),
        path.endsWith(".torrent") ? bytes : bytes.subarray(0, bytes.length / 2),
      );
    }
    const state = await read(folder);
    expect(state.torrents).toEqual([]);
    expect(state.unreadable.length).toBeGreaterThanOrEqual(4);
  });
});

test("unfinished files get their own names back", async () => {
  const state = await readTransmission(join(FIXTURES, "transmission"));
  const data = contentFor(state.torrents);
  renameSync(join(data, "half/a.bin"), join(data, "half/a.bin.part"));
  const { half } = await plansOf(state, data);
  expect(half).toMatchObject({ progressRatio: 0.4, filesToCheck: 0 });
  expect(half?.addition?.renames).toEqual([
    { from: join(data, "half/a.bin.part"), to: join(data, "half/a.bin") },
  ]);
});

test("a torrent that rtorrent keeps in a folder of another name is found there", async () => {
  const state = await readRtorrent(join(FIXTURES, "rtorrent"));
  const album = state.torrents.find(({ name }) => name === "album") as ForeignTorrent;
  const data = contentFor(state.torrents);
  renameSync(join(data, "album"), join(data, "renamed"));
  const paths = ["renamed/one.bin", "renamed/sub/two.bin"];
  const plan = await planImport({ ...album, folders: [data], paths });
  expect(plan).toMatchObject({ filesToCheck: 0, note: "" });
  expect(plan.addition?.options.paths).toEqual(paths);
});

test("torrents that qBittorrent keeps in its database are not read, and that is said", async () => {
  const folder = scratchFolder();
  writeFileSync(join(folder, "torrents.db"), "SQLite format 3\0");
  for (const named of [folder, join(folder, "BT_backup")]) {
    await expect(readQbittorrent(named)).rejects.toMatchObject({
      code: "NOT_FOUND",
      message: `qBittorrent keeps its torrents in ${join(folder, "torrents.db")}, which Starling does not read`,
      hint: expect.stringContaining("fastresume files"),
    });
  }
});
