/** One DHT of three implementations: whatever one stores or announces, all others find (BEP 5, 44). */
import { createPrivateKey, createPublicKey } from "node:crypto";
import { writeFileSync } from "node:fs";
import { afterAll, beforeAll, describe, test } from "vitest";
import { type NpmDhtNode, NpmDhtNodes, type SignedBy } from "./support/bittorrent-dht.ts";
import { eventually } from "./support/eventually.ts";
import { Lab, PEER_PORT } from "./support/lab.ts";
import { Libtorrent } from "./support/libtorrent.ts";
import { requireInstalled } from "./support/prerequisites.ts";
import { openPrivateDht, type PrivateDht } from "./support/private-dht.ts";
import { runStarling, Starling } from "./support/starling.ts";

const TIMEOUT_MS = 60_000;
const SEED = "1f".repeat(32);
/** An Ed25519 seed as PKCS #8 (RFC 8410). */
const PRIVATE_KEY = createPrivateKey({
  key: Buffer.from(`302e020100300506032b657004220420${SEED}`, "hex"),
  format: "der",
  type: "pkcs8",
});
const PUBLIC_KEY = createPublicKey(PRIVATE_KEY)
  .export({ format: "der", type: "spki" })
  .subarray(-32)
  .toString("hex");

interface Item {
  readonly value: string;
  readonly salt: string | undefined;
}

/** A party of the DHT that stores and seeks. */
interface Party {
  readonly name: string;
  /** The item's target. */
  put(item: Item): Promise<string>;
  get(target: string, salt: string | undefined): Promise<string | null>;
  announce(infoHash: string): Promise<string>;
  finds(infoHash: string, peer: string): Promise<boolean>;
}

let lab: Lab;
let dht: PrivateDht;
let parties: Party[];

const signedBy = (salt: string | undefined): SignedBy | undefined =>
  salt === undefined ? undefined : { seed: SEED, salt };

beforeAll(async () => {
  requireInstalled("starling", "libtorrent", "bittorrent-dht");
  lab = new Lab();
  dht = await openPrivateDht(lab);
  const npm = await NpmDhtNodes.start(lab);
  const node = await npm.open(lab.newHost(), { bootstrap: [dht.starling] });
  const libtorrent = await Libtorrent.start(lab, { bootstrap: [dht.starling] });
  await libtorrent.waitForEvent("dht-ready", TIMEOUT_MS);
  const [host, port] = dht.starling.split(":") as [string, string];
  await libtorrent.addDhtNode(host, Number(port));
  parties = [starlingParty(npm), npmParty(npm, node), libtorrentParty(libtorrent)];
});

afterAll(() => lab?.close());

describe.each([
  ["a short text", "hello from", undefined],
  ["a signed text with a salt", "signed by", "shelf"],
] as const)("%s", (_what, text, shelf) => {
  test("that one has put is got by the others", async () => {
    // What everybody stores is signed; a text without a signature takes the same way, so one of them stores it.
    const putters = shelf === undefined ? parties.slice(0, 1) : parties;
    const items = await ofEach(putters, async (putter) => {
      const value = `${text} ${putter.name}`;
      const salt = shelf === undefined ? undefined : `${shelf} ${putter.name}`;
      return { putter, value, salt, target: await putter.put({ value, salt }) };
    });
    await eachFinds(
      items,
      async (getter, { target, salt, value }) => (await getter.get(target, salt)) === value,
    );
  });
});

test("a torrent that one announces is found by the others", async () => {
  const announces = await ofEach(parties, async (putter) => {
    const infoHash = `${parties.indexOf(putter) + 1}`.repeat(40);
    return { putter, infoHash, peer: await putter.announce(infoHash) };
  });
  await eachFinds(announces, (seeker, { infoHash, peer }) => seeker.finds(infoHash, peer));
});

/** First Starling, whose commands are nodes that come and go, then the others at once. */
async function ofEach<Result>(
  [starling, ...others]: readonly Party[],
  action: (party: Party) => Promise<Result>,
): Promise<Result[]> {
  return [await action(starling as Party), ...(await Promise.all(others.map(action)))];
}

/** Each asks, for one thing after the other, until it has found whatever others have put. */
async function eachFinds<Thing extends { readonly putter: Party }>(
  things: readonly Thing[],
  finds: (party: Party, thing: Thing) => Promise<boolean>,
): Promise<void> {
  await ofEach(parties, async (party) => {
    for (const thing of things.filter(({ putter }) => putter !== party)) {
      const what = `${party.name} to find what ${thing.putter.name} has put`;
      await eventually(async () => (await finds(party, thing)) || undefined, TIMEOUT_MS, what);
    }
  });
}

function starlingParty(npm: NpmDhtNodes): Party {
  const key = `${lab.folder}/key.pem`;
  writeFileSync(key, PRIVATE_KEY.export({ format: "pem", type: "pkcs8" }));
  const askAt = async (host: string, ...args: string[]): Promise<Record<string, unknown>> => {
    // bittorrent-dht does not know BEP 43: it would send everybody to who only asks.
    await Promise.all([npm.ignore([host]), dht.ignore([host])]);
    const network = ["--host", host, "--port", String(PEER_PORT), "--bootstrap", dht.npm, "--json"];
    const { stdout } = await runStarling(lab, ["dht", ...args, ...network]);
    return JSON.parse(stdout.at(-1) ?? "{}") as Record<string, unknown>;
  };
  const ask = (...args: string[]): Promise<Record<string, unknown>> => askAt(lab.newHost(), ...args);
  return {
    name: "Starling",
    put: async ({ value, salt }) => {
      const signing = salt === undefined ? [] : ["--key", key, "--salt", salt];
      const host = lab.newHost();
      const { target } = await askAt(host, "put", value, ...signing);
      // libtorrent keeps whoever puts, read-only or not, and waits 15 s for one that is gone: somebody answers there.
      await Starling.dhtServe(lab, { host, bootstrap: [dht.npm] });
      return target as string;
    },
    get: async (target, salt) => {
      const item = salt === undefined ? [target] : [PUBLIC_KEY, "--salt", salt];
      return ((await ask("get", ...item))["text"] ?? null) as string | null;
    },
    announce: async (infoHash) => {
      const folder = lab.newFolder("never");
      const get = Starling.get(lab, `magnet:?xt=urn:btih:${infoHash}`, folder, { bootstrap: [dht.npm] });
      return get.address;
    },
    finds: async (infoHash, peer) => ((await ask("peers", infoHash))["peers"] as string[]).includes(peer),
  };
}

function npmParty(npm: NpmDhtNodes, node: NpmDhtNode): Party {
  const ANNOUNCED_PORT = 7_777;
  return {
    name: "bittorrent-dht",
    put: async ({ value, salt }) => (await npm.put(node, value, signedBy(salt))).target,
    get: (target, salt) => npm.get(node, target, salt),
    announce: async (infoHash) => {
      await npm.announce(node, infoHash, ANNOUNCED_PORT);
      return `${node.host}:${ANNOUNCED_PORT}`;
    },
    finds: async (infoHash, peer) => (await npm.lookup(node, infoHash)).includes(peer),
  };
}

function libtorrentParty(libtorrent: Libtorrent): Party {
  return {
    name: "libtorrent",
    put: ({ value, salt }) =>
      libtorrent.dhtPut(value, { ...signedBy(salt), publicKey: PUBLIC_KEY }, TIMEOUT_MS),
    get: (target, salt) =>
      libtorrent.dhtGet(salt === undefined ? { target } : { publicKey: PUBLIC_KEY, salt }, TIMEOUT_MS),
    announce: async (infoHash) => {
      await libtorrent.add({ magnet: `magnet:?xt=urn:btih:${infoHash}`, save: lab.newFolder("never") });
      return libtorrent.address;
    },
    finds: async (infoHash, peer) => (await libtorrent.dhtPeers(infoHash)).includes(peer),
  };
}
