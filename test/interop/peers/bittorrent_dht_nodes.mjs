// Some nodes of the npm package bittorrent-dht in one process: JSON lines in, JSON lines out.
//   bittorrent_dht_nodes.mjs '{"modules": "…/node_modules"}'
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

const addressOf = (request) => `${request.host}:${request.port}`;

const commands = {
  /** Starts a node; resolves when its first lookup for itself has ended. */
  async open({ host, port, bootstrap, nodeId, answerLikeOthers, storesPeers = true }) {
    const node = new Client({
      bootstrap: bootstrap.length > 0 ? bootstrap : false,
      host,
      timeBucketOutdated: NEVER_MS,
      ...(nodeId === undefined ? {} : { nodeId: Buffer.from(nodeId, "hex") }),
    });
    node.setMaxListeners(0);
    node.on("warning", () => {});
    if (answerLikeOthers) {
      const closest = node.nodes.closest.bind(node.nodes);
      node.nodes.closest = (target, count) => closest(target, count ?? ANSWERED_NODES);
    }
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
  close(request) {
    const node = nodes.get(addressOf(request));
    nodes.delete(addressOf(request));
    return new Promise((resolve) => node.destroy(resolve));
  },
};

process.stdout.write(`${JSON.stringify({ event: "ready", atMs: Date.now() })}\n`);
serveCommands(commands);
