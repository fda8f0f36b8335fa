/** Puts the parts of a torrent together: each gets what it needs of the others, and of the torrent that they are of. */
import { toClientError } from "../../core/errors.ts";
import type { InfoHashHex } from "../../core/ids.ts";
import type { Swarm, SwarmEvent } from "../../wire/index.ts";
import { ContentReaders } from "./content-readers.ts";
import { PeerSources } from "./peer-sources.ts";
import { ResumeKeeper } from "./resume-keeper.ts";
import type { SeedingGoal } from "./seeding-goal.ts";
import { TorrentCompletion } from "./torrent-completion.ts";
import { TorrentFailure } from "./torrent-failure.ts";
import { TorrentHistory } from "./torrent-history.ts";
import { TorrentLife } from "./torrent-life.ts";
import { TorrentMetadata } from "./torrent-metadata.ts";
import { TorrentPlace } from "./torrent-place.ts";
import { type ReactingParts, TorrentReactions } from "./torrent-reactions.ts";
import { type RecordedTorrent, TorrentRecord } from "./torrent-record.ts";
import { TorrentRun } from "./torrent-run.ts";
import type { TorrentSpec } from "./torrent-spec.ts";
import type { TorrentSurroundings } from "./torrent-surroundings.ts";
import { TorrentTurn } from "./torrent-turn.ts";

/** What the parts ask of their torrent. */
export interface TorrentInside extends RecordedTorrent {
  readonly id: InfoHashHex;
  /** The goal that counts: its own, or the session's. */
  readonly goal: SeedingGoal;
}

export interface TorrentParts extends ReactingParts {
  readonly sources: PeerSources;
  readonly turn: TorrentTurn;
  readonly record: TorrentRecord;
  readonly reactions: TorrentReactions;
}

/** `torrent` is asked only later: it is not whole before it has its parts. */
export function torrentParts(torrent: TorrentInside, around: TorrentSurroundings): TorrentParts {
  const { id, spec } = torrent;
  const { platform, records, onChange } = around;
  const { clock } = platform;
  const log = (text: string) => around.log.add(text, id);
  const saveRecord = () => record.save();
  const content = () => metadata.content;
  const folder = () => place.folder;
  const fail = (error: unknown) => life.fail(toClientError(error));

  const reactions = new TorrentReactions(spec, around, { parts: () => parts, log });
  const swarm = addSwarm(spec, around, (event) => reactions.swarmSpoke(event));
  const metadata = new TorrentMetadata({ spec, records, log });
  const history = new TorrentHistory({ clock, log, onMilestone: around.onMilestone });
  const completion = new TorrentCompletion({
    clock,
    unixMs: () => platform.unixMs(),
    finishedAtUnixMs: spec.finishedAtUnixMs,
    seedingMs: spec.seedingMs,
    goal: () => torrent.goal,
    given: () => ({
      uploadedBytes: torrent.uploadedBytes,
      wantedBytes: metadata.content?.wantedBytes().all ?? 0,
    }),
  });
  const sources = peerSources(spec, around, { swarm, completion });
  const keeper = new ResumeKeeper({
    clock,
    save: saveRecord,
    onFailure: (error) => log(`resume data could not be saved: ${toClientError(error).message}`),
  });
  const place = new TorrentPlace({
    disk: platform.disk,
    folder: spec.folder,
    movingTo: spec.movingTo,
    isRemembered: () => !life.wishes.isMetadataOnly,
    flush: () => keeper.flush(),
    saveRecord,
    onRecordChange: () => keeper.changed(),
    folderChanged: (from, to) => records.folderChanged(id, from, to),
    fail,
    log,
    onChange,
  });
  const failure = new TorrentFailure({
    clock,
    freeBytes: () => platform.disk.freeBytes(place.folder),
    neededBytes: () => metadata.missingBytes,
    onSpace: () => reactions.spaceIsBack(),
  });
  const readers = new ContentReaders({
    disk: platform.disk,
    folder,
    content,
    phase: () => life.phase,
    setUrgentPieces: (pieces) => swarm.setUrgentPieces(pieces),
  });
  const run = new TorrentRun({
    platform,
    swarm,
    sources,
    checks: around.checks,
    content,
    folder,
    usesPartNames: () => around.usesPartNames() && !spec.isSeedOnly,
    announcedPort: () => (life.wishes.isMetadataOnly ? undefined : around.outside.port),
    onChange,
    onServing: () => reactions.servingBegan(),
    onHalt: () => reactions.halted(),
  });
  const life = new TorrentLife({
    isPaused: spec.isPaused,
    isMetadataOnly: spec.isMetadataOnly,
    run,
    completion,
    failure,
    place,
    content,
    onChecked: () => keeper.changed(),
    log,
    onChange,
    onPhase: () => {
      readers.wake();
      around.onMilestone();
      around.onTurnChange();
    },
  });
  const record = new TorrentRecord({ torrent, records, metadata, place, run, life });
  const parts: TorrentParts = {
    swarm,
    sources,
    history,
    metadata,
    readers,
    keeper,
    place,
    completion,
    failure,
    run,
    life,
    record,
    turn: new TorrentTurn({ clock, life, metadata, run }),
    reactions,
  };
  return parts;
}

function addSwarm(
  spec: TorrentSpec,
  { wire, listenPort }: TorrentSurroundings,
  onEvent: (event: SwarmEvent) => void,
): Swarm {
  const { infoHash, metainfo, isSuperSeed } = spec;
  const rawInfo = metainfo === undefined ? {} : { rawInfo: metainfo.rawInfo };
  return wire.addSwarm({ infoHash, listenPort, isSuperSeed, onEvent, ...rawInfo });
}

function peerSources(
  spec: TorrentSpec,
  around: TorrentSurroundings,
  { swarm, completion }: Pick<TorrentParts, "swarm" | "completion">,
): PeerSources {
  const { platform, dht, neighbours, addressProfile, ownAddresses, onChange } = around;
  return new PeerSources({
    clock: platform.clock,
    infoHash: spec.infoHash,
    addressProfile,
    ownAddresses,
    dht,
    neighbours,
    deliver: (peers, source) => swarm.addCandidates(peers, source),
    demand: () => {
      const { candidates, connectingPeers, connectedPeers } = swarm.view().counts;
      return {
        knownPeers: candidates + connectingPeers + connectedPeers,
        needsPeers: !completion.isComplete,
      };
    },
    onChange,
  });
}
