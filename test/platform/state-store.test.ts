import { promises as fs } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { utf8Bytes, utf8Text } from "../../src/core/bytes.ts";
import { FileStateStore } from "../../src/platform/index.ts";
import { type TemporaryFolder, temporaryFolder } from "../support/temporary-folder.ts";

let folder: TemporaryFolder;
let store: FileStateStore;
beforeEach(async () => {
  folder = await temporaryFolder();
  store = new FileStateStore(join(folder.path, "state"));
});
afterEach(() => folder.remove());

const save = (name: string, text: string) => store.save(name, utf8Bytes(text));
const text = (bytes: Uint8Array | undefined) => (bytes === undefined ? undefined : utf8Text(bytes));
const path = (name: string) => join(folder.path, "state", name);

test("what was saved is loaded, also by the next process", async () => {
  await save("dht", "contacts");
  expect(text(await store.load("dht"))).toBe("contacts");
  expect(text(await new FileStateStore(join(folder.path, "state")).load("dht"))).toBe("contacts");
});

test("what was never saved is undefined, and an absent folder is empty", async () => {
  expect(await store.load("dht")).toBeUndefined();
  expect(await store.list("")).toEqual([]);
  await store.remove("dht");
});

test("keeps the former generation, and nothing else", async () => {
  for (const generation of ["one", "two", "three"]) await save("dht", generation);
  expect((await fs.readdir(path(""))).sort()).toEqual(["dht", "dht.1"]);
  expect(await fs.readFile(path("dht.1"), "utf8")).toBe("two");
});

test("records and their folder are for their owner's eyes only", async () => {
  await save("dht", "contacts");
  expect((await fs.stat(path("dht"))).mode & 0o777).toBe(0o600);
  expect((await fs.stat(path(""))).mode & 0o777).toBe(0o700);
});

test("ST13: a crash between the renames leaves the former generation to be loaded", async () => {
  await save("dht", "one");
  await fs.rename(path("dht"), path("dht.1"));
  await fs.writeFile(path("dht.99999.tmp"), "half");

  expect(text(await store.load("dht"))).toBe("one");
  expect(await store.list("")).toEqual(["dht"]);
});

test("falls back to the former generation when the reader rejects the newest", async () => {
  await save("dht", "good one");
  await save("dht", "torn");
  const isIntact = (bytes: Uint8Array) => utf8Text(bytes).startsWith("good");

  expect(text(await store.load("dht", isIntact))).toBe("good one");
  await save("dht", "good two");
  expect(await fs.readFile(path("dht.1"), "utf8")).toBe("good one");
  expect(await store.load("dht", () => false)).toBeUndefined();
});

test("a record that cannot be read counts as absent", async () => {
  await fs.mkdir(path("dht"), { recursive: true });
  expect(await store.load("dht")).toBeUndefined();
});

test("operations on one record keep their order", async () => {
  const saves = Array.from({ length: 20 }, (_, i) => save("dht", `generation ${i}`));
  const loaded = store.load("dht");
  const later = save("dht", "last");
  await Promise.all([...saves, later]);

  expect(text(await loaded)).toBe("generation 19");
  expect(text(await store.load("dht"))).toBe("last");
  expect(await fs.readFile(path("dht.1"), "utf8")).toBe("generation 19");
});

test("lists records by the beginning of their name, each once, and forgets removed ones", async () => {
  for (const name of ["resume-b", "resume-a", "torrent-a"]) {
    await save(name, "x");
    await save(name, "y");
  }
  expect(await store.list("resume-")).toEqual(["resume-a", "resume-b"]);
  await store.remove("resume-a");
  expect(await store.list("")).toEqual(["resume-b", "torrent-a"]);
  expect(await store.load("resume-a")).toBeUndefined();
});

test("a folder that cannot be written is a sentence for the user, and leaves nothing half done", async () => {
  await fs.writeFile(join(folder.path, "state"), "in the way");
  await expect(save("dht", "contacts")).rejects.toMatchObject({ code: "PATH_IN_THE_WAY" });
  expect(await fs.readdir(folder.path)).toEqual(["state"]);
});

test.each(["", "../x", "a/b", ".hidden", "a.1", "a.tmp", "lock", "a b"])(
  "refuses %j as a name",
  async (name) => {
    await expect(store.save(name, new Uint8Array(1))).rejects.toThrow("no name for a record");
  },
);
