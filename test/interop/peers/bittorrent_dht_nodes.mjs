// Some nodes of the npm package bittorrent-dht in one process: JSON lines in, JSON lines out.
//   bittorrent_dht_nodes.mjs '{"modules": "…/node_modules"}'
import { createPrivateKey, createPublicKey, sign, verify } from "node:crypto";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { serveCommands } from "./serve-commands.mjs";

const options = JSON.parse(process.argv[2]);
const { Client } = await import(pathToFileURL(join(options.modules, "bittorrent-dht/index.js")).href);

/** "host:port" -> node */
const nodes = new Map();
/** Longer than any test: a node that checks its table drops the dead contacts that a test wants it to keep. */
const NEVER_MS = 1e9;
/** Nodes in one answer. bittorrent-dht would send its whole table; every other implementation sends K = 8 (BEP 5). */
const ANSWERED_NODES = 8;

/** What Node wants around the 32 bytes of an Ed25519 seed and of a public key (RFC 8410). */
const PKCS8 = Buffer.from("302e020100300506032b657004220420", "hex");
const SPKI = Buffer.from("302a300506032b6570032100", "hex");

function verifySignature(signature, message, publicKey) {
  const key = createPublicKey({ key: Buffer.concat([SPKI, publicKey]), format: "der", type: "spki" });
  return verify(null, message, key, signature);
}

/** Hosts whose nodes enter no table. */
const ignored = new Set();

const addressOf = (request) => `${request.host}:${request.port}`;

const commands = {
  /** Starts a node; resolves when its first lookup for itself has ended. */
  async open({ host, port, bootstrap, nodeId, answerLikeOthers, storesPeers = true }) {
    const node = new Client({
      bootstrap: bootstrap.length > 0 ? bootstrap : false,
      host,
      timeBucketOutdated: NEVER_MS,
      verify: verifySignature,
      ...(nodeId === undefined ? {} : { nodeId: Buffer.from(nodeId, "hex") }),
    });
    node.setMaxListeners(0);
    node.on("warning", () => {});
    if (answerLikeOthers) {
      const closest = node.nodes.closest.bind(node.nodes);
      node.nodes.closest = (target, count) => closest(target, count ?? ANSWERED_NODES);
    }
    const add = node.nodes.add.bind(node.nodes);
    node.nodes.add = (contact) => (ignored.has(contact.host) ? node.nodes : add(contact));
    if (!storesPeers) node._peers.add = () => {};
    await new Promise((resolve, reject) => {
      node.once("error", reject);
      node.listen(port, host, resolve);
    });
    if (bootstrap.length > 0 && !node.ready) await new Promise((resolve) => node.once("ready", resolve));
    nodes.set(`${host}:${port}`, node);
    return { nodeId: node.nodeId.toString("hex") };
  },
  /** Announces a peer at `peerPort`; resolves to the number of nodes that took it. */
  announce(request) {
    const node = nodes.get(addressOf(request));
    return new Promise((resolve, reject) => {
      node.announce(Buffer.from(request.infoHash, "hex"), request.peerPort, (error, taken) =>
        error ? reject(error) : resolve(taken),
      );
    });
  },
  /** The distinct peers that a full lookup finds. */
  lookup(request) {
    const node = nodes.get(addressOf(request));
    const infoHash = Buffer.from(request.infoHash, "hex");
    const found = new Set();
    const onPeer = (peer, hash) => {
      if (infoHash.equals(hash)) found.add(`${peer.host}:${peer.port}`);
    };
    node.on("peer", onPeer);
    return new Promise((resolve) => {
      node.lookup(infoHash, () => {
        node.off("peer", onPeer);
        resolve([...found].sort());
      });
    });
  },
  /** Stores a text (BEP 44), signed if there is a seed; resolves to its target and the number of nodes that took it. */
  put({ value, seed, salt, ...request }) {
    const item = { v: Buffer.from(value) };
    if (seed !== undefined) {
      const key = createPrivateKey({
        key: Buffer.concat([PKCS8, Buffer.from(seed, "hex")]),
        format: "der",
        type: "pkcs8",
      });
      item.k = createPublicKey(key).export({ format: "der", type: "spki" }).subarray(-32);
      item.seq = 1;
      item.salt = Buffer.from(salt);
      item.sign = (message) => sign(null, message, key);
    }
    return new Promise((resolve, reject) => {
      nodes.get(addressOf(request)).put(item, (error, target, taken) => {
        if (error) reject(error);
        else resolve({ target: target.toString("hex"), taken, publicKey: item.k?.toString("hex") ?? null });
      });
    });
  },
  /** The text at a target (BEP 44), from the network; null when nobody has it. */
  get({ target, salt, ...request }) {
    const options = { cache: false, ...(salt === undefined ? {} : { salt }) };
    return new Promise((resolve, reject) => {
      nodes.get(addressOf(request)).get(Buffer.from(target, "hex"), options, (error, item) => {
        if (error) reject(error);
        else resolve(item?.v?.toString() ?? null);
      });
    });
  },
  /** The contacts in a node's table, as host:port. */
  contacts: (request) =>
    nodes
      .get(addressOf(request))
      .toJSON()
      .nodes.map((contact) => `${contact.host}:${contact.port}`),
  /** The peers that all nodes of this process store for an info-hash. */
  stored({ infoHash }) {
    const all = [...nodes.values()].flatMap((node) => node._peers.get(infoHash));
    const text = (peer) => `${[...peer.subarray(0, 4)].join(".")}:${peer.readUInt16BE(4)}`;
    return [...new Set(all.map(text))].sort();
  },
  /** Takes all contacts at these addresses out of every table, as if they had never been heard of. */
  forget({ hosts }) {
    for (const node of nodes.values()) {
      for (const contact of node.nodes.toArray()) {
        if (hosts.includes(contact.host)) node.nodes.remove(contact.id);
      }
    }
  },
  /** Keeps nodes at these addresses out of every table: they say that they only ask (BEP 43), which the package does not hear. */
  ignore({ hosts }) {
    for (const host of hosts) ignored.add(host);
  },
  close(request) {
    const node = nodes.get(addressOf(request));
    nodes.delete(addressOf(request));
    return new Promise((resolve) => node.destroy(resolve));
  },
};

process.stdout.write(`${JSON.stringify({ event: "ready", atMs: Date.now() })}\n`);
serveCommands(commands);
