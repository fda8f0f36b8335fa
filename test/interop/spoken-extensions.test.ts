/**
 * What Starling and each real client say to each other, both ways, overheard on the wire: the Fast extension (BEP 6), metadata
 * (BEP 9), super-seeding (BEP 16) and lt_donthave (BEP 54), and what they offer of peer exchange (BEP 11) and upload-only (BEP 21).
 * docs/protocol/interop.md is the table of it.
 */
import { cpSync, truncateSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { CLIENTS, type ClientName, type Made, makeTorrent, TRANSFER_TIMEOUT_MS } from "./support/clients.ts";
import { digestsIn, digestsOf, KIB, MIB } from "./support/content.ts";
import { eventually } from "./support/eventually.ts";
import { Lab, PEER_PORT } from "./support/lab.ts";
import { Libtorrent } from "./support/libtorrent.ts";
import { requireInstalled } from "./support/prerequisites.ts";
import { Starling } from "./support/starling.ts";
import { IN_PLAINTEXT, type Speaker, Wiretap } from "./support/wiretap.ts";

let lab: Lab;

beforeEach(() => {
  requireInstalled("starling", "libtorrent", "webtorrent", "aria2");
  lab = new Lab();
});

afterEach(() => lab?.close());

const make = async (bytes = 2 * MIB): Promise<Made> =>
  makeTorrent(lab, await Libtorrent.start(lab, { dht: false }), { "a.bin": bytes }, "spoken-extensions");

const NAMES = Object.keys(CLIENTS) as readonly ClientName[];

test.for(NAMES)("a seeding %s and Starling say all that both speak", async (name) => {
  const made = await make();
  const { says, seed } = CLIENTS[name];
  const tap = await Wiretap.open(lab, { host: await seed(lab, made), port: PEER_PORT });
  const download = lab.newFolder("download");
  const get = Starling.get(lab, made.magnet, download, { peers: [tap.address], extra: IN_PLAINTEXT });
  await get.waitForSuccess(TRANSFER_TIMEOUT_MS);

  const { caller: ours, called: theirs } = tap;
  expect(digestsIn(download)).toEqual(digestsOf(made.content));
  expect(theirs.hasFast && theirs.hasExtensions).toBe(true);
  expect([...theirs.said]).toEqual(expect.arrayContaining(["have_all", ...says.seeding]));
  expect([...theirs.offers]).toEqual(expect.arrayContaining(["ut_metadata", ...says.offers]));
  expect([...ours.said]).toEqual(
    expect.arrayContaining(["have_none", "ut_metadata", "interested", "request"]),
  );
});

test.for(NAMES)("a leeching %s and Starling say all that both speak", async (name) => {
  const made = await make();
  const { says, leech } = CLIENTS[name];
  const folder = lab.newFolder("download");
  const { host, finished } = await leech(lab, made, folder);
  const tap = await Wiretap.open(lab, { host, port: PEER_PORT });
  await Starling.seed(lab, made.file, made.folder, { peers: [tap.address], extra: IN_PLAINTEXT });
  await finished;

  const { caller: ours, called: theirs } = tap;
  expect(digestsIn(folder)).toMatchObject(digestsOf(made.content));
  expect([...ours.said]).toEqual(
    expect.arrayContaining(["have_all", "allowed_fast", "unchoke", ...says.leeching]),
  );
  expect([...ours.offers]).toEqual(
    expect.arrayContaining(["ut_metadata", "ut_pex", "lt_donthave", "upload_only"]),
  );
  expect([...theirs.said]).toEqual(
    expect.arrayContaining(["have_none", "interested", "request", "have", ...says.leeching]),
  );
});

test.for(NAMES)(
  "a leeching %s gets everything from a Starling that reveals piece by piece (BEP 16)",
  async (name) => {
    const made = await make(MIB);
    const folder = lab.newFolder("download");
    const { host, finished } = await CLIENTS[name].leech(lab, made, folder);
    const tap = await Wiretap.open(lab, { host, port: PEER_PORT });
    await Starling.share(lab, [made.content], {
      peers: [tap.address],
      extra: [...IN_PLAINTEXT, "--super-seed", "--piece-size", "32K"],
    });
    await finished;

    expect(digestsIn(folder)).toMatchObject(digestsOf(made.content));
    // It has everything, and does not say so before the other has it, too.
    const announced = [...tap.caller.said].filter((message) => /^(have|bitfield)/.test(message));
    expect(announced.slice(0, 2)).toEqual(["have_none", "have"]);
  },
);

test.for(["libtorrent", "webtorrent"] as const)(
  "Starling tells a leeching %s of pieces that its disk has lost (BEP 54)",
  async (name) => {
    const made = await make();
    const whole = lab.newFolder("whole");
    cpSync(made.folder, whole, { recursive: true });
    const folder = lab.newFolder("download");
    const { host, finished } = await CLIENTS[name].leech(lab, made, folder);
    const tap = await Wiretap.open(lab, { host, port: PEER_PORT });
    await Starling.seed(lab, made.file, made.folder, {
      peers: [tap.address],
      extra: [...IN_PLAINTEXT, "--max-up", "512K"],
    });
    // It has checked the file before.
    await said(tap.caller, "piece");
    truncateSync(join(made.content, "a.bin"), MIB);
    await said(tap.caller, "lt_donthave");

    const other = await Libtorrent.start(lab, { dht: false });
    await other.add({ torrent: made.file, save: whole, seed: true, peers: [[host, PEER_PORT]] });
    await finished;
    expect(digestsIn(folder)).toMatchObject(digestsOf(join(whole, "things")));
  },
);

test("Starling goes on elsewhere when a libtorrent says that it has lost pieces (BEP 54)", async () => {
  const made = await make();
  const whole = lab.newFolder("whole");
  cpSync(made.folder, whole, { recursive: true });
  const [broken, slow] = [
    await Libtorrent.start(lab, { dht: false }),
    await Libtorrent.start(lab, { dht: false }),
  ];
  await broken.add({ torrent: made.file, save: made.folder });
  await broken.waitForTorrentEvent("done", made.infoHash, TRANSFER_TIMEOUT_MS);
  await slow.add({ torrent: made.file, save: whole, seed: true });
  await slow.request("limit", { infoHash: made.infoHash, upBytesPerSecond: 16 * KIB });
  truncateSync(join(made.content, "a.bin"), MIB);
  const tap = await Wiretap.open(lab, broken);
  const download = lab.newFolder("download");
  const get = Starling.get(lab, made.magnet, download, {
    peers: [tap.address, slow.address],
    extra: IN_PLAINTEXT,
  });
  await said(tap.called, "lt_donthave");
  await slow.request("limit", { infoHash: made.infoHash, upBytesPerSecond: 0 });
  await get.waitForSuccess(TRANSFER_TIMEOUT_MS);

  expect(digestsIn(download)).toEqual(digestsOf(join(whole, "things")));
});

const said = (speaker: Speaker, what: string): Promise<true> =>
  eventually(() => speaker.said.has(what) || undefined, TRANSFER_TIMEOUT_MS, what);
