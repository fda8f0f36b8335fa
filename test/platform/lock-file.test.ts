import { spawn } from "node:child_process";
import { promises as fs } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createNodePlatform, lockFolder } from "../../src/platform/index.ts";
import { type TemporaryFolder, temporaryFolder } from "../support/temporary-folder.ts";

let folder: TemporaryFolder;
beforeEach(async () => {
  folder = await temporaryFolder();
});
afterEach(() => folder.remove());

const lockPath = () => join(folder.path, "lock");

test("ST14: a folder is locked once, with the holder's number in the refusal", async () => {
  const lock = await lockFolder(folder.path);
  await expect(lockFolder(folder.path)).rejects.toMatchObject({
    code: "STATE_LOCKED",
    message: `Process ${process.pid} is using the state folder ${folder.path}.`,
  });
  await lock.release();

  const again = await lockFolder(folder.path);
  await again.release();
  expect(await fs.readdir(folder.path)).toEqual([]);
});

test("ST14: the lock of a process that is gone is taken over", async () => {
  const child = spawn(process.execPath, ["-e", ""]);
  const pid = child.pid;
  await new Promise((resolve) => child.once("exit", resolve));
  await fs.writeFile(lockPath(), JSON.stringify({ pid, start: "" }));

  const lock = await lockFolder(folder.path);
  expect(JSON.parse(await fs.readFile(lockPath(), "utf8"))).toMatchObject({ pid: process.pid });
  await lock.release();
});

test.runIf(process.platform === "linux")(
  "a number that another program was given since does not count",
  async () => {
    await fs.writeFile(lockPath(), JSON.stringify({ pid: process.pid, start: "another-boot:12345" }));
    const lock = await lockFolder(folder.path);
    await lock.release();
  },
);

test.each(["", "not json", "{}", '{"pid":-1,"start":""}', '{"pid":"1","start":""}'])(
  "a lock that says %j belongs to nobody",
  async (content) => {
    await fs.writeFile(lockPath(), content);
    const lock = await lockFolder(folder.path);
    await lock.release();
  },
);

test("of many that want a stale lock at once exactly one gets it", async () => {
  await fs.writeFile(lockPath(), "{}");
  const results = await Promise.allSettled(Array.from({ length: 12 }, () => lockFolder(folder.path)));
  const winners = results.filter((result) => result.status === "fulfilled");

  expect(winners).toHaveLength(1);
  expect((await fs.readdir(folder.path)).filter((name) => name !== "lock")).toEqual([]);
});

test("releasing twice, or after somebody else took over, removes nothing of theirs", async () => {
  const lock = await lockFolder(folder.path);
  await fs.writeFile(lockPath(), "theirs");
  await lock.release();
  await lock.release();

  expect(await fs.readFile(lockPath(), "utf8")).toBe("theirs");
});

test("a platform locks its state folder until it is closed; one that shares it does not", async () => {
  const stateFolder = join(folder.path, "a", "state");
  const first = await createNodePlatform({ stateFolder });
  await expect(createNodePlatform({ stateFolder })).rejects.toMatchObject({ code: "STATE_LOCKED" });
  const guest = await createNodePlatform({ stateFolder, isStateShared: true });
  await guest.state.save("dht", Uint8Array.of(1));
  await guest.close();
  await first.close();
  await first.close();

  const second = await createNodePlatform({ stateFolder });
  expect(await second.state.load("dht")).toEqual(Uint8Array.of(1));
  await second.close();
  expect((await fs.stat(stateFolder)).mode & 0o777).toBe(0o700);
});

test("without a state folder nothing is written anywhere, and state ends with the platform", async () => {
  const platform = await createNodePlatform();
  await platform.state.save("dht", Uint8Array.of(1, 2));
  expect(await platform.state.load("dht")).toEqual(Uint8Array.of(1, 2));
  expect(await platform.state.list("d")).toEqual(["dht"]);
  await platform.state.remove("dht");
  expect(await platform.state.load("dht")).toBeUndefined();
  await platform.close();
});
