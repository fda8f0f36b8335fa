/** Peers tell each other of peers (BEP 11): nobody here knows more than one or two others from the start. */
import { afterEach, beforeEach, expect, test } from "vitest";
import { Aria2 } from "./support/aria2.ts";
import { makeTorrent, TRANSFER_TIMEOUT_MS } from "./support/clients.ts";
import { digestsIn, digestsOf, KIB, MIB } from "./support/content.ts";
import { eventually } from "./support/eventually.ts";
import { Lab, PEER_PORT } from "./support/lab.ts";
import { Libtorrent } from "./support/libtorrent.ts";
import { requireInstalled } from "./support/prerequisites.ts";
import { Starling } from "./support/starling.ts";
import { Webtorrent } from "./support/webtorrent.ts";

const SLOW_BYTES_PER_SECOND = 256 * KIB;
/** Nobody is through before all have met. */
const CRAWLING_BYTES_PER_SECOND = 16 * KIB;

let lab: Lab;

beforeEach(() => {
  requireInstalled("starling", "libtorrent", "webtorrent", "aria2");
  lab = new Lab();
});

afterEach(() => lab?.close());

test("PEX: Starling and libtorrent tell each other of peers (BEP 11), and seeds that they only upload (BEP 21)", async () => {
  const hub = await Libtorrent.start(lab, { dht: false });
  const { content, folder, file, magnet, infoHash } = await makeTorrent(
    lab,
    hub,
    { "a.bin": 8 * MIB },
    "exchange",
  );
  await hub.add({ torrent: file, save: folder, seed: true });
  await hub.request("limit", { infoHash, upBytesPerSecond: SLOW_BYTES_PER_SECOND });
  const seed = await Starling.seed(lab, file, folder, {
    peers: [hub.address],
    extra: ["--max-up", "256K"],
  });
  // Both know the Starling below, and nobody else; what they learn of each other comes from it.
  const download = lab.newFolder("download");
  const middle = Starling.get(lab, magnet, download, {
    peers: [hub.address, seed.address],
    extra: ["--seed", "--json"],
  });
  const leech = await Libtorrent.start(lab, { dht: false });
  const theirs = lab.newFolder("theirs");
  await leech.add({ magnet, save: theirs, peers: [[middle.host, middle.port]] });

  const learnt = await eventually(
    async () => {
      const peers = await leech.peers(infoHash);
      const others = peers.filter(({ host }) => host === hub.host || host === seed.host);
      return others.length === 2 && others.some((peer) => peer.isUploadOnly && peer.progress === 1)
        ? others
        : undefined;
    },
    TRANSFER_TIMEOUT_MS,
    "two peers by PEX",
  );
  // They know each other: the rest need not be slow.
  await hub.request("limit", { infoHash, upBytesPerSecond: 0 });
  await leech.waitForTorrentEvent("done", infoHash, TRANSFER_TIMEOUT_MS);
  await middle.waitForJson("complete", TRANSFER_TIMEOUT_MS);

  expect(learnt.every(({ sources }) => sources.includes("pex"))).toBe(true);
  expect(digestsIn(download)).toEqual(digestsOf(content));
  expect(digestsIn(theirs)).toEqual(digestsOf(content));

  // The other way round: a Starling that knows only the leech, which libtorrent told everybody's address.
  const last = lab.newFolder("last");
  const late = Starling.get(lab, magnet, last, { peers: [leech.address], extra: ["--seed", "--json"] });
  await late.waitForJson("complete", TRANSFER_TIMEOUT_MS);
  expect(digestsIn(last)).toEqual(digestsOf(content));
});

test("Starling tells webtorrent and aria2 of a peer, and hears of it from aria2 (BEP 11)", async () => {
  const seed = await Libtorrent.start(lab, { dht: false });
  const { folder, file, magnet, infoHash } = await makeTorrent(lab, seed, { "a.bin": 2 * MIB }, "exchange");
  await seed.add({ torrent: file, save: folder, seed: true });
  await seed.request("limit", { infoHash, upBytesPerSecond: CRAWLING_BYTES_PER_SECOND });
  const webtorrent = await Webtorrent.start(lab);
  await webtorrent.add({ torrent: file, save: lab.newFolder("webtorrent") });
  // aria2 looks for more peers every 10 s, and only while it is slower than this.
  const extra = ["--bt-request-peer-speed-limit=100M"];
  const aria2 = Aria2.start(lab, { source: file, folder: lab.newFolder("aria2"), extra });
  await aria2.waitForLine(/listening on TCP port/i, TRANSFER_TIMEOUT_MS);
  const areMet = async (...hosts: readonly string[]): Promise<true | undefined> => {
    const met = (await seed.peers(infoHash)).map(({ host }) => host);
    return hosts.every((host) => met.includes(host)) || undefined;
  };

  // Only this one knows the seed.
  const peers = [seed.address, webtorrent.address, `${aria2.host}:${PEER_PORT}`];
  Starling.get(lab, magnet, lab.newFolder("middle"), { peers });
  await eventually(() => areMet(webtorrent.host, aria2.host), TRANSFER_TIMEOUT_MS, "both at the seed");
  const late = Starling.get(lab, magnet, lab.newFolder("late"), { peers: [`${aria2.host}:${PEER_PORT}`] });
  await eventually(() => areMet(late.host), TRANSFER_TIMEOUT_MS, "whom aria2 has told of it");
});
