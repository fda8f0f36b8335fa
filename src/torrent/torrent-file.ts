/** One file of a torrent as Starling sees it: where it lies in the content and where on disk. */
export interface TorrentFile {
  /** On disk, relative to the chosen folder: `/` between elements, beginning with the torrent's own folder or file. */
  readonly path: string;
  readonly lengthBytes: number;
  /** First byte of the file in the torrent's content. */
  readonly offsetBytes: number;
  /** BEP 47: zeros that only align the next file. Occupies space in pieces, is never written, never listed. */
  readonly isPadding: boolean;
  /** The torrent asked for another name than the one on disk. */
  readonly wasRenamed: boolean;
}
