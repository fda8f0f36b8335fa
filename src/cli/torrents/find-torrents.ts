/** Which torrents a user means: by hash, by the beginning of a hash, by name or by a part of the name. */
import { ClientError } from "../../core/errors.ts";
import { safeText } from "../../core/safe-text.ts";
import type { TorrentSnapshot } from "../../session/session-view.ts";
import { nearestWord } from "../settings/nearest-word.ts";

type Named = Pick<TorrentSnapshot, "id" | "name">;

/** Shorter beginnings of a hash are words more often than hashes. */
const MIN_HASH_DIGITS = 4;
/** So many of those that fit are listed. */
const MAX_LISTED = 5;

/** One torrent for each of `names`, each once. Throws NOT_FOUND for a name that fits none, USAGE for one that fits several. */
export function findTorrents<Torrent extends Named>(
  torrents: readonly Torrent[],
  names: readonly string[],
): readonly Torrent[] {
  return [...new Set(names.map((name) => findTorrent(torrents, name)))];
}

/** A whole hash or name counts more than a part. */
export function findTorrent<Torrent extends Named>(torrents: readonly Torrent[], name: string): Torrent {
  const fitting = [
    (torrent: Torrent) => torrent.id === name.toLowerCase(),
    (torrent: Torrent) => torrent.name === name,
    (torrent: Torrent) => isBeginningOf(torrent.id, name),
    (torrent: Torrent) => folded(torrent.name).includes(folded(name)),
  ];
  for (const fits of fitting) {
    const [found, ...others] = torrents.filter(fits);
    if (found === undefined) continue;
    if (others.length > 0) throw ambiguous(name, [found, ...others]);
    return found;
  }
  const nearest = nearestWord(
    name,
    torrents.map((torrent) => torrent.name),
  );
  throw new ClientError("NOT_FOUND", `There is no torrent "${safeText(name, 60)}"`, {
    hint: nearest === undefined ? "starling ls lists the torrents." : `Did you mean ${nearest}?`,
  });
}

function isBeginningOf(id: string, name: string): boolean {
  return name.length >= MIN_HASH_DIGITS && /^[0-9a-f]+$/i.test(name) && id.startsWith(name.toLowerCase());
}

function folded(name: string): string {
  return name.normalize("NFC").toLowerCase();
}

function ambiguous(name: string, torrents: readonly Named[]): ClientError {
  const listed = torrents.slice(0, MAX_LISTED).map((torrent) => `${torrent.id.slice(0, 8)} ${torrent.name}`);
  const more = torrents.length > MAX_LISTED ? `, and ${torrents.length - MAX_LISTED} more` : "";
  return new ClientError("USAGE", `"${safeText(name, 60)}" fits ${torrents.length} torrents`, {
    hint: `Say more of the name or the hash: ${listed.join(", ")}${more}.`,
  });
}
