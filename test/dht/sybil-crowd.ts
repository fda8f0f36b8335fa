/**
 * A vertical Sybil attack: nodes whose ids crowd around one info-hash, behave well otherwise, take every announce of
 * it and never name a peer (threats DH08). Used small in `npm test` and at full size in a soak.
 */
import { equalBytes } from "../../src/core/bytes.ts";
import { type Endpoint, endpoint } from "../../src/core/endpoint.ts";
import { type InfoHash, infoHashFrom, type NodeId, nodeIdFrom } from "../../src/core/ids.ts";
import { Contact } from "../../src/dht/contact.ts";
import { KrpcDecoder } from "../../src/dht/krpc-decoder.ts";
import { KrpcEncoder } from "../../src/dht/krpc-encoder.ts";
import { nodeIdForAddress } from "../../src/dht/node-id-rules.ts";
import { DhtWorld, type WorldNode } from "./dht-world.ts";

/** Bytes of the hash that the ids of a crowd begin with: 40 bits. */
const SHARED_BYTES = 5;
const ANNOUNCED_PORT = 5_000;
/** What nodes of the world are bound to. */
const PORT = 6_881;
const SETTLING_MS = 5 * 60_000;

export interface CrowdedNetwork {
  readonly seed: string;
  readonly honest: number;
  readonly attackers: number;
  /** Networks (/24) that the attackers spread over. */
  readonly subnets: number;
  /** Info-hashes that are crowded, each by attackers of its own. */
  readonly hashes: number;
  readonly lookupsPerHash: number;
  /** Without it lookups are as they were before there was a defence. */
  readonly crowdDoubt?: boolean;
  /** Attackers have the addresses that their ids fit (BEP 42), wherever those are. */
  readonly fitsAddresses?: boolean;
}

const encoder = new KrpcEncoder({ version: new Uint8Array(0), readOnly: false });
const decoder = new KrpcDecoder();

/** Share of lookups that found the one honest peer of a crowded hash. */
export function shareThatFinds(options: CrowdedNetwork): number {
  const { seed, honest, hashes, lookupsPerHash, crowdDoubt = true } = options;
  const dht = new DhtWorld({ seed, minRttMs: 10, maxRttMs: 310 });
  const first = dht.add({ tuning: { crowdDoubt } });
  const nodes = [first, ...dht.addMany(honest - 1, [first.endpoint], 50, { tuning: { crowdDoubt } })];
  dht.world.runFor(SETTLING_MS);
  for (const node of nodes) node.node.findNode(nodeIdFrom(dht.random.bytes(20)), {});
  let found = 0;
  for (let i = 0; i < hashes; i++) {
    const hash = infoHashFrom(dht.infoHash(`crowded ${i}`));
    const crowd = addCrowd(dht, hash, options, i, first.endpoint);
    dht.world.runFor(SETTLING_MS);
    pick(nodes, dht).node.announce(hash, { port: ANNOUNCED_PORT });
    dht.world.runFor(30_000);
    for (let j = 0; j < lookupsPerHash; j++) if (findsPeer(dht, pick(nodes, dht), hash)) found++;
    for (const node of crowd) node.stop();
  }
  return found / (hashes * lookupsPerHash);
}

function pick(nodes: readonly WorldNode[], dht: DhtWorld): WorldNode {
  return nodes[dht.random.integer(nodes.length)] as WorldNode;
}

function findsPeer(dht: DhtWorld, seeker: WorldNode, hash: InfoHash): boolean {
  let isEnded = false;
  let isFound = false;
  seeker.node.lookupPeers(hash, {
    onPeers: (peers) => {
      isFound ||= peers.some((peer) => peer.port === ANNOUNCED_PORT);
    },
    onEnd: () => {
      isEnded = true;
    },
  });
  dht.world.runUntilTrue(() => isEnded, 61_000);
  return isFound;
}

function addCrowd(
  dht: DhtWorld,
  hash: InfoHash,
  { attackers, subnets, fitsAddresses = false }: CrowdedNetwork,
  number: number,
  bootstrap: Endpoint,
): WorldNode[] {
  const members: Contact[] = [];
  const fitting = fitsAddresses ? addressFitting(dht, hash) : undefined;
  return Array.from({ length: attackers }, (_, i) => {
    const id = nodeIdFrom(dht.random.bytes(20));
    id.set(hash.subarray(0, SHARED_BYTES));
    const subnet = number * subnets + (i % subnets);
    if (fitting !== undefined) id[19] = fitting.lastByte;
    const host =
      fitting !== undefined
        ? likeAddress(dht, fitting)
        : `${150 + (subnet >> 8)}.66.${subnet & 255}.${1 + Math.floor(i / subnets)}`;
    const node = dht.add({ host, nodeId: id, bootstrap: [bootstrap] });
    members.push(new Contact(id, node.endpoint, true));
    betray(dht, node, id, hash, members);
    return node;
  });
}

interface FittingAddress {
  readonly host: string;
  /** The byte that the id ends with. */
  readonly lastByte: number;
}

/** Finds an address that ids with the first 21 bits of `hash` fit (BEP 42). */
function addressFitting(dht: DhtWorld, hash: InfoHash): FittingAddress {
  for (;;) {
    const bytes = dht.random.bytes(4);
    const fitting = nodeIdForAddress(bytes.join("."), dht.random);
    const sharesPrefix = fitting[0] === hash[0] && fitting[1] === hash[1];
    if (sharesPrefix && ((fitting[2] as number) ^ (hash[2] as number)) < 8)
      return { host: bytes.join("."), lastByte: fitting[19] as number };
  }
}

/** Another address that the same ids fit, and nobody has: BEP 42 leaves out the first bits of each byte. */
function likeAddress(dht: DhtWorld, { host }: FittingAddress): string {
  const [a = 0, b = 0, c = 0, d = 0] = host.split(".").map(Number);
  for (;;) {
    const first = 64 + 4 * dht.random.integer(8) + (a & 0x03);
    const second = 16 * dht.random.integer(16) + (b & 0x0f);
    const third = 64 * dht.random.integer(4) + (c & 0x3f);
    const other = `${first}.${second}.${third}.${d}`;
    if (!dht.network.isBound(endpoint(other, PORT))) return other;
  }
}

/** Takes announces of `hash` and forgets them; names the others of the gang to whoever seeks it. */
function betray(
  dht: DhtWorld,
  node: WorldNode,
  id: NodeId,
  hash: InfoHash,
  members: readonly Contact[],
): void {
  for (const socket of node.sockets) {
    const behave = socket.onDatagram;
    socket.onDatagram = (payload, from) => {
      const { message } = decoder;
      if (decoder.decode(payload) !== undefined || message.kind !== "query" || message.infoHashAt < 0)
        return behave(payload, from);
      if (!equalBytes(message.bytes.subarray(message.infoHashAt, message.infoHashAt + 20), hash))
        return behave(payload, from);
      encoder.beginReply(from, id);
      if (message.queryName === "get_peers") {
        const start = dht.random.integer(Math.max(1, members.length - 8));
        const named = members.slice(start, start + 8);
        encoder.nodes(named, named.length, 4);
        encoder.token();
      }
      socket.send(encoder.endReply(message), from);
    };
  }
}
