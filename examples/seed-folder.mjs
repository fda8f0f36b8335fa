/**
 * Shares a file or folder until it is interrupted (Ctrl-C):
 *   npm run build && node examples/seed-folder.mjs PATH [BOOTSTRAP_HOST:PORT]
 */
import { createTorrent, openSession } from "starling";

const [path, bootstrap] = process.argv.slice(2);
if (path === undefined) throw new Error("usage: seed-folder.mjs PATH [BOOTSTRAP_HOST:PORT]");

const { torrent, magnet, folder, paths } = await createTorrent(path);
const session = await openSession({ folder, ...(bootstrap === undefined ? {} : { bootstrap: [bootstrap] }) });
await session.commands.add({ kind: "metainfo", bytes: torrent }, { seedOnly: true, folder, paths });
await session.when(({ torrents }) => torrents.find(({ phase }) => phase === "seeding"));
console.log(magnet);
console.log(`seeding on ${session.getSnapshot().listening}`);

process.once("SIGINT", async () => {
  const [shared] = session.getSnapshot().torrents;
  console.log(`uploaded ${shared?.totals.uploadedBytes ?? 0} bytes`);
  await session.close();
});
