/** The whole state of another program. */
import type { ForeignTorrent } from "./foreign-torrent.ts";

export interface ForeignState {
  readonly torrents: readonly ForeignTorrent[];
  /** Names of files that should say something and cannot be read. */
  readonly unreadable: readonly string[];
}
