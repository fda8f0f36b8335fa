/** The whole road over IPv6 (BEP 32): DHT, peers and metadata on [::1], where peers differ by port. */
import { dirname } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { digestsIn, digestsOf, MIB, writeContent } from "./support/content.ts";
import { eventually } from "./support/eventually.ts";
import { Lab } from "./support/lab.ts";
import { Libtorrent } from "./support/libtorrent.ts";
import { requireInstalled } from "./support/prerequisites.ts";
import { runStarling, Starling } from "./support/starling.ts";

const HOST = "::1";
const TIMEOUT_MS = 60_000;
/** Ports of this file, apart from those of a run that is under way at the same time. */
const FIRST_PORT = 20_000 + (process.pid % 1_000) * 10;

let lab: Lab;
let router: Starling;

beforeAll(async () => {
  requireInstalled("starling", "libtorrent");
  lab = new Lab();
  router = await Starling.dhtServe(lab, { host: HOST, port: FIRST_PORT });
  await Starling.dhtServe(lab, { host: HOST, port: FIRST_PORT + 1, bootstrap: [router.address] });
});

afterAll(() => lab?.close());

test("a magnet goes from libtorrent to Starling over IPv6 alone", async () => {
  const content = writeContent(`${lab.newFolder("content")}/six.bin`, 3 * MIB, "ipv6");
  const seeder = await Libtorrent.start(lab, {
    host: HOST,
    port: FIRST_PORT + 2,
    bootstrap: [router.address],
  });
  const { infoHash } = await seeder.create({ path: content, output: `${content}.torrent`, format: "v1" });
  await seeder.add({ torrent: `${content}.torrent`, save: dirname(content), seed: true });
  const lookup = ["dht", "peers", infoHash, "--host", HOST, "--bootstrap", router.address, "--json"];
  const findsPeer = async (): Promise<true | undefined> => {
    const { stdout } = await runStarling(lab, lookup);
    const { peers } = JSON.parse(stdout.at(-1) ?? '{ "peers": [] }') as { peers: string[] };
    return peers.includes(seeder.address) || undefined;
  };
  await eventually(findsPeer, TIMEOUT_MS, "an announce by libtorrent over IPv6");

  const folder = lab.newFolder("download");
  const get = Starling.get(lab, `magnet:?xt=urn:btih:${infoHash}`, folder, {
    host: HOST,
    port: FIRST_PORT + 3,
    bootstrap: [router.address],
  });
  await get.waitForSuccess(TIMEOUT_MS);
  expect(digestsIn(folder)).toEqual(digestsOf(content));
});

test("a magnet goes from Starling to libtorrent over IPv6 alone", async () => {
  const content = writeContent(`${lab.newFolder("content")}/back.bin`, 3 * MIB, "ipv6 back");
  const share = await Starling.share(lab, [content], {
    host: HOST,
    port: FIRST_PORT + 4,
    bootstrap: [router.address],
  });
  const infoHash = /btih:([0-9a-f]{40})/.exec(share.magnets[0] ?? "")?.[1] ?? "";
  const leecher = await Libtorrent.start(lab, {
    host: HOST,
    port: FIRST_PORT + 5,
    bootstrap: [router.address],
    impatient: true,
  });
  const folder = lab.newFolder("download");
  await leecher.add({ magnet: share.magnets[0] as string, save: folder });
  await leecher.waitForTorrentEvent("done", infoHash, TIMEOUT_MS);
  expect(digestsIn(folder)).toEqual(digestsOf(content));
});
