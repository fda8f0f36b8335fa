/**
 * What Starling and each real client say to each other, both ways, overheard on the wire: the Fast extension (BEP 6), metadata
 * (BEP 9), and what they offer of peer exchange (BEP 11), upload-only (BEP 21) and lt_donthave (BEP 54). docs/protocol/interop.md is the table of it.
 */
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { Aria2 } from "./support/aria2.ts";
import { digestsIn, digestsOf, KIB, MIB, writeTree } from "./support/content.ts";
import { Lab, PEER_PORT } from "./support/lab.ts";
import { Libtorrent } from "./support/libtorrent.ts";
import { requireInstalled } from "./support/prerequisites.ts";
import { Starling } from "./support/starling.ts";
import { Webtorrent } from "./support/webtorrent.ts";
import { Wiretap } from "./support/wiretap.ts";

const TRANSFER_TIMEOUT_MS = 60_000;
const CONTENT_BYTES = 2 * MIB;
const PIECE_BYTES = 32 * KIB;
/** What the tap can read. */
const IN_PLAINTEXT = ["--encryption", "off", "--transport", "tcp"];

interface Made {
  readonly content: string;
  readonly folder: string;
  readonly file: string;
  readonly infoHash: string;
  readonly magnet: string;
}

/** A client that is driven the same way as the others. */
interface Client {
  /** Has the content, listens at the address it answers. */
  seed(made: Made): Promise<string>;
  /** Listens, and has nothing but the torrent; `finished` resolves when it has everything on disk. */
  leech(made: Made, folder: string): Promise<{ readonly host: string; readonly finished: Promise<unknown> }>;
  /** Besides what all three say. */
  readonly says: {
    readonly seeding: readonly string[];
    readonly leeching: readonly string[];
    readonly offers: readonly string[];
  };
}

let lab: Lab;

const CLIENTS: Readonly<Record<"libtorrent" | "webtorrent" | "aria2", Client>> = {
  libtorrent: {
    says: {
      seeding: ["allowed_fast", "ut_metadata"],
      leeching: ["ut_metadata"],
      offers: ["ut_pex", "lt_donthave", "upload_only", "ut_holepunch"],
    },
    async seed({ file, folder }) {
      const peer = await Libtorrent.start(lab, { dht: false });
      await peer.add({ torrent: file, save: folder, seed: true });
      return peer.host;
    },
    async leech({ magnet, infoHash }, folder) {
      const peer = await Libtorrent.start(lab, { dht: false });
      await peer.add({ magnet, save: folder });
      return { host: peer.host, finished: peer.waitForTorrentEvent("done", infoHash, TRANSFER_TIMEOUT_MS) };
    },
  },
  webtorrent: {
    says: { seeding: ["ut_metadata"], leeching: ["ut_metadata"], offers: ["ut_pex", "lt_donthave"] },
    async seed({ file, folder }) {
      const peer = await Webtorrent.start(lab);
      await peer.add({ torrent: file, save: folder, seed: true });
      return peer.host;
    },
    async leech({ magnet, infoHash }, folder) {
      const peer = await Webtorrent.start(lab);
      await peer.add({ magnet, save: folder });
      return { host: peer.host, finished: peer.waitForTorrentEvent("done", infoHash, TRANSFER_TIMEOUT_MS) };
    },
  },
  aria2: {
    // It fetches metadata over a connection of its own, which ends before the download begins (share-to-others.test.ts).
    says: { seeding: ["allowed_fast", "ut_metadata"], leeching: [], offers: ["ut_pex"] },
    async seed({ file, folder }) {
      const peer = Aria2.start(lab, { source: file, folder, seed: true });
      await peer.waitForLine(/listening on TCP port|verification/i, TRANSFER_TIMEOUT_MS);
      return peer.host;
    },
    async leech({ file }, folder) {
      const peer = Aria2.start(lab, { source: file, folder });
      await peer.waitForLine(/listening on TCP port/i, TRANSFER_TIMEOUT_MS);
      return { host: peer.host, finished: peer.waitForExit(TRANSFER_TIMEOUT_MS) };
    },
  },
};

beforeEach(() => {
  requireInstalled("starling", "libtorrent", "webtorrent", "aria2");
  lab = new Lab();
});

afterEach(() => lab?.close());

async function make(): Promise<Made> {
  const libtorrent = await Libtorrent.start(lab, { dht: false });
  const folder = lab.newFolder("content");
  const content = writeTree(join(folder, "things"), { "a.bin": CONTENT_BYTES }, "spoken-extensions");
  const file = `${content}.torrent`;
  const { infoHash } = await libtorrent.create({
    path: content,
    output: file,
    format: "v1",
    pieceBytes: PIECE_BYTES,
  });
  return { content, folder, file, infoHash, magnet: `magnet:?xt=urn:btih:${infoHash}` };
}

const NAMES = Object.keys(CLIENTS) as readonly (keyof typeof CLIENTS)[];

test.for(NAMES)("a seeding %s and Starling say all that both speak", async (name) => {
  const made = await make();
  const { says, seed } = CLIENTS[name];
  const tap = await Wiretap.open(lab, { host: await seed(made), port: PEER_PORT });
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
  const { host, finished } = await leech(made, folder);
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
