/** Peers and files of one torrent: a viewer has to ask before snapshots hold them. */
import type { EngineClient } from "../../session/index.ts";
import type { SessionSnapshot, TorrentSnapshot } from "../../session/session-view.ts";
import { findTorrent } from "../torrents/find-torrents.ts";

/** Longest wait for details that may not exist, such as the files of a torrent whose metadata is not here. */
const DETAILS_LIMIT_MS = 1_000;

/** Resolves when snapshots show the details of the torrent called `name`. Rejects as `findTorrent` throws. */
export async function askDetails(engine: EngineClient, name: string): Promise<TorrentSnapshot> {
  const { id } = findTorrent(engine.getSnapshot().torrents, name);
  const isAnswered = (): boolean => (torrentIn(engine.getSnapshot(), id)?.files.length ?? 0) > 0;
  await engine.commands.watchDetails([id]);
  await new Promise<void>((resolve) => {
    const end = (): void => {
      clearTimeout(limit);
      unsubscribe();
      resolve();
    };
    const unsubscribe = engine.subscribe(() => {
      if (isAnswered()) end();
    });
    const limit = setTimeout(end, DETAILS_LIMIT_MS);
    if (isAnswered()) end();
  });
  return findTorrent(engine.getSnapshot().torrents, id);
}

export function torrentIn(snapshot: SessionSnapshot, id: string): TorrentSnapshot | undefined {
  return snapshot.torrents.find((torrent) => torrent.id === id);
}
