/**
 * A private DHT of three implementations: half of the nodes are Starling's, the others bittorrent-dht and libtorrent.
 */
import { NpmDhtNodes } from "./bittorrent-dht.ts";
import type { Lab } from "./lab.ts";
import { Libtorrent } from "./libtorrent.ts";
import { Starling } from "./starling.ts";

export interface PrivateDht {
  /** HOST:PORT of one node of each implementation. */
  readonly starling: string;
  readonly npm: string;
  readonly libtorrent: string;
  /** Keeps nodes at these addresses out of the tables of those that do not know BEP 43. */
  ignore(hosts: readonly string[]): Promise<void>;
  /** Resolves when a node that nobody told finds the peer HOST:PORT. */
  waitForAnnounce(infoHash: string, peer: string): Promise<void>;
}

const JOIN_TIMEOUT_MS = 20_000;
const ANNOUNCE_TIMEOUT_MS = 40_000;

/** Eight nodes: four of Starling, two of bittorrent-dht, two of libtorrent, each joined through another kind. */
export async function openPrivateDht(lab: Lab): Promise<PrivateDht> {
  const first = await Starling.dhtServe(lab);
  const npm = await NpmDhtNodes.start(lab);
  const npmNode = await npm.open(lab.newHost(), { bootstrap: [first.address] });
  const npmAddress = `${npmNode.host}:${npmNode.port}`;
  await Starling.dhtServe(lab, { bootstrap: [npmAddress] });
  const libtorrents = [await joinLibtorrent(lab, first), await joinLibtorrent(lab, first)];
  const libtorrentAddress = libtorrents[0]?.address as string;
  await Starling.dhtServe(lab, { bootstrap: [libtorrentAddress] });
  await Starling.dhtServe(lab, { bootstrap: [first.address, npmAddress] });
  await npm.open(lab.newHost(), { bootstrap: [libtorrentAddress] });
  const stranger = await npm.open(lab.newHost(), { bootstrap: [npmAddress] });
  return {
    starling: first.address,
    npm: npmAddress,
    libtorrent: libtorrentAddress,
    ignore: (hosts) => npm.ignore(hosts),
    waitForAnnounce: (infoHash, peer) => npm.waitForAnnounce(stranger, infoHash, peer, ANNOUNCE_TIMEOUT_MS),
  };
}

/** libtorrent keeps its bootstrap nodes out of its table: it is told of one as an ordinary contact, too. */
async function joinLibtorrent(lab: Lab, bootstrap: Starling): Promise<Libtorrent> {
  const node = await Libtorrent.start(lab, { bootstrap: [bootstrap.address] });
  await node.waitForEvent("dht-ready", JOIN_TIMEOUT_MS);
  await node.addDhtNode(bootstrap.host, bootstrap.port);
  return node;
}
