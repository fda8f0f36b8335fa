/** The metadata of a source: at once for a `.torrent` file, from peers for a magnet. Nothing is written to disk. */
import { ClientError } from "../../core/errors.ts";
import type { DhtSnapshot, TorrentSource } from "../../session/session-view.ts";
import { type Metainfo, parseTorrentFile } from "../../torrent/metainfo.ts";
import type { NetworkOptions } from "../arguments/network-options.ts";
import { startEngine } from "../engine/start-engine.ts";
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
  if (source.kind === "metainfo") return mustParse(source.bytes);
  const engine = await startEngine({
    ...options.network,
    peers: options.peers,
    maxDownBytesPerSecond: null,
    maxUpBytesPerSecond: null,
    defaultFolder: process.cwd(),
    state: "none",
    stateFolder: "",
  });
  try {
    const { id } = await engine.view.commands.add(source, { peers: options.peers, metadataOnly: true });
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(
        () => reject(tooLate(engine.view.getSnapshot().dht)),
        options.timeoutMs ?? DEFAULT_TIMEOUT_MS,
      );
      const look = (): void => {
        const torrent = engine.view.getSnapshot().torrents.find((candidate) => candidate.id === id);
        if (torrent?.totalBytes === null || torrent === undefined) return;
        clearTimeout(timer);
        resolve();
      };
      engine.view.subscribe(look);
      engine.failed.then(reject, reject);
      look();
    });
    return mustParse(await engine.view.commands.exportTorrent(id));
  } finally {
    await engine.close();
  }
}

function mustParse(bytes: Uint8Array): Metainfo {
  const metainfo = parseTorrentFile(bytes);
  if (!metainfo.ok) throw new ClientError("TORRENT_INVALID", metainfo.fault.message);
  return metainfo.value;
}

function tooLate(dht: DhtSnapshot): ClientError {
  if (dht.bootstrap.length > 0 && !hasDhtAnswer(dht)) return dhtUnreachable(dht);
  return nothingInTime("No peer sent the metadata in time", "");
}
