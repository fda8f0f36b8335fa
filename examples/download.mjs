/**
 * Downloads a magnet link with a whole session in this process:
 *   npm run build && node examples/download.mjs MAGNET FOLDER [BOOTSTRAP_HOST:PORT]
 */
import { openSession } from "starling";

const [magnet, folder = "./downloads", bootstrap] = process.argv.slice(2);
if (magnet === undefined) throw new Error("usage: download.mjs MAGNET [FOLDER] [BOOTSTRAP_HOST:PORT]");

const session = await openSession({ folder, ...(bootstrap === undefined ? {} : { bootstrap: [bootstrap] }) });
const { id } = await session.commands.add({ kind: "magnet", text: magnet }, { seedRatio: 0 });

await new Promise((resolve, reject) => {
  const look = () => {
    const torrent = session.getSnapshot().torrents.find((candidate) => candidate.id === id);
    if (torrent === undefined) return;
    const percent = Math.floor(torrent.progressRatio * 100);
    console.log(
      `${torrent.phase} ${percent} %  ${torrent.counts.connectedPeers} peers  ${torrent.diagnosis.sentence}`,
    );
    if (torrent.phase === "finished") resolve();
    if (torrent.phase === "failed") reject(new Error(torrent.diagnosis.sentence));
  };
  session.subscribe(look);
  look();
});
await session.close();
