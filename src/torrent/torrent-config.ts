/** Limits of what a torrent may be (Law 6). Beyond them it is refused with a fault, never cut silently. */

/** threats F3: the largest `.torrent` file or metadata. Every real one is smaller; libtorrent takes 10 MB by default. */
export const MAX_TORRENT_BYTES: number = 32 * 1024 * 1024;

/** threats F3: more than the largest known torrents hold (libtorrent issue 4795: 182,000). */
export const MAX_FILES = 250_000;

/** As many folders as files: what real content has is far below, what a hostile path list can name is not. */
export const MAX_FOLDERS = 250_000;

/** threats F3: the shortest piece anybody uses; below it hashes would outweigh the content. */
export const MIN_PIECE_BYTES = 1024;

/** Longest piece we hash (as a stream, so it costs no memory); libtorrent ends one block below it. */
export const MAX_PIECE_BYTES: number = 512 * 1024 * 1024;

/** threats F3, as libtorrent: offsets stay exact in a double with room to spare. */
export const MAX_TOTAL_BYTES: number = 2 ** 48 - 1;

/** Elements of one path, the torrent's folder included (threats F1, as libtorrent). */
export const MAX_PATH_DEPTH = 100;

/** Relative path on disk in bytes of UTF-8 (threats F1); leaves room for the folder below PATH_MAX of 4,096. */
export const MAX_PATH_BYTES = 1024;

/** One element of a path in bytes of UTF-8; file systems end at 255 and we may append `.123` or `.part`. */
export const MAX_NAME_BYTES = 240;

/** How many files may want one name; the next is refused (libtorrent: "too many duplicate filenames"). */
export const MAX_DUPLICATE_NAMES = 1000;

/** Trackers and web seeds are counted for the user to see, not used; a larger number tells nobody more. */
export const MAX_COUNTED_URLS = 10_000;

/** Free text of a torrent (comment, creator) in bytes; the rest is not read. */
export const MAX_COMMENT_BYTES = 4096;
