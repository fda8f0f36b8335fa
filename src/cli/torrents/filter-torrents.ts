/** The words of `starling ls FILTER…`: each has to fit. */
import type { TorrentSnapshot } from "../../session/session-view.ts";

/** A word is a phase (`seeding`), a label, or a part of a name. */
export function filterTorrents(
  torrents: readonly TorrentSnapshot[],
  words: readonly string[],
): readonly TorrentSnapshot[] {
  return torrents.filter((torrent) => words.every((word) => fits(torrent, word.toLowerCase())));
}

function fits(torrent: TorrentSnapshot, word: string): boolean {
  return (
    torrent.phase === word ||
    torrent.labels.some((label) => label.toLowerCase() === word) ||
    torrent.name.toLowerCase().includes(word)
  );
}
