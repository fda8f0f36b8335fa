/** The metadata of a torrent that an engine has. */
import { ClientError } from "../../core/errors.ts";
import type { SessionView } from "../../session/session-view.ts";
import { type Metainfo, parseTorrentFile } from "../../torrent/metainfo.ts";

/** Rejects with NOT_FOUND while the metadata is not here. */
export async function exportMetainfo(view: SessionView, id: string): Promise<Metainfo> {
  return parsedTorrent(await view.commands.exportTorrent(id));
}

/** Throws TORRENT_INVALID. */
export function parsedTorrent(bytes: Uint8Array): Metainfo {
  const metainfo = parseTorrentFile(bytes);
  if (!metainfo.ok) throw new ClientError("TORRENT_INVALID", metainfo.fault.message);
  return metainfo.value;
}
