/**
 * A little internet in which nobody can be reached like everybody: 60 % of the peers behind translators of four kinds, 30 % that speak
 * uTP only, 20 % that take encrypted connections only, a fifth TCP only. Each holds pieces that nobody else has and passes none on, so that a
 * downloader, itself behind a translator, has the whole only when it has reached them all.
 */
import type { SessionOptions, TransportChoice } from "../../../src/session/index.ts";
import type { PeerSnapshot } from "../../../src/session/session-view.ts";
import { type NatKind, SeededRandom } from "../../../src/sim/index.ts";
import type { EncryptionPolicy } from "../../../src/wire/index.ts";
import { type FilledTorrent, filledFile } from "../../support/filled-torrent.ts";
import { type Machine, magnetOf, placeContent, SessionWorld, torrentFile } from "./session-world.ts";

export interface MixedPeer {
  readonly host: string;
  readonly nat: NatKind;
  readonly transport: TransportChoice;
  readonly encryption: EncryptionPolicy;
}

const PORT = 6881;
const PIECE_BYTES = 16_384;
const PIECES_EACH = 2;
const DOWNLOADER = "10.0.9.1";
const NAT_KINDS = ["full-cone", "address-restricted", "port-restricted", "symmetric"] as const;
/** Wants what others have, so that they stay connected, and gets none of it. */
const FETCHES_NOTHING = { maxDownBytesPerSecond: 1 } as const;

/** The same peers for the same seed. A peer that takes TCP alone is not behind a translator: nobody behind another could reach it. */
export function mixedPeers(count: number, seed: number): readonly MixedPeer[] {
  const random = new SeededRandom(`mixed ${seed}`);
  const indices = Array.from({ length: count }, (_, index) => index);
  const draw = (from: readonly number[], share: number): ReadonlySet<number> =>
    new Set(shuffled(from, random).slice(0, Math.round(share * count)));
  const behind = draw(indices, 0.6);
  const utpOnly = draw(indices, 0.3);
  const encryptedOnly = draw(indices, 0.2);
  const tcpOnly = draw(
    indices.filter((one) => !behind.has(one) && !utpOnly.has(one)),
    0.2,
  );
  let translators = 0;
  return indices.map((index) => ({
    host: `10.0.${2 + Math.floor(index / 200)}.${1 + (index % 200)}`,
    nat: behind.has(index) ? (NAT_KINDS[translators++ % NAT_KINDS.length] ?? "none") : "none",
    transport: utpOnly.has(index) ? "utp" : tcpOnly.has(index) ? "tcp" : "both",
    encryption: encryptedOnly.has(index) ? "require" : "prefer",
  }));
}

function shuffled(from: readonly number[], random: SeededRandom): readonly number[] {
  return from
    .map((value) => ({ value, at: random.float() }))
    .sort((a, b) => a.at - b.at)
    .map(({ value }) => value);
}

export class MixedSwarm {
  readonly net: SessionWorld;
  readonly peers: readonly MixedPeer[];
  readonly downloader: Machine;
  readonly id: string;
  /** How each peer was reached, by host: a translator may show another port of its own. */
  readonly ways: Map<string, PeerSnapshot> = new Map();

  private constructor(net: SessionWorld, peers: readonly MixedPeer[], downloader: Machine, id: string) {
    this.net = net;
    this.peers = peers;
    this.downloader = downloader;
    this.id = id;
    downloader.session.subscribe(() => this.#note());
  }

  /** Opens everybody, and a downloader behind an address-restricted translator with `options`. */
  static async open(peers: readonly MixedPeer[], seed: number, options: Partial<SessionOptions> = {}) {
    const net = new SessionWorld(seed);
    const pieces = peers.length * PIECES_EACH;
    const torrent = filledFile("mixed.bin", pieces * PIECE_BYTES, PIECE_BYTES);
    const { id } = torrent.metainfo;
    for (const [index, peer] of peers.entries()) await openPeer(net, peer, torrent, index, peers.length);
    // One who has nothing and is open to everybody: such there are in every swarm, and they relay.
    const relay = await net.open("10.0.8.1", { port: PORT, ...FETCHES_NOTHING });
    await net.settled(relay.session.commands.add(torrentFile(torrent), {}));
    net.nats.set(DOWNLOADER, "address-restricted");
    const downloader = await net.open(DOWNLOADER, { port: PORT, ...options });
    await net.settled(downloader.session.commands.add(magnetOf(torrent), {}));
    await net.settled(downloader.session.commands.watchDetails([id]));
    return new MixedSwarm(net, peers, downloader, id);
  }

  get progressRatio(): number {
    return this.downloader.torrent(this.id).progressRatio;
  }

  /** A line a peer: what it is, and how it was reached. */
  report(): readonly string[] {
    return this.peers.map(({ host, nat, transport, encryption }) => {
      const is = [
        nat === "none" ? "open" : `${nat} translator`,
        ...(transport === "both" ? [] : [`${transport} only`]),
        ...(encryption === "require" ? ["encrypted only"] : []),
      ].join(", ");
      const way = this.ways.get(host);
      return `${host} (${is}): ${way === undefined ? "not reached" : wayText(way)}`;
    });
  }

  #note(): void {
    for (const peer of this.downloader.torrent(this.id).peers)
      if (peer.state === "connected")
        this.ways.set(peer.address.slice(0, peer.address.lastIndexOf(":")), peer);
  }
}

/** `uTP, through a punched hole, encrypted, by its call`. */
function wayText({ transport, encryption, isHolePunched, isIncoming }: PeerSnapshot): string {
  return [
    transport === "utp" ? "uTP" : "TCP",
    ...(isHolePunched ? ["through a punched hole"] : []),
    encryption === null ? "plain" : encryption === "handshake" ? "encrypted handshake" : "encrypted",
    isIncoming ? "by its call" : "by our call",
  ].join(", ");
}

async function openPeer(
  net: SessionWorld,
  { host, nat, transport, encryption }: MixedPeer,
  torrent: FilledTorrent,
  index: number,
  count: number,
): Promise<void> {
  if (nat !== "none") net.nats.set(host, nat);
  const content = torrent.content.slice();
  for (let piece = 0; piece * PIECE_BYTES < content.length; piece++)
    if (piece % count !== index) content.fill(0, piece * PIECE_BYTES, (piece + 1) * PIECE_BYTES);
  const memory = net.newMemory();
  placeContent(memory, { ...torrent, content, fileContent: () => content });
  const machine = await net.open(host, { port: PORT, memory, transport, encryption, ...FETCHES_NOTHING });
  await net.settled(machine.session.commands.add(torrentFile(torrent), {}));
  await net.untilPhase(machine, torrent.metainfo.id, "downloading");
}
