/** Lines of the peers, files and events tables, for the visible part only: the tables may have thousands. */
import type { FileSnapshot, LogLine, PeerSnapshot } from "../../session/session-view.ts";
import { formatBytes, formatPercentShort, formatRateShort } from "../format/quantities.ts";

export interface PeerRowModel {
  readonly address: string;
  readonly client: string;
  readonly has: string;
  readonly down: string;
  readonly up: string;
  readonly flags: string;
  readonly source: string;
  readonly activity: string;
  readonly isConnected: boolean;
}

export function buildPeerRow(peer: PeerSnapshot): PeerRowModel {
  const isConnected = peer.state === "connected";
  return {
    address: peer.address,
    client: peer.client,
    has: peer.haveRatio === null ? "" : formatPercentShort(peer.haveRatio),
    down: isConnected ? formatRateShort(peer.downBytesPerSecond) : "",
    up: isConnected ? formatRateShort(peer.upBytesPerSecond) : "",
    flags: isConnected ? peerFlags(peer) : "",
    source: peer.source,
    activity: peer.activity,
    isConnected,
  };
}

/** `D`/`d`: we want from it and it sends / chokes us; `U`/`u` the same for it; `e`ncrypted, `t` uTP, `s`nubbed. */
function peerFlags(peer: PeerSnapshot): string {
  const down = !peer.amInterested ? "-" : peer.peerChoking ? "d" : "D";
  const up = !peer.peerInterested ? "-" : peer.amChoking ? "u" : "U";
  const rest = `${peer.encrypted ? "e" : ""}${peer.transport === "utp" ? "t" : ""}${peer.snubbed ? "s" : ""}`;
  return down + up + rest;
}

export interface FileRowModel {
  readonly isWanted: boolean;
  readonly path: string;
  readonly size: string;
  readonly done: string;
  readonly barRatio: number;
  readonly priority: string;
}

const BAR_STEPS = 160;

/** `root` is left out at the beginning of the path. */
export function buildFileRow(file: FileSnapshot, root: string): FileRowModel {
  const ratio = file.lengthBytes === 0 ? 1 : file.haveBytes / file.lengthBytes;
  return {
    isWanted: file.priority > 0,
    path: file.path.startsWith(root) ? file.path.slice(root.length) : file.path,
    size: formatBytes(file.lengthBytes),
    done: formatPercentShort(ratio),
    barRatio: Math.floor(ratio * BAR_STEPS) / BAR_STEPS,
    priority: priorityWord(file.priority),
  };
}

function priorityWord(priority: number): string {
  if (priority === 0) return "no";
  if (priority < 4) return "later";
  return priority > 4 ? "sooner" : "yes";
}

export interface EventRowModel {
  readonly sequence: number;
  readonly time: string;
  readonly text: string;
}

export function buildEventRow(line: LogLine, timeOfDay: (unixMs: number) => string): EventRowModel {
  return { sequence: line.sequence, time: timeOfDay(line.atUnixMs), text: line.text };
}
