// One webtorrent client as a child process: JSON lines in, JSON lines out (the protocol of libtorrent_peer.py).
//   webtorrent_peer.mjs '{"host": "127.0.0.1", "port": 6881, "bootstrap": ["127.0.0.1:7000"], "modules": "…/node_modules"}'
// webtorrent always binds every address of the machine; here every socket is held to one address.
import fs from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { holdSocketsTo } from "./hold-sockets.mjs";

const options = JSON.parse(process.argv[2]);
holdSocketsTo(options.host);

const load = (name) => import(pathToFileURL(join(options.modules, name)).href);
const { default: WebTorrent } = await load("webtorrent/index.js");

const emit = (event, fields = {}) =>
  process.stdout.write(`${JSON.stringify({ event, atMs: Date.now(), ...fields })}\n`);

const client = new WebTorrent({
  utp: false,
  lsd: options.lsd === true,
  natUpnp: false,
  natPmp: false,
  tracker: false,
  webSeeds: false,
  torrentPort: options.port,
  dhtPort: options.port,
  dht: options.bootstrap.length > 0 ? { bootstrap: options.bootstrap, host: options.host } : false,
});
client.on("error", (error) => emit("error", { message: String(error?.message ?? error) }));
client.on("listening", () => emit("ready", { port: client.torrentPort }));
const torrents = new Map();

/** Reports an event of a torrent the first time it happens. */
function reportOnce(torrent, source, event, fields = () => ({})) {
  torrent.once(source, () => emit(event, { infoHash: torrent.infoHash, ...fields() }));
}

const commands = {
  async add(request) {
    const source = request.magnet ?? new Uint8Array(fs.readFileSync(request.torrent));
    const torrent = client.add(source, {
      path: request.save,
      announce: [],
      skipVerify: request.seed === true,
    });
    reportOnce(torrent, "wire", "first-peer");
    reportOnce(torrent, "metadata", "metadata");
    reportOnce(torrent, "verified", "first-piece");
    torrent.on("error", (error) => emit("error", { message: String(error?.message ?? error) }));
    if (request.seed !== true) {
      reportOnce(torrent, "done", "done", () => ({ downloadedBytes: torrent.downloaded }));
    }
    await new Promise((resolve) => torrent.once(request.seed === true ? "ready" : "infoHash", resolve));
    for (const [host, port] of request.peers ?? []) torrent.addPeer(`${host}:${port}`);
    torrents.set(torrent.infoHash, torrent);
    return { infoHash: torrent.infoHash };
  },
  connect: (request) => torrents.get(request.infoHash).addPeer(`${request.host}:${request.port}`),
  status(request) {
    const torrent = torrents.get(request.infoHash);
    return {
      progress: torrent.progress,
      isSeeding: torrent.done,
      peers: torrent.numPeers,
      uploadedBytes: torrent.uploaded,
      downloadedBytes: torrent.downloaded,
      failedBytes: 0,
    };
  },
};

const { serveCommands } = await import("./serve-commands.mjs");
serveCommands(commands);
