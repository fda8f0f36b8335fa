/** What `npm pack` makes: a package that installs without install scripts, runs, and can be imported. */
import { execFile, execFileSync } from "node:child_process";
import { copyFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { toHex } from "../../src/core/bytes.ts";
import { infoHashFrom } from "../../src/core/ids.ts";
import { openDht } from "../../src/dht/index.ts";
import { createNodePlatform } from "../../src/platform/index.ts";
import { digestsOf, MIB, writeContent } from "./support/content.ts";
import { Lab } from "./support/lab.ts";
import { LineProcess } from "./support/line-process.ts";
import { REPOSITORY } from "./support/prerequisites.ts";
import { Starling } from "./support/starling.ts";

const PACK_TIMEOUT_MS = 240_000;
const START_TIMEOUT_MS = 30_000;

let lab: Lab;
let project: string;

beforeAll(() => {
  lab = new Lab();
  const packed = lab.newFolder("packed");
  project = lab.newFolder("project");
  run(REPOSITORY, "npm", "pack", "--pack-destination", packed);
  writeFileSync(join(project, "package.json"), '{ "name": "project", "private": true, "type": "module" }');
  const [tarball] = readdirSync(packed);
  run(
    project,
    "npm",
    "install",
    "--ignore-scripts",
    "--no-audit",
    "--no-fund",
    join(packed, tarball as string),
  );
}, PACK_TIMEOUT_MS);

afterAll(() => lab?.close());

function run(folder: string, command: string, ...args: readonly string[]): string {
  return execFileSync(command, args, { cwd: folder, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
}

test("the installed program says its version", () => {
  expect(run(project, join(project, "node_modules/.bin/starling"), "--version")).toMatch(
    /^starling \d+\.\d+\.\d+/,
  );
});

test("the manual is in the package, a page a command", () => {
  const pages = readdirSync(join(project, "node_modules/starling/dist/man"));
  expect(pages).toEqual(expect.arrayContaining(["starling.1", "starling-get.1", "starling-dht-serve.1"]));
});

test("the installed program makes a torrent", () => {
  writeFileSync(join(project, "hello.txt"), "hello");
  const starling = join(project, "node_modules/.bin/starling");
  run(project, starling, "create", "hello.txt", "-o", "hello.torrent");
  const info = JSON.parse(run(project, starling, "info", "hello.torrent", "--json")) as { infoHash: string };
  expect(info).toMatchObject({ name: "hello.txt", length: 5 });
});

test.for(["starling", "starling/dht", "starling/wire"])("%s can be imported", (entry) => {
  const script = `import("${entry}").then((module) => console.log(Object.keys(module).length > 0))`;
  expect(run(project, process.execPath, "--input-type=module", "--eval", script).trim()).toBe("true");
});

test("the example of starling/dht finds the peer that a node announced", async () => {
  const platform = await createNodePlatform({ isLoopbackOnly: true });
  const udp = await platform.network.openUdp({ host: "127.0.0.1", port: 0 });
  const { clock, random } = platform;
  await using dht = openDht({
    clock,
    random,
    sockets: { v4: udp.udp4 },
    config: { addressProfile: "loopback" },
  });
  const infoHash = infoHashFrom(random.bytes(20));
  dht.announce(infoHash, { port: 5_000 });
  copyFileSync(join(REPOSITORY, "examples", "find-peers.mjs"), join(project, "find-peers.mjs"));
  const bootstrap = `127.0.0.1:${udp.port}`;
  const run = promisify(execFile)(process.execPath, ["find-peers.mjs", toHex(infoHash), bootstrap], {
    cwd: project,
  });
  expect((await run).stdout).toBe("127.0.0.1:5000\n");
  await udp.close();
  await platform.close();
});

/** Runs an example of the package as its user would. */
function example(name: string, ...args: readonly string[]): LineProcess {
  const script = join(project, "node_modules/starling/examples", name);
  const started = new LineProcess({ name, command: [process.execPath, script, ...args], cwd: project });
  lab.run(started);
  return started;
}

test("the examples of the library seed a folder, watch its health, download and stream it", async () => {
  const router = await Starling.dhtServe(lab, { host: lab.newHost() });
  const content = writeContent(join(lab.newFolder("content"), "film.bin"), 3 * MIB, "examples");
  const seeder = example("seed-folder.mjs", content, router.address);
  const { text: magnet } = await seeder.waitForLine(/^magnet:.*/, START_TIMEOUT_MS);
  await seeder.waitForLine(/^seeding on /, START_TIMEOUT_MS);

  const watcher = example("watch-health.mjs", magnet, router.address);
  await watcher.waitForLine(/^film\.bin: health/, START_TIMEOUT_MS);
  await watcher.stop();

  const folder = lab.newFolder("download");
  const download = example("download.mjs", magnet, folder, router.address);
  expect((await download.exit).code).toBe(0);
  expect(digestsOf(join(folder, "film.bin"))).toEqual(digestsOf(content));

  const streamed = join(lab.newFolder("stream"), "film.bin");
  const stream = join(project, "node_modules/starling/examples/stream-magnet.mjs");
  run(
    project,
    "sh",
    "-c",
    `"$0" "$1" "$2" "$3" > "$4"`,
    process.execPath,
    stream,
    magnet,
    router.address,
    streamed,
  );
  expect(digestsOf(streamed)).toEqual(digestsOf(content));
});
