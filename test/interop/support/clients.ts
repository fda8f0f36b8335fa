/** The three real clients, driven the same way: what each can do beside Starling, and what it says while it does. */
import { join } from "node:path";
import { Aria2 } from "./aria2.ts";
import { KIB, writeTree } from "./content.ts";
import type { Lab } from "./lab.ts";
import { Libtorrent } from "./libtorrent.ts";
import { Webtorrent } from "./webtorrent.ts";

/** Small, so that a transfer of a megabyte is one of many pieces. */
const PIECE_BYTES = 32 * KIB;
/** No transfer of this suite needs as long. */
export const TRANSFER_TIMEOUT_MS = 60_000;

export type ClientName = "libtorrent" | "webtorrent" | "aria2";

/** A torrent of one folder, as a file and as a magnet, and where its content lies. */
export interface Made {
  readonly content: string;
  readonly folder: string;
  readonly file: string;
  readonly infoHash: string;
  readonly magnet: string;
}

export interface Leech {
  readonly host: string;
  readonly finished: Promise<unknown>;
}

/** A client that is driven the same way as the others. */
export interface Client {
  /** Has the content, listens at the address it answers. */
  seed(lab: Lab, made: Made): Promise<string>;
  /** Listens, and has nothing but the torrent; `finished` resolves when it has everything on disk. */
  leech(lab: Lab, made: Made, folder: string): Promise<Leech>;
  /** Besides what all three say. */
  readonly says: {
    readonly seeding: readonly string[];
    readonly leeching: readonly string[];
    readonly offers: readonly string[];
  };
}

export const CLIENTS: Readonly<Record<ClientName, Client>> = {
  libtorrent: {
    says: {
      seeding: ["allowed_fast", "ut_metadata"],
      leeching: ["ut_metadata"],
      offers: ["ut_pex", "lt_donthave", "upload_only", "ut_holepunch"],
    },
    async seed(lab, { file, folder }) {
      const peer = await Libtorrent.start(lab, { dht: false });
      await peer.add({ torrent: file, save: folder, seed: true });
      return peer.host;
    },
    async leech(lab, { magnet, infoHash }, folder) {
      const peer = await Libtorrent.start(lab, { dht: false });
      await peer.add({ magnet, save: folder });
      return {
        host: peer.host,
        finished: handled(peer.waitForTorrentEvent("done", infoHash, TRANSFER_TIMEOUT_MS)),
      };
    },
  },
  webtorrent: {
    says: { seeding: ["ut_metadata"], leeching: ["ut_metadata"], offers: ["ut_pex", "lt_donthave"] },
    async seed(lab, { file, folder }) {
      const peer = await Webtorrent.start(lab);
      await peer.add({ torrent: file, save: folder, seed: true });
      return peer.host;
    },
    async leech(lab, { magnet, infoHash }, folder) {
      const peer = await Webtorrent.start(lab);
      await peer.add({ magnet, save: folder });
      return {
        host: peer.host,
        finished: handled(peer.waitForTorrentEvent("done", infoHash, TRANSFER_TIMEOUT_MS)),
      };
    },
  },
  aria2: {
    // It fetches metadata over a connection of its own, which ends before the download begins (share-to-others.test.ts).
    says: { seeding: ["allowed_fast", "ut_metadata"], leeching: [], offers: ["ut_pex"] },
    async seed(lab, { file, folder }) {
      const peer = Aria2.start(lab, { source: file, folder, seed: true });
      await peer.waitForLine(/listening on TCP port|verification/i, TRANSFER_TIMEOUT_MS);
      return peer.host;
    },
    async leech(lab, { file }, folder) {
      const peer = Aria2.start(lab, { source: file, folder });
      await peer.waitForLine(/listening on TCP port/i, TRANSFER_TIMEOUT_MS);
      return { host: peer.host, finished: handled(peer.waitForExit(TRANSFER_TIMEOUT_MS)) };
    },
  },
};

/** Makes a torrent of files of these sizes, the same content for the same seed. */
export async function makeTorrent(
  lab: Lab,
  maker: Libtorrent,
  sizes: Readonly<Record<string, number>>,
  seed: string,
): Promise<Made> {
  const folder = lab.newFolder("content");
  const content = writeTree(join(folder, "things"), sizes, seed);
  const file = `${content}.torrent`;
  const { infoHash } = await maker.create({
    path: content,
    output: file,
    format: "v1",
    pieceBytes: PIECE_BYTES,
  });
  return { content, folder, file, infoHash, magnet: `magnet:?xt=urn:btih:${infoHash}` };
}

/** A test that fails before it waits for this says why itself. */
function handled<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => {});
  return promise;
}
