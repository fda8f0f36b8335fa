/** One swarm of three implementations: one peer has everything, all the others end with it. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { digestsIn, digestsOf, KIB, MIB, writeTree } from "./support/content.ts";
import { Lab } from "./support/lab.ts";
import { Libtorrent } from "./support/libtorrent.ts";
import { mixedCrowd } from "./support/mixed-crowd.ts";
import { requireInstalled } from "./support/prerequisites.ts";
import { openPrivateDht, type PrivateDht } from "./support/private-dht.ts";
import { Starling } from "./support/starling.ts";
import { Webtorrent } from "./support/webtorrent.ts";

const SWARM_TIMEOUT_MS = 110_000;
/** The seeder gives this little, so that the others have time to give to each other. */
const SEEDER_BYTES_PER_SECOND = 4 * MIB;
const CONTENT_BYTES = 24 * MIB;
const LEECHERS = 5;

let lab: Lab;
let dht: PrivateDht;

beforeAll(async () => {
  requireInstalled("starling", "libtorrent", "webtorrent", "bittorrent-dht");
  lab = new Lab();
  dht = await openPrivateDht(lab);
});

afterAll(() => lab?.close());

test("two libtorrent, one webtorrent and three Starling all end with what one of them had", async () => {
  const content = writeTree(
    `${lab.newFolder("content")}/mixed`,
    { "big.bin": CONTENT_BYTES - 100 * KIB, "small/a.bin": 100 * KIB },
    "mixed-swarm",
  );
  const expected = digestsOf(content);
  const file = `${lab.folder}/mixed.torrent`;
  const seeder = await Libtorrent.start(lab, { bootstrap: [dht.starling] });
  const { infoHash } = await seeder.create({
    path: content,
    output: file,
    format: "v1",
    pieceBytes: 128 * KIB,
  });
  const magnet = `magnet:?xt=urn:btih:${infoHash}`;
  await seeder.add({ torrent: file, save: `${content}/..`, seed: true });
  await seeder.request("limit", { infoHash, upBytesPerSecond: SEEDER_BYTES_PER_SECOND });
  await dht.waitForAnnounce(infoHash, seeder.address);

  const folders = Array.from({ length: LEECHERS }, (_, index) => lab.newFolder(`leecher-${index}`));
  const [first, second, third, fourth, fifth] = folders as [string, string, string, string, string];
  const starlings = [first, second, third].map((folder, index) =>
    Starling.get(lab, magnet, folder, {
      bootstrap: [[dht.starling, dht.npm, dht.libtorrent][index] as string],
      extra: ["--seed", "--json"],
    }),
  );
  const libtorrent = await Libtorrent.start(lab, { bootstrap: [dht.npm] });
  await libtorrent.add({ magnet, save: fourth });
  const webtorrent = await Webtorrent.start(lab, { bootstrap: [dht.starling] });
  await webtorrent.add({ magnet, save: fifth });

  await Promise.all([
    ...starlings.map((starling) => starling.waitForJson("complete", SWARM_TIMEOUT_MS)),
    libtorrent.waitForTorrentEvent("done", infoHash, SWARM_TIMEOUT_MS),
    webtorrent.waitForTorrentEvent("done", infoHash, SWARM_TIMEOUT_MS),
  ]);
  for (const folder of folders) expect(digestsIn(folder)).toEqual(expected);
  // had nobody but the seeder given anything, it would have given everybody everything
  const { uploadedBytes } = await seeder.status(infoHash);
  expect(uploadedBytes).toBeLessThan((LEECHERS - 0.5) * CONTENT_BYTES);
});

test("a crowd of six whose members are killed and started again ends exact everywhere", async () => {
  const outcome = await mixedCrowd(lab, {
    libtorrent: 2,
    webtorrent: 2,
    starling: 2,
    contentBytes: 8 * MIB,
    kills: 4,
    seed: "six",
    timeoutMs: SWARM_TIMEOUT_MS,
  });

  expect(outcome.wrong).toEqual([]);
  expect(outcome.killed).toHaveLength(4);
});
