/**
 * Clears away what transfers left behind that nobody came back to. Commands such as `get` keep the record of a finished
 * transfer, so that the same command, or `seed`, finds its data without hashing it; it must not be kept for ever.
 */
import { promises as fs } from "node:fs";
import { join } from "node:path";

export interface PruneRules {
  readonly nowUnixMs: number;
  /** Records of a torrent of which none was written for this long are removed. */
  readonly unusedMs: number;
  /** And of the others only those of this many torrents stay, the latest. */
  readonly maxTorrents: number;
}

interface TorrentFiles {
  readonly paths: string[];
  newestUnixMs: number;
}

/**
 * Looks at the records in `folders` that name a torrent, resume data and metadata alike; others stay. A record that
 * another process writes meanwhile is new, and its torrent stays with it. Never rejects: what cannot be removed stays.
 */
export async function pruneRecords(folders: readonly string[], rules: PruneRules): Promise<void> {
  const torrents = new Map<string, TorrentFiles>();
  for (const folder of folders) await collect(folder, torrents);
  const latestFirst = [...torrents.values()].sort((a, b) => b.newestUnixMs - a.newestUnixMs);
  const unused = latestFirst.filter(
    ({ newestUnixMs }, i) => i >= rules.maxTorrents || newestUnixMs < rules.nowUnixMs - rules.unusedMs,
  );
  for (const { paths } of unused) {
    for (const path of paths) await fs.rm(path, { force: true }).catch(() => undefined);
  }
}

async function collect(folder: string, torrents: Map<string, TorrentFiles>): Promise<void> {
  for (const name of await fs.readdir(folder).catch(() => [])) {
    const id = /(?<![0-9a-f])[0-9a-f]{40}(?![0-9a-f])/.exec(name)?.[0];
    const path = join(folder, name);
    const found = id === undefined ? undefined : await fs.stat(path).catch(() => undefined);
    if (id === undefined || found?.isFile() !== true) continue;
    const files = torrents.get(id) ?? { paths: [], newestUnixMs: 0 };
    files.paths.push(path);
    files.newestUnixMs = Math.max(files.newestUnixMs, found.mtimeMs);
    torrents.set(id, files);
  }
}
