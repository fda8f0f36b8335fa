/** What torrents are called, as far as a peer of each sends its metadata in time. Nothing is written to disk. */
import type { TorrentSnapshot } from "../../session/session-view.ts";
import type { NetworkOptions } from "../arguments/network-options.ts";
import { startPassingEngine } from "../engine/passing-engine.ts";
import type { RunningEngine } from "../engine/start-engine.ts";

export interface NamedTorrent {
  readonly name: string;
  readonly totalBytes: number;
}

/** Joined at a time, each for as long as one may take: a handful of peers answers within a few seconds. */
const AT_ONCE = 20;
const PATIENCE_MS = 15_000;

/** By info-hash; without those that nobody described. */
export async function fetchNames(
  infoHashes: readonly string[],
  network: NetworkOptions,
): Promise<ReadonlyMap<string, NamedTorrent>> {
  const names = new Map<string, NamedTorrent>();
  if (infoHashes.length === 0) return names;
  const { view, close } = await startPassingEngine({ ...network, port: 0 }, []);
  try {
    for (let i = 0; i < infoHashes.length; i += AT_ONCE) {
      const some = infoHashes.slice(i, i + AT_ONCE);
      const ids = await Promise.all(
        some.map(async (hash) => {
          const text = `magnet:?xt=urn:btih:${hash}`;
          return (await view.commands.add({ kind: "magnet", text }, { metadataOnly: true })).id;
        }),
      );
      await untilDescribed(view, ids);
      for (const { id, name, totalBytes } of described(view, ids)) names.set(id, { name, totalBytes });
      await Promise.all(ids.map((id) => view.commands.remove(id, { deleteData: false })));
    }
    return names;
  } finally {
    await close();
  }
}

type View = RunningEngine["view"];

function described(
  view: View,
  ids: readonly string[],
): readonly (TorrentSnapshot & { readonly totalBytes: number })[] {
  return view
    .getSnapshot()
    .torrents.filter(
      (torrent): torrent is TorrentSnapshot & { readonly totalBytes: number } =>
        ids.includes(torrent.id) && torrent.totalBytes !== null,
    );
}

async function untilDescribed(view: View, ids: readonly string[]): Promise<void> {
  await new Promise<void>((resolve) => {
    const timer = setTimeout(() => settle(), PATIENCE_MS);
    const settle = (): void => {
      clearTimeout(timer);
      unsubscribe();
      resolve();
    };
    const look = (): void => {
      if (described(view, ids).length === ids.length) settle();
    };
    const unsubscribe = view.subscribe(look);
    look();
  });
}
