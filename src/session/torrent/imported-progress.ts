/** What another program knew of the data on disk, as if it stood in a record of our own. */
import { ClientError } from "../../core/errors.ts";
import type { ResumeContent } from "../../storage/index.ts";
import { Bitfield } from "../../torrent/bitfield.ts";
import { DEFAULT_PRIORITY, HIGHEST_PRIORITY } from "../../torrent/file-selection.ts";
import type { Metainfo } from "../../torrent/metainfo.ts";
import type { ImportedProgress } from "../session-view.ts";

/** Throws `USAGE` for what does not fit the torrent, and for a magnet link, of which nothing can be known. */
export function contentOfImport(
  imported: ImportedProgress,
  metainfo: Metainfo | undefined,
  paths: ReadonlyMap<number, string> | undefined,
): ResumeContent {
  const { have, stamps, filePriorities } = imported;
  const files = metainfo?.files ?? [];
  const isFitting =
    metainfo !== undefined &&
    Bitfield.fromBytes(have, metainfo.pieceMap.pieceCount) !== undefined &&
    stamps.length === files.length &&
    (filePriorities === undefined || filePriorities.length === files.length) &&
    (filePriorities ?? []).every((priority) => priority <= HIGHEST_PRIORITY);
  if (!isFitting) throw new ClientError("USAGE", "The progress does not fit the torrent.");
  const priorities = files.map(({ isPadding }, i) =>
    isPadding ? 0 : (filePriorities?.[i] ?? DEFAULT_PRIORITY),
  );
  return { have, stamps, filePriorities: Uint8Array.from(priorities), isClean: true, paths };
}
