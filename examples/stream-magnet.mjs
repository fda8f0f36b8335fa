/**
 * Plays a magnet link while it is fetched: the longest file goes to standard output in order, what is needed next is
 * fetched first.
 *   npm run build && node examples/stream-magnet.mjs MAGNET [BOOTSTRAP_HOST:PORT] | mpv -
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { openSession } from "starling";

const [magnet, bootstrap] = process.argv.slice(2);
if (magnet === undefined) throw new Error("usage: stream-magnet.mjs MAGNET [BOOTSTRAP_HOST:PORT]");

const folder = await mkdtemp(join(tmpdir(), "stream-magnet-"));
const session = await openSession({ folder, ...(bootstrap === undefined ? {} : { bootstrap: [bootstrap] }) });
try {
  const { id } = await session.commands.add({ kind: "magnet", text: magnet }, {});
  const torrent = await session.when(({ torrents }) =>
    torrents.find((candidate) => candidate.id === id && candidate.pieceCount !== null),
  );
  console.error(`${torrent.name}, ${torrent.totalBytes} bytes`);
  await pipeline(session.openFile(id), process.stdout);
} finally {
  await session.close();
  await rm(folder, { recursive: true });
}
