/** The record of a torrent: everything that a later session has to know of it. */
import { MAX_RESUME_PEERS, type ResumeContent, type ResumeData } from "../../storage/index.ts";
import type { Swarm } from "../../wire/index.ts";
import type { TorrentChoices } from "../settings/torrent-choices.ts";
import type { TorrentSpec } from "./torrent-spec.ts";

/** What everybody may know of the torrent. */
export interface RecordedTorrent {
  readonly spec: TorrentSpec;
  readonly folder: string;
  readonly choices: TorrentChoices;
  readonly finishedAtUnixMs: number | undefined;
  /** Payload in this and former sessions. */
  readonly downloadedBytes: number;
  readonly uploadedBytes: number;
  readonly seedingMs: number;
  readonly swarm: Pick<Swarm, "exportPeers">;
}

/** What only the torrent itself knows. */
export interface RestingState {
  /** The folder that its data is on the way to. */
  readonly movingTo: string | undefined;
  readonly isPaused: boolean;
  /** Its files are known and chosen: the priorities in `content` count, not what was to be selected. */
  readonly isChosen: boolean;
  /** What is on disk; undefined before the metadata is known. */
  readonly content: ResumeContent | undefined;
}

export function resumeDataOf(torrent: RecordedTorrent, state: RestingState): ResumeData {
  const { spec } = torrent;
  const { isChosen, content } = state;
  const { labels, isSequential, maxDownBytesPerSecond, maxUpBytesPerSecond, goal } = torrent.choices;
  return {
    infoHash: spec.infoHash,
    folder: torrent.folder,
    movingTo: state.movingTo,
    displayName: spec.displayName,
    select: isChosen ? undefined : spec.select,
    selectOnly: isChosen ? undefined : spec.selectOnly,
    ignoredTrackers: spec.ignoredTrackers,
    ignoredWebSeeds: spec.ignoredWebSeeds,
    isPaused: state.isPaused,
    isSeedOnly: spec.isSeedOnly,
    addedAtUnixMs: Math.round(spec.addedAtUnixMs),
    finishedAtUnixMs: rounded(torrent.finishedAtUnixMs),
    downloadedBytes: torrent.downloadedBytes,
    uploadedBytes: torrent.uploadedBytes,
    maxDownBytesPerSecond,
    maxUpBytesPerSecond,
    usesDefaultGoal: goal === undefined,
    seedRatio: goal?.ratio,
    seedForMs: rounded(goal?.forMs),
    seedingMs: Math.round(torrent.seedingMs),
    labels,
    isSequential,
    peers: torrent.swarm.exportPeers(MAX_RESUME_PEERS).map((peer) => peer.address),
    content,
  };
}

/** Records hold whole milliseconds; what callers and simulated clocks give need not be whole. */
function rounded(milliseconds: number | undefined): number | undefined {
  return milliseconds === undefined ? undefined : Math.round(milliseconds);
}
