/**
 * A swarm of real processes of three implementations, in which peers are killed and started again at random, by a
 * seed: whatever happens, everybody ends with every byte. Small in the suite, large in the soak.
 */
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { SeededRandom } from "../../../src/sim/index.ts";
import { digestsIn, digestsOf, KIB, MIB, writeTree } from "./content.ts";
import { type Lab, PEER_PORT } from "./lab.ts";
import { Libtorrent } from "./libtorrent.ts";
import type { LineProcess } from "./line-process.ts";
import { Starling } from "./starling.ts";
import { Webtorrent } from "./webtorrent.ts";

export interface CrowdSetting {
  readonly libtorrent: number;
  readonly webtorrent: number;
  readonly starling: number;
  readonly contentBytes: number;
  readonly kills: number;
  readonly seed: string;
  readonly timeoutMs: number;
}

export interface CrowdOutcome {
  /** Names of peers whose files are not what the seed has; empty is what is wanted. */
  readonly wrong: readonly string[];
  readonly killed: readonly string[];
  readonly tookMs: number;
  /** What the first seed sent, in copies of the content. */
  readonly seedCopies: number;
}

/** A peer that can be killed and started again where it was. */
interface Member {
  readonly name: string;
  readonly host: string;
  readonly folder: string;
  start(): Promise<void>;
  kill(): Promise<void>;
  done(timeoutMs: number): Promise<void>;
}

/** The first seed gives little, so that the others have time to give to each other and to die. */
const SEED_BYTES_PER_SECOND = 2 * MIB;
/** Others that each peer is told of, beside the seed. */
const KNOWN_PEERS = 4;
const MAX_PAUSE_MS = 1_500;

export async function mixedCrowd(lab: Lab, setting: CrowdSetting): Promise<CrowdOutcome> {
  const random = new SeededRandom(setting.seed);
  const folder = lab.newFolder("content");
  const content = writeTree(
    join(folder, "crowd"),
    { "big.bin": setting.contentBytes - 200 * KIB, "empty.txt": 0, "small/a.bin": 200 * KIB },
    setting.seed,
  );
  const file = `${content}.torrent`;
  const seeder = await Libtorrent.start(lab, { dht: false });
  const { infoHash } = await seeder.create({
    path: content,
    output: file,
    format: "v1",
    pieceBytes: 64 * KIB,
  });
  await seeder.add({ torrent: file, save: folder, seed: true });
  await seeder.request("limit", { infoHash, upBytesPerSecond: SEED_BYTES_PER_SECOND });

  const members = membersOf(lab, setting, { file, infoHash, seeder, random });
  const startMs = performance.now();
  for (const member of members) await member.start();
  const killed: string[] = [];
  for (let i = 0; i < setting.kills; i++) {
    await sleep(random.integer(MAX_PAUSE_MS));
    const victim = members[random.integer(members.length)] as Member;
    killed.push(victim.name);
    await victim.kill();
    await sleep(random.integer(MAX_PAUSE_MS));
    await victim.start();
  }
  await Promise.all(members.map((member) => member.done(setting.timeoutMs)));
  const tookMs = performance.now() - startMs;
  const { uploadedBytes } = await seeder.status(infoHash);
  const expected = JSON.stringify(digestsOf(content));
  const wrong = members
    .filter((member) => JSON.stringify(contentIn(member.folder)) !== expected)
    .map(({ name }) => name);
  return { wrong, killed, tookMs, seedCopies: uploadedBytes / setting.contentBytes };
}

interface Surroundings {
  readonly file: string;
  readonly infoHash: string;
  readonly seeder: Libtorrent;
  readonly random: SeededRandom;
}

function membersOf(lab: Lab, setting: CrowdSetting, around: Surroundings): readonly Member[] {
  const kinds = [
    ...Array.from({ length: setting.libtorrent }, () => "libtorrent" as const),
    ...Array.from({ length: setting.webtorrent }, () => "webtorrent" as const),
    ...Array.from({ length: setting.starling }, () => "starling" as const),
  ];
  const hosts = kinds.map(() => lab.newHost());
  return kinds.map((kind, i) => {
    const others = Array.from({ length: KNOWN_PEERS }, () => around.random.integer(hosts.length))
      .filter((other) => other !== i)
      .map((other) => hosts[other] as string);
    const peers = [around.seeder.host, ...new Set(others)];
    const make = { libtorrent: libtorrentMember, webtorrent: webtorrentMember, starling: starlingMember }[
      kind
    ];
    return make(lab, around, { name: `${kind} ${i}`, host: hosts[i] as string, peers });
  });
}

interface Place {
  readonly name: string;
  readonly host: string;
  readonly peers: readonly string[];
}

function libtorrentMember(lab: Lab, { file, infoHash }: Surroundings, { name, host, peers }: Place): Member {
  const folder = lab.newFolder("libtorrent");
  let peer: Libtorrent | undefined;
  return {
    name,
    host,
    folder,
    start: async () => {
      peer = await Libtorrent.start(lab, { host, dht: false });
      await peer.add({ torrent: file, save: folder, peers: peers.map((other) => [other, PEER_PORT]) });
    },
    kill: () => killed(peer?.process),
    done: async (timeoutMs) => {
      await peer?.waitForTorrentEvent("done", infoHash, timeoutMs);
    },
  };
}

function webtorrentMember(lab: Lab, { file, infoHash }: Surroundings, { name, host, peers }: Place): Member {
  const folder = lab.newFolder("webtorrent");
  let peer: Webtorrent | undefined;
  return {
    name,
    host,
    folder,
    start: async () => {
      peer = await Webtorrent.start(lab, { host });
      await peer.add({ torrent: file, save: folder, peers: peers.map((other) => [other, PEER_PORT]) });
    },
    kill: () => killed(peer?.process),
    done: async (timeoutMs) => {
      await peer?.waitForTorrentEvent("done", infoHash, timeoutMs);
    },
  };
}

function starlingMember(lab: Lab, { file }: Surroundings, { name, host, peers }: Place): Member {
  const folder = lab.newFolder("starling");
  const home = lab.newFolder("home");
  let peer: Starling | undefined;
  return {
    name,
    host,
    folder,
    start: async () => {
      peer = Starling.get(lab, file, folder, {
        host,
        home,
        peers: peers.map((other) => `${other}:${PEER_PORT}`),
        extra: ["--seed", "--json"],
      });
      await peer.waitForLine(/listening/, START_TIMEOUT_MS);
    },
    kill: () => killed(peer),
    done: async (timeoutMs) => {
      await peer?.waitForJson("complete", timeoutMs);
    },
  };
}

const START_TIMEOUT_MS = 60_000;

async function killed(process: LineProcess | undefined): Promise<void> {
  process?.signal("SIGKILL");
  await process?.exit;
}

/** The content without what clients keep beside it. */
function contentIn(folder: string): Record<string, string> {
  return Object.fromEntries(Object.entries(digestsIn(folder)).filter(([path]) => path.startsWith("crowd/")));
}
