/** Child process of `move-killed.test.ts`: moves a torrent's files, and says how far it is. */
import { createNodePlatform } from "../../src/platform/index.ts";
import { parseTorrentFile } from "../../src/torrent/metainfo.ts";

const [torrent = "", from = "", to = ""] = process.argv.slice(2);
const metainfo = parseTorrentFile(Buffer.from(torrent, "base64"));
if (!metainfo.ok) throw new Error(metainfo.fault.message);
const platform = await createNodePlatform({ checkThreads: 1 });
await platform.disk.moveTorrent(
  metainfo.value,
  { from, to },
  { onProgress: (ratio) => process.stdout.write(`${ratio}\n`) },
);
await platform.close();
