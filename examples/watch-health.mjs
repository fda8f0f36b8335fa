/**
 * Says how the swarm of a magnet link is doing, and why, whenever that changes; fetches nothing but the file list.
 *   npm run build && node examples/watch-health.mjs MAGNET [BOOTSTRAP_HOST:PORT]
 */
import { openSession } from "starling";

const [magnet, bootstrap] = process.argv.slice(2);
if (magnet === undefined) throw new Error("usage: watch-health.mjs MAGNET [BOOTSTRAP_HOST:PORT]");

const session = await openSession({
  folder: ".",
  ...(bootstrap === undefined ? {} : { bootstrap: [bootstrap] }),
});
const { id } = await session.commands.add({ kind: "magnet", text: magnet }, { metadataOnly: true });

let said = "";
const look = () => {
  const torrent = session.getSnapshot().torrents.find((candidate) => candidate.id === id);
  if (torrent === undefined) return;
  const { counts, diagnosis, health, name } = torrent;
  const text = `${name}: health ${health ?? "unknown"}, ${counts.connectedPeers} peers. ${diagnosis.sentence}`;
  if (text !== said) console.log(text);
  said = text;
};
session.subscribe(look);
look();
process.once("SIGINT", () => session.close());
