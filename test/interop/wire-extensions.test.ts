/** Extensions of the wire that show in what gets where: super-seeding (BEP 16) and files selected by a magnet (BEP 53). */
import { afterEach, beforeEach, expect, test } from "vitest";
import { CLIENTS, type Made, makeTorrent, TRANSFER_TIMEOUT_MS } from "./support/clients.ts";
import { digestsIn, digestsOf, KIB } from "./support/content.ts";
import { eventually } from "./support/eventually.ts";
import { Lab, PEER_PORT } from "./support/lab.ts";
import { Libtorrent } from "./support/libtorrent.ts";
import { requireInstalled } from "./support/prerequisites.ts";
import { Starling } from "./support/starling.ts";

let lab: Lab;

beforeEach(() => {
  requireInstalled("starling", "libtorrent", "webtorrent");
  lab = new Lab();
});

afterEach(() => lab?.close());

test("super-seeding: Starling gets everything from a libtorrent that reveals piece by piece (BEP 16)", async () => {
  const libtorrent = await Libtorrent.start(lab, { dht: false });
  // It waits 10 s before it offers anybody a first piece, also another libtorrent, then a few dozen ms between two.
  const { content, folder, file, magnet } = await makeTorrent(
    lab,
    libtorrent,
    { "a.bin": 256 * KIB },
    "super",
  );
  await libtorrent.add({ torrent: file, save: folder, seed: true, superSeed: true });
  const download = lab.newFolder("download");

  const get = Starling.get(lab, magnet, download, { peers: [libtorrent.address] });
  await get.waitForSuccess(TRANSFER_TIMEOUT_MS);

  expect(digestsIn(download)).toEqual(digestsOf(content));
});

test.for(["libtorrent", "webtorrent"] as const)(
  "so= in a magnet selects which files Starling gets of %s (BEP 53)",
  async (name) => {
    const { made, wanted } = await makeFiles();
    const host = await CLIENTS[name].seed(lab, made);
    const folder = lab.newFolder("ours");
    const get = Starling.get(lab, `${made.magnet}&so=1`, folder, { peers: [`${host}:${PEER_PORT}`] });
    await get.waitForSuccess(TRANSFER_TIMEOUT_MS);

    expect(digestsIn(folder)).toEqual({ "things/b.bin": wanted });
  },
);

test("so= in a magnet selects which files libtorrent gets of Starling (BEP 53)", async () => {
  const { made, wanted } = await makeFiles();
  const folder = lab.newFolder("theirs");
  const { host } = await CLIENTS.libtorrent.leech(lab, { ...made, magnet: `${made.magnet}&so=1` }, folder);
  await Starling.seed(lab, made.file, made.folder, { peers: [`${host}:${PEER_PORT}`] });
  await eventually(
    () => digestsIn(folder)["things/b.bin"] === wanted || undefined,
    TRANSFER_TIMEOUT_MS,
    "the selected file on disk",
  );

  expect(Object.keys(digestsIn(folder))).not.toContain("things/a.bin");
});

/** Three files, each of whole pieces, of which the second one is wanted. */
async function makeFiles(): Promise<{ readonly made: Made; readonly wanted: string | undefined }> {
  const sizes = { "a.bin": 96 * KIB, "b.bin": 96 * KIB, "c.bin": 96 * KIB };
  const made = await makeTorrent(lab, await Libtorrent.start(lab, { dht: false }), sizes, "so");
  return { made, wanted: digestsOf(made.content)["things/b.bin"] };
}
