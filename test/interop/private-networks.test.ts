/**
 * Private networks from nothing, as the README writes them: a file goes through a sealed one in four commands; libtorrent and Starling
 * find each other in a plain one whose bootstrap nodes die.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { digestsIn, digestsOf, KIB, writeTree } from "./support/content.ts";
import { Lab } from "./support/lab.ts";
import { Libtorrent } from "./support/libtorrent.ts";
import { requireInstalled } from "./support/prerequisites.ts";
import { runStarling, Starling } from "./support/starling.ts";

const PATIENT_MS = 40_000;

let lab: Lab;

beforeEach(() => {
  requireInstalled("starling", "libtorrent");
  lab = new Lab();
});

afterEach(() => lab.close());

/** The four commands of the README, without the program's name and what the shell makes of them. */
function readmeRoad(): readonly (readonly string[])[] {
  const readme = readFileSync(join(import.meta.dirname, "../../README.md"), "utf8");
  const [, block = ""] = /### A network that nobody else can enter\n\n```\n([^`]+)```/.exec(readme) ?? [];
  return block
    .trim()
    .split("\n")
    .map((line) => line.replace(/#.*|&$|> \S+/g, "").trim())
    .map((line) => (line.match(/'[^']*'|\S+/g) ?? []).slice(1).map((word) => word.replaceAll("'", "")));
}

test("the README's four commands take a file through a sealed network", async () => {
  const home = lab.newFolder("home");
  const album = writeTree(
    join(lab.newFolder("data"), "album"),
    { "one.bin": 300 * KIB, "two.bin": 70 * KIB },
    "road",
  );
  const host = lab.newHost();
  // Ours instead of the README's: the address, and where things lie.
  const here = (words: readonly string[]): readonly string[] =>
    words.map((word) =>
      word.replace("127.0.0.1", host).replace("./album", album).replace("/tmp/copy", `${home}/copy`),
    );
  const commands = readmeRoad().map(here);
  expect(commands).toHaveLength(4);
  const [create, serve, share, get] = commands as [string[], string[], string[], string[]];
  const startedMs = performance.now();

  const made = await runStarling(lab, create, { home });
  expect(made.stdout).toEqual([expect.stringMatching(/^starling-sealed-1-/)]);
  const node = Starling.start(lab, serve, { home });
  await node.waitForLine(/^listening /, PATIENT_MS);
  const sharer = Starling.start(lab, [...share, "--host", lab.newHost()], { home });
  const magnet = (await sharer.waitForLine(/^magnet:/, PATIENT_MS)).text;
  const words = get.map((word) => (word.startsWith("magnet:") ? magnet : word));
  await Starling.start(lab, [...words, "--host", lab.newHost()], { home }).waitForSuccess(PATIENT_MS);

  console.log(`through a sealed network in ${((performance.now() - startedMs) / 1_000).toFixed(1)} s`);
  expect(digestsIn(join(home, "copy"))).toEqual(digestsOf(album));

  const crawl = await runStarling(
    lab,
    ["dht", "crawl", "--network", "lab", "--host", lab.newHost(), "--json"],
    { home },
  );
  const { nodes, torrents } = JSON.parse(crawl.stdout.join("")) as {
    readonly nodes: readonly { readonly address: string }[];
    readonly torrents: readonly { readonly name: string }[];
  };
  expect(nodes.map(({ address }) => address)).toContain(`${host}:7000`);
  expect(torrents.map(({ name }) => name)).toEqual(["album"]);
});

test("libtorrent and Starling find each other in a plain network, also when one of two bootstrap nodes is killed", async () => {
  const [first, second] = [lab.newHost(), lab.newHost()];
  const bootstrap = [`${first}:7000`, `${second}:7000`];
  const startedMs = performance.now();
  const maker = lab.newFolder("home");
  const named = bootstrap.flatMap((node) => ["--bootstrap", node]);
  const made = await runStarling(lab, ["network", "create", "lab", "--plain", ...named], { home: maker });
  const joinFile = join(lab.newFolder("join"), "lab.join");
  writeFileSync(joinFile, made.stdout.join("\n"));
  const joined = async (): Promise<string> => {
    const home = lab.newFolder("home");
    await runStarling(lab, ["network", "join", joinFile], { home });
    return home;
  };
  const serve = ["dht", "serve", "--network", "lab", "--port", "7000", "--host"];
  const nodes = [
    Starling.start(lab, [...serve, first], { home: maker }),
    Starling.start(lab, [...serve, second], { home: await joined() }),
  ];
  for (const node of nodes) await node.waitForLine(/^listening /, PATIENT_MS);

  // libtorrent's side shares one torrent, Starling's side another.
  const theirs = writeTree(join(lab.newFolder("theirs"), "theirs"), { "one.bin": 200 * KIB }, "theirs");
  const ours = writeTree(join(lab.newFolder("ours"), "ours"), { "one.bin": 200 * KIB }, "ours");
  const libtorrent = await Libtorrent.start(lab, { bootstrap, impatient: true });
  const file = join(lab.folder, "theirs.torrent");
  const { infoHash } = await libtorrent.create({
    path: theirs,
    output: file,
    format: "v1",
    pieceBytes: 64 * KIB,
  });
  await libtorrent.add({ torrent: file, save: join(theirs, ".."), seed: true });
  const ourHome = await joined();
  const sharer = Starling.start(lab, ["share", ours, "--network", "lab", "--host", lab.newHost()], {
    home: ourHome,
  });
  const magnet = (await sharer.waitForLine(/^magnet:/, PATIENT_MS)).text;

  nodes[0]?.signal("SIGKILL");
  const getting = Starling.start(
    lab,
    [
      "get",
      `magnet:?xt=urn:btih:${infoHash}`,
      "--network",
      "lab",
      "-o",
      join(lab.folder, "got"),
      "--host",
      lab.newHost(),
    ],
    { home: await joined() },
  );
  const newcomer = await Libtorrent.start(lab, { bootstrap, impatient: true });
  const save = lab.newFolder("newcomer");
  const id = await newcomer.add({ magnet, save });
  await Promise.all([
    getting.waitForSuccess(PATIENT_MS),
    newcomer.waitForTorrentEvent("done", id, PATIENT_MS),
  ]);

  console.log(`plain, one bootstrap node killed: ${((performance.now() - startedMs) / 1_000).toFixed(1)} s`);
  expect(digestsIn(join(lab.folder, "got"))).toEqual(digestsOf(theirs));
  expect(digestsIn(save)).toEqual(digestsOf(ours));
});

test("without any bootstrap node, a file goes through a sealed network on one local network", async () => {
  const maker = lab.newFolder("home");
  const guest = lab.newFolder("home");
  const made = await runStarling(lab, ["network", "create", "party"], { home: maker });
  const joinFile = join(lab.newFolder("join"), "party.join");
  writeFileSync(joinFile, made.stdout.join("\n"));
  await runStarling(lab, ["network", "join", joinFile], { home: guest });
  const album = writeTree(join(lab.newFolder("data"), "album"), { "one.bin": 200 * KIB }, "party");
  // Loopback has no broadcast to other addresses of it: the local network of this test is 127.0.0.1.
  const here = ["--network", "party", "--host", "127.0.0.1", "--port", "0"];
  const sharer = Starling.start(lab, ["share", album, ...here], { home: maker });
  const magnet = (await sharer.waitForLine(/^magnet:/, PATIENT_MS)).text;
  const copy = join(lab.folder, "copy");
  await Starling.start(lab, ["get", magnet, "-o", copy, ...here], { home: guest }).waitForSuccess(PATIENT_MS);
  expect(digestsIn(copy)).toEqual(digestsOf(album));
});

test("Starlings that run take a new key, and go on with who has it", async () => {
  const home = lab.newFolder("home");
  const made = await runStarling(lab, ["network", "create", "lab", "--bootstrap", "127.0.0.1:7001"], {
    home,
  });
  expect(made.code).toBe(0);
  const node = Starling.start(
    lab,
    ["dht", "serve", "--network", "lab", "--host", "127.0.0.1", "--port", "7001"],
    {
      home,
    },
  );
  await node.waitForLine(/^listening /, PATIENT_MS);
  const album = writeTree(join(lab.newFolder("data"), "album"), { "one.bin": 100 * KIB }, "rotated");
  const here = ["--network", "lab", "--host", "127.0.0.1", "--port", "0"];
  const sharer = Starling.start(lab, ["share", album, ...here], { home });
  const magnet = (await sharer.waitForLine(/^magnet:/, PATIENT_MS)).text;

  // Twice: so nobody is left who knows the first key.
  for (let round = 0; round < 2; round++) {
    const before = node.lines.filter(({ text }) => text.includes("keys have changed")).length;
    const rotated = await runStarling(lab, ["network", "rotate", "lab", "--in", "1ms"], { home });
    writeFileSync(join(lab.folder, "lab.join"), rotated.stdout.join("\n"));
    const heard = () => node.lines.filter(({ text }) => text.includes("keys have changed")).length > before;
    await node.waitFor(() => (heard() ? true : undefined), PATIENT_MS, "the new key");
  }
  const guest = lab.newFolder("home");
  await runStarling(lab, ["network", "join", join(lab.folder, "lab.join")], { home: guest });
  const copy = join(lab.folder, "copy");
  await Starling.start(lab, ["get", magnet, "-o", copy, ...here], { home: guest }).waitForSuccess(PATIENT_MS);
  expect(digestsIn(copy)).toEqual(digestsOf(album));
});
