/** Lines of the tables of peers, files, nodes and events, for the visible part only: the tables may have thousands. */
import type { FileSnapshot, LogLine, PeerSnapshot, TorrentSnapshot } from "../../session/session-view.ts";
import { formatBytes, formatPercentShort, formatRateShort } from "../format/quantities.ts";
import { type TreeLine, treeLines } from "../state/file-tree.ts";
import { isAlarming } from "./file-alarm.ts";

/** A table of which only the visible lines are built. */
export interface TableModel<Row> {
  readonly rows: readonly Row[];
  /** Index of the selected line among `rows`; -1 for none. */
  readonly cursor: number;
  readonly top: number;
  readonly total: number;
}

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

/** `D`/`d`: we want from it and it sends / chokes us; `U`/`u` the same for it; `E`ncrypted, or `e` only its handshake, `t` uTP, `h` through a punched hole, `i`t connected to us, `s`nubbed. */
function peerFlags(peer: PeerSnapshot): string {
  const down = !peer.amInterested ? "-" : peer.peerChoking ? "d" : "D";
  const up = !peer.peerInterested ? "-" : peer.amChoking ? "u" : "U";
  const encryption = peer.encryption === null ? "" : peer.encryption === "handshake" ? "e" : "E";
  const way = peer.isHolePunched ? "h" : peer.transport === "utp" ? "t" : "";
  const rest = `${encryption}${way}${peer.isIncoming ? "i" : ""}${peer.snubbed ? "s" : ""}`;
  return down + up + rest;
}

export interface FileRowModel {
  readonly kind: TreeLine["kind"];
  readonly depth: number;
  readonly isFolded: boolean;
  /** `some`: of a folder in which some files are wanted and others are not. */
  readonly wanted: "yes" | "no" | "some";
  readonly name: string;
  /** A program, or a name that hides something. */
  readonly isAlarming: boolean;
  readonly size: string;
  readonly done: string;
  readonly barRatio: number;
  readonly priority: string;
  /** Share that we or somebody connected has; "" where that is not known. */
  readonly reach: string;
  readonly isReachable: boolean;
}

const BAR_STEPS = 160;

/** The visible part of the tree; `priorities` as in `buildFileRow`. */
export function filesTable(
  { files }: TorrentSnapshot,
  {
    cursor,
    top,
    folded,
  }: { readonly cursor: number; readonly top: number; readonly folded: ReadonlySet<string> },
  priorities: readonly number[],
  lines: number,
  isReachKnown: boolean,
): TableModel<FileRowModel> {
  const all = lines === 0 ? [] : treeLines(files, folded);
  return {
    rows: all.slice(top, top + lines).map((line) => buildFileRow(line, files, priorities, isReachKnown)),
    cursor: cursor - top,
    top,
    total: all.length,
  };
}

/** `priorities`: those of the torrent, or what the user chose instead. */
export function buildFileRow(
  line: TreeLine,
  files: readonly FileSnapshot[],
  priorities: readonly number[],
  isReachKnown: boolean,
): FileRowModel {
  let lengthBytes = 0;
  let haveBytes = 0;
  let reachableBytes = 0;
  let wanted = 0;
  const levels = new Set<number>();
  for (const index of line.files) {
    const file = files[index];
    if (file === undefined) continue;
    lengthBytes += file.lengthBytes;
    haveBytes += file.haveBytes;
    reachableBytes += file.lengthBytes * file.reachableRatio;
    const priority = priorities[index] ?? file.priority;
    if (priority > 0) wanted++;
    levels.add(priority);
  }
  const ratio = lengthBytes === 0 ? 1 : haveBytes / lengthBytes;
  const reach = lengthBytes === 0 ? 1 : reachableBytes / lengthBytes;
  return {
    kind: line.kind,
    depth: line.depth,
    isFolded: line.isFolded,
    wanted: wanted === 0 ? "no" : wanted === line.files.length ? "yes" : "some",
    name: line.name,
    isAlarming: isAlarming(line.name),
    size: formatBytes(lengthBytes),
    done: formatPercentShort(ratio),
    barRatio: Math.floor(ratio * BAR_STEPS) / BAR_STEPS,
    priority: levels.size === 1 ? priorityWord([...levels][0] ?? 0) : "mixed",
    reach: isReachKnown ? formatPercentShort(reach) : "",
    isReachable: !isReachKnown || reach >= 1,
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
