/**
 * One visit to the little internet: a client arrives with nothing but a magnet link and leaves with the file. Times
 * are counted from the start of the client's process.
 */
import { rmSync } from "node:fs";
import { digestsIn, digestsOf } from "../interop/support/content.ts";
import type { Lab } from "../interop/support/lab.ts";
import { Libtorrent } from "../interop/support/libtorrent.ts";
import { Starling } from "../interop/support/starling.ts";
import type { LittleInternet, WorldTorrent } from "./little-internet.ts";

export interface Visit {
  /** First finished handshake with a peer. */
  readonly firstPeerMs: number;
  readonly metadataMs: number;
  /** First piece whose hash is right. */
  readonly firstPieceMs: number;
  readonly doneMs: number;
  /** Every file is what the seeders have. */
  readonly isExact: boolean;
  /** First datagram of the client, and its first dial, as the cable saw them. */
  readonly firstDatagramMs: number | null;
  readonly firstDialMs: number | null;
}

export const MILESTONES = ["firstPeerMs", "metadataMs", "firstPieceMs", "doneMs"] as const;

const VISIT_TIMEOUT_MS = 90_000;
/** The kernel may need that long to give up connections of an address that is gone. */
const TROUBLED_TIMEOUT_MS = 150_000;

interface GetResult {
  readonly torrents: readonly [{ readonly milestones: Record<(typeof MILESTONES)[number], number | null> }];
}

/** `starling get MAGNET -o DIR` with its default options, but in plaintext as everybody here; `home` keeps what it remembers from visit to visit. */
export async function visitWithStarling(lab: Lab, internet: LittleInternet, home: string): Promise<Visit> {
  const { torrent, folder } = await arrive(lab, internet);
  const get = Starling.start(lab, ["get", torrent.magnet, "-o", folder, "--json", "--encryption", "off"], {
    ...internet.visitorOptions,
    home,
    name: "starling, visiting",
  });
  await get.waitForSuccess(VISIT_TIMEOUT_MS);
  const lines = get.jsonLines();
  const listening = lines.find((line) => line.type === "listening");
  const result = lines.at(-1) as unknown as GetResult;
  if (listening === undefined) throw new Error(get.describe("never said that it listens"));
  // the torrent is added just before the line is printed, so that these are late by a millisecond, never early
  const addedMs = listening.t - get.startedAtUnixMs;
  const since = (milestone: (typeof MILESTONES)[number]): number => {
    const afterMs = result.torrents[0].milestones[milestone];
    if (afterMs === null) throw new Error(get.describe(`has no ${milestone}`));
    return Math.round(addedMs + afterMs);
  };
  return {
    firstPeerMs: since("firstPeerMs"),
    metadataMs: since("metadataMs"),
    firstPieceMs: since("firstPieceMs"),
    doneMs: since("doneMs"),
    ...(await leave(internet, torrent, folder, get.startedAtUnixMs)),
  };
}

/** What befalls the visitor's network while it works. */
export type Trouble =
  /** It starts without an address, and gets one when it listens. */
  | "offline at the start"
  /** It gets another address when it has the metadata: all its connections are dead, nobody tells it so. */
  | "another address";

/** The same through trouble with the network; answers how long after it the file was complete, and whether it is exact. */
export async function troubledVisit(
  lab: Lab,
  internet: LittleInternet,
  home: string,
  trouble: Trouble,
): Promise<{ readonly isExact: boolean; readonly afterMs: number }> {
  const { torrent, folder } = await arrive(lab, internet);
  if (trouble === "offline at the start") internet.namespaces.unplugVisitor();
  const get = Starling.start(lab, ["get", torrent.magnet, "-o", folder, "--json", "--encryption", "off"], {
    ...internet.visitorOptions,
    home,
    name: `starling, ${trouble}`,
  });
  const turn = trouble === "offline at the start" ? "listening" : "metadata";
  await get.waitForLine(new RegExp(`"type":"${turn}"`), VISIT_TIMEOUT_MS);
  await internet.newVisitor();
  const movedAtMs = performance.now();
  await get.waitForSuccess(TROUBLED_TIMEOUT_MS);
  const afterMs = Math.round(performance.now() - movedAtMs);
  return {
    afterMs,
    isExact: JSON.stringify(digestsIn(folder)) === JSON.stringify(digestsOf(torrent.contentPath)),
  };
}

/**
 * libtorrent with its default settings for the public internet, made to ask the DHT as soon as it can; `stateFile`
 * keeps its routing table from visit to visit.
 */
export async function visitWithLibtorrent(
  lab: Lab,
  internet: LittleInternet,
  stateFile: string,
): Promise<Visit> {
  const { torrent, folder } = await arrive(lab, internet);
  const client = await Libtorrent.start(lab, {
    host: "0.0.0.0",
    profile: "public",
    impatient: true,
    stateFile,
    prefix: internet.namespaces.enter("visitor"),
  });
  await client.add({ magnet: torrent.magnet, save: folder });
  const since = async (event: string): Promise<number> => {
    const { atMs } = await client.waitForTorrentEvent(event, torrent.infoHash, VISIT_TIMEOUT_MS);
    return Math.round(atMs - client.process.startedAtUnixMs);
  };
  const visit = {
    firstPeerMs: await since("first-peer"),
    metadataMs: await since("metadata"),
    firstPieceMs: await since("first-piece"),
    doneMs: await since("done"),
    ...(await leave(internet, torrent, folder, client.process.startedAtUnixMs)),
  };
  await client.request("save_state");
  await client.stop();
  return visit;
}

async function arrive(
  lab: Lab,
  internet: LittleInternet,
): Promise<{ torrent: WorldTorrent; folder: string }> {
  await internet.newVisitor();
  return { torrent: internet.takeTorrent(), folder: lab.newFolder("visit") };
}

async function leave(
  internet: LittleInternet,
  torrent: WorldTorrent,
  folder: string,
  startedAtUnixMs: number,
): Promise<Pick<Visit, "isExact" | "firstDatagramMs" | "firstDialMs">> {
  const { firstDatagramSent, firstDialSent } = await internet.namespaces.sightings();
  const since = (atUnixMs: number | undefined): number | null =>
    atUnixMs === undefined ? null : Math.round(atUnixMs - startedAtUnixMs);
  const expected = digestsOf(torrent.contentPath);
  const isExact = JSON.stringify(digestsIn(folder)) === JSON.stringify(expected);
  rmSync(folder, { recursive: true });
  return { isExact, firstDatagramMs: since(firstDatagramSent), firstDialMs: since(firstDialSent) };
}
