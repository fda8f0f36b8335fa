/** The metadata of a source: at once for a `.torrent` file, from peers for a magnet. Nothing is written to disk. */
import type { ClientError } from "../../core/errors.ts";
import type { DhtSnapshot, TorrentSource } from "../../session/session-view.ts";
import type { Metainfo } from "../../torrent/metainfo.ts";
import type { NetworkOptions } from "../arguments/network-options.ts";
import { startPassingEngine } from "../engine/passing-engine.ts";
import type { RunningEngine } from "../engine/start-engine.ts";
import { exportMetainfo, parsedTorrent } from "./export-metainfo.ts";
import { dhtUnreachable, hasDhtAnswer, nothingInTime } from "./give-up.ts";

export interface MetadataOptions {
  readonly network: NetworkOptions;
  readonly peers: readonly string[];
  readonly timeoutMs: number | undefined;
}

/** Long enough for a cold DHT and slow peers, short enough for a person who waits. */
const DEFAULT_TIMEOUT_MS = 60_000;

/** Rejects with NO_PEERS or DHT_UNREACHABLE when the metadata did not come in time. */
export async function fetchMetadata(source: TorrentSource, options: MetadataOptions): Promise<Metainfo> {
  if (source.kind === "metainfo") return parsedTorrent(source.bytes);
  const engine = await startPassingEngine(options.network, options.peers);
  try {
    const { id } = await engine.view.commands.add(source, { peers: options.peers, metadataOnly: true });
    await awaitMetadata(engine, id, options.timeoutMs ?? DEFAULT_TIMEOUT_MS);
    return await exportMetainfo(engine.view, id);
  } finally {
    await engine.close();
  }
}

/** Resolves when the metadata of torrent `id` is here. Rejects with NO_PEERS or DHT_UNREACHABLE after `timeoutMs`. */
export async function awaitMetadata(engine: RunningEngine, id: string, timeoutMs: number): Promise<void> {
  let unsubscribe: () => void = () => {};
  let timer: NodeJS.Timeout | undefined;
  try {
    await new Promise<void>((resolve, reject) => {
      timer = setTimeout(() => reject(tooLate(engine.view.getSnapshot().dht)), timeoutMs);
      const look = (): void => {
        const torrent = engine.view.getSnapshot().torrents.find((candidate) => candidate.id === id);
        if (torrent !== undefined && torrent.totalBytes !== null) resolve();
      };
      unsubscribe = engine.view.subscribe(look);
      engine.failed.then(reject, reject);
      look();
    });
  } finally {
    clearTimeout(timer);
    unsubscribe();
  }
}

function tooLate(dht: DhtSnapshot): ClientError {
  if (dht.bootstrap.length > 0 && !hasDhtAnswer(dht)) return dhtUnreachable(dht);
  return nothingInTime("No peer sent the metadata in time", "");
}
