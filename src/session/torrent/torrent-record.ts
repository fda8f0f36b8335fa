/** The record of a torrent: everything that a later session has to know of it. */
import { infoHashHex } from "../../core/ids.ts";
import { MAX_RESUME_PEERS, type ResumeContent, type ResumeData } from "../../storage/index.ts";
import type { Swarm } from "../../wire/index.ts";
import type { TorrentChoices } from "../settings/torrent-choices.ts";
import type { TorrentLife } from "./torrent-life.ts";
import type { TorrentMetadata } from "./torrent-metadata.ts";
import type { TorrentPlace } from "./torrent-place.ts";
import type { TorrentRecords } from "./torrent-records.ts";
import type { TorrentRun } from "./torrent-run.ts";
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

export interface TorrentRecordOptions {
  readonly torrent: RecordedTorrent;
  readonly records: TorrentRecords;
  readonly metadata: TorrentMetadata;
  readonly place: TorrentPlace;
  readonly run: TorrentRun;
  readonly life: TorrentLife;
}

export class TorrentRecord {
  readonly #options: TorrentRecordOptions;

  constructor(options: TorrentRecordOptions) {
    this.#options = options;
  }

  /** Durable when it resolves. Torrents of which only the metadata is wanted have no record. */
  async save(): Promise<void> {
    const { torrent, records, metadata, run, life } = this.#options;
    if (life.wishes.isMetadataOnly) return;
    const { spec } = torrent;
    const content =
      metadata.content === undefined ? spec.saved : await metadata.content.checkpoint(!run.isStarted);
    await records.saveResume(infoHashHex(spec.infoHash), this.data(content));
  }

  /** `content` is what is on disk; undefined before the metadata is known. */
  data(content: ResumeContent | undefined): ResumeData {
    const { torrent, metadata, place, life } = this.#options;
    const { spec, choices } = torrent;
    const { labels, isSequential, maxDownBytesPerSecond, maxUpBytesPerSecond, goal } = choices;
    // When its files are known and chosen the priorities in `content` count, not what was to be selected.
    const isChosen = metadata.content !== undefined;
    return {
      infoHash: spec.infoHash,
      folder: torrent.folder,
      movingTo: place.move?.target,
      displayName: spec.displayName,
      select: isChosen ? undefined : spec.select,
      selectOnly: isChosen ? undefined : spec.selectOnly,
      ignoredTrackers: spec.ignoredTrackers,
      ignoredWebSeeds: spec.ignoredWebSeeds,
      isPaused: life.wishes.isPaused,
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
}

/** Records hold whole milliseconds; what callers and simulated clocks give need not be whole. */
function rounded(milliseconds: number | undefined): number | undefined {
  return milliseconds === undefined ? undefined : Math.round(milliseconds);
}
