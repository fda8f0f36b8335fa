/** Reads what a torrent is added from. What cannot be used becomes a `ClientError` that says why and what to do. */

import type { Decoded, Fault } from "../../core/decoded.ts";
import type { Endpoint } from "../../core/endpoint.ts";
import { ClientError, type ErrorCode } from "../../core/errors.ts";
import type { InfoHash } from "../../core/ids.ts";
import { parseMagnet } from "../../torrent/magnet.ts";
import { type Metainfo, parseInfoDictionary, parseTorrentFile } from "../../torrent/metainfo.ts";
import type { TorrentSource } from "../session-view.ts";

/** A source that was understood. */
export interface ReadSource {
  readonly infoHash: InfoHash;
  readonly metainfo: Metainfo | undefined;
  /** `dn` of a magnet; undefined with metadata. */
  readonly displayName: string | undefined;
  /** `so` of a magnet (BEP 53). */
  readonly selectOnly: string | undefined;
  readonly peers: readonly Endpoint[];
  readonly ignoredTrackers: number;
  readonly ignoredWebSeeds: number;
}

/** Throws `MAGNET_INVALID`, `TORRENT_INVALID` or `TORRENT_V2_ONLY`. Private torrents are read: they may be inspected. */
export function readSource(source: TorrentSource): ReadSource {
  if (source.kind === "magnet") {
    const magnet = unwrap(
      parseMagnet(source.text),
      "MAGNET_INVALID",
      "Copy the whole link; it contains xt=urn:btih: and 40 characters.",
    );
    return { ...magnet, metainfo: undefined, selectOnly: magnet.select };
  }
  const metainfo = unwrap(
    parseTorrentFile(source.bytes),
    "TORRENT_INVALID",
    "Check that this is the .torrent file itself, and whole.",
  );
  return {
    infoHash: metainfo.infoHash,
    metainfo,
    displayName: undefined,
    selectOnly: undefined,
    peers: [],
    ignoredTrackers: metainfo.ignoredTrackers,
    ignoredWebSeeds: metainfo.ignoredWebSeeds,
  };
}

/** The metadata that peers sent, whose hash is right; throws `TORRENT_INVALID` or `TORRENT_V2_ONLY` if it is no torrent. */
export function readMetadata(rawInfo: Uint8Array): Metainfo {
  return unwrap(
    parseInfoDictionary(rawInfo),
    "TORRENT_INVALID",
    "Its author made it so: nothing helps but another torrent of the same content.",
  );
}

/** Throws `TORRENT_PRIVATE` for a torrent whose author forbids to look for peers (BEP 27, decision 4). */
export function assertMayDownload(metainfo: Metainfo): void {
  if (!metainfo.isPrivate) return;
  throw new ClientError(
    "TORRENT_PRIVATE",
    "This torrent is private: its author allows peers from its own tracker only, and Starling uses no trackers.",
    { hint: "Use a client with tracker support, or a public torrent of the same content." },
  );
}

function unwrap<Value>(result: Decoded<Value>, code: ErrorCode, hint: string): Value {
  if (result.ok) return result.value;
  throw sourceError(result.fault, code, hint);
}

function sourceError(fault: Fault, code: ErrorCode, hint: string): ClientError {
  if (fault.code === "v2-only") {
    return new ClientError("TORRENT_V2_ONLY", "v2-only torrents are not supported yet.", {
      hint: "Ask for a hybrid or v1 torrent of the same content.",
    });
  }
  const sentence = fault.message.charAt(0).toUpperCase() + fault.message.slice(1);
  return new ClientError(code, `${sentence}.`, { hint });
}
