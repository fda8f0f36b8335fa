/**
 * The dashboard with a session that changes four times a second: 1,000 torrents, of the selected one 500 peers. The
 * session is made up, everything from the snapshot on is the dashboard that ships, on the terminal this runs in.
 */

import { NodeTerminal } from "../../src/cli/terminal/node-terminal.ts";
import { mountDashboard } from "../../src/ui/index.ts";
import { FakeSessionView } from "../../test/ui/support/fake-session-view.ts";
import { aDht, aSnapshot, manyTorrents, somePeers } from "../../test/ui/support/snapshots.ts";

const TORRENTS = 1000;
const PEERS = 500;
/** Snapshots that come round again: made before, so that their making is not measured. */
const SNAPSHOTS = 40;
/** As the session publishes. */
const INTERVAL_MS = 250;

const snapshots = Array.from({ length: SNAPSHOTS }, (_, tick) => {
  const torrents = manyTorrents(TORRENTS, tick).map((torrent, index) =>
    index === 0 ? { ...torrent, peers: somePeers(PEERS, tick) } : torrent,
  );
  return aSnapshot({ torrents, dht: aDht(), version: tick });
});

const view = new FakeSessionView(snapshots[0] ?? aSnapshot());
mountDashboard({
  view,
  terminal: new NodeTerminal(),
  clock: {
    nowMs: () => performance.now(),
    setTimer: (delayMs, callback) => {
      const timer = setTimeout(callback, delayMs);
      return { [Symbol.dispose]: () => clearTimeout(timer) };
    },
  },
  abilities: { colour: "basic", charset: "unicode", synchronized: "off", escapeTimeoutMs: 25 },
  readTorrentFile: async () => new Uint8Array(),
});
let tick = 0;
setInterval(() => {
  tick++;
  view.publish(snapshots[tick % SNAPSHOTS] ?? aSnapshot());
}, INTERVAL_MS);
