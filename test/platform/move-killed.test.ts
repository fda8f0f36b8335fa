/** A process that is killed while it copies a torrent's files to another file system, again and again. */
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, promises as fs, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterEach, expect, test } from "vitest";
import { SeededRandom } from "../../src/sim/seeded-random.ts";
import { encodeTorrentFile } from "../../src/torrent/metainfo.ts";
import { filledFolder, fingerprint } from "../support/filled-torrent.ts";
import { type TemporaryFolder, temporaryFolder } from "../support/temporary-folder.ts";

const ROOT = join(import.meta.dirname, "..", "..");
const OTHER_DISK = "/dev/shm";
const hasOtherDisk = existsSync(OTHER_DISK) && statSync(OTHER_DISK).dev !== statSync(tmpdir()).dev;
const KILLS = 5;
const MIB = 2 ** 20;
const FILES = ["one", "two", "three"];
const ALBUM = filledFolder(
  "album",
  FILES.map((name, i) => ({ path: [name], lengthBytes: 4 * MIB + 13 * i })),
  MIB,
);
const TORRENT = Buffer.from(encodeTorrentFile(ALBUM.metainfo)).toString("base64");

let folder: TemporaryFolder | undefined;
let other: string | undefined;
afterEach(async () => {
  await folder?.remove();
  if (other !== undefined) await fs.rm(other, { recursive: true, force: true });
});

function startMoving(from: string, to: string): ChildProcess {
  const script = [join(ROOT, "test", "platform", "moving-process.ts"), TORRENT, from, to];
  return spawn(process.execPath, ["--import", join(ROOT, "scripts", "typescript.mjs"), ...script], {
    cwd: ROOT,
    stdio: ["ignore", "pipe", "inherit"],
  });
}

/** Kills it at its `killAtLine`-th word of progress, if there is one. Answers how it ended. */
async function move(from: string, to: string, killAtLine: number): Promise<number | null> {
  const child = startMoving(from, to);
  let lines = 0;
  createInterface({ input: child.stdout as NodeJS.ReadableStream }).on("line", () => {
    if (++lines === killAtLine) child.kill("SIGKILL");
  });
  return await new Promise((resolve) => child.once("close", (exit) => resolve(exit)));
}

test.runIf(hasOtherDisk)(
  "each file is whole in one of the two folders whenever it is killed, and moving again ends with all of them there",
  async () => {
    const seed = Date.now() % 100_000;
    const random = new SeededRandom(seed);
    folder = await temporaryFolder();
    other = await fs.mkdtemp(join(OTHER_DISK, "starling-test-"));
    const [from, to] = [join(folder.path, "from"), join(other, "to")];
    for (const [i, name] of FILES.entries()) await folder.place(`from/album/${name}`, ALBUM.fileContent(i));

    let killed = 0;
    for (let kill = 0; kill < KILLS; kill++) {
      if ((await move(from, to, 1 + Math.floor(random.float() * 6))) === null) killed++;
      for (const [i, name] of FILES.entries()) {
        const places = [join(from, "album", name), join(to, "album", name)].filter((path) =>
          existsSync(path),
        );
        expect(places.length, `seed ${seed}, ${name} after kill ${kill}`).toBeGreaterThan(0);
        for (const path of places)
          expect(fingerprint(await fs.readFile(path)), `seed ${seed}, ${path}`).toBe(
            fingerprint(ALBUM.fileContent(i)),
          );
      }
    }
    expect(killed, `seed ${seed}`).toBeGreaterThan(0);
    expect(await move(from, to, Number.POSITIVE_INFINITY)).toBe(0);
    expect((await fs.readdir(join(to, "album"))).sort()).toEqual([...FILES].sort());
    expect(await fs.readdir(from)).toEqual([]);
  },
  60_000,
);
