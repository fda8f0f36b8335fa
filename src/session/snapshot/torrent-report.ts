/**
 * One torrent as viewers see it. Keeps what only time shows (rates, presence of peers, how long a condition holds) and
 * makes the snapshot; a torrent at rest whose state did not change costs nothing.
 */
import { safeText } from "../../core/safe-text.ts";
import { formatMagnet } from "../../torrent/magnet.ts";
import type { SoleSource, SwarmView } from "../../wire/index.ts";
import { chainMarks } from "../diagnosis/chain.ts";
import { DiagnosisTracker } from "../diagnosis/diagnosis.ts";
import type { DiagnosisFacts } from "../diagnosis/diagnosis-facts.ts";
import { type EtaRange, etaRange, etaSeconds } from "../diagnosis/eta.ts";
import { type Health, healthOf, metadataHealth } from "../diagnosis/health.ts";
import { PresenceMeter } from "../diagnosis/presence-meter.ts";
import { RateHistory } from "../diagnosis/rate-history.ts";
import { MAX_FILES_SHOWN, MAX_PEERS_SHOWN, STRIP_CELLS } from "../session-config.ts";
import type { ChainMark, ChainStage, Diagnosis, TorrentSnapshot } from "../session-view.ts";
import type { Torrent } from "../torrent/torrent.ts";
import { peerSnapshot } from "./peer-snapshot.ts";
import { pieceMap, rarityClasses, reachableShareOf } from "./piece-snapshot.ts";
import { roundedHundredths, roundedMinutes, roundedRate, roundedRatio, roundedSeconds } from "./rounding.ts";
import { shareStructure } from "./share-structure.ts";
import { type SharedFacts, torrentFacts } from "./torrent-facts.ts";

/** A torrent that seeds to nobody is at rest after this long, when its rates have fallen to zero. */
const REST_MS = 10_000;
/** At rest it is looked at so often: what still changes is its seeding time, which is shown in minutes. */
const REST_LOOK_MS = 60_000;
/** Digits of the hash that spread the looks at a thousand torrents over that time. */
const PHASE_DIGITS = 4;
/** Digits of the hash that stand for a magnet without a name. */
const HASH_NAME_DIGITS = 12;

/** Weight of the newest second in the smoothed rates: blocks make the rates of slow transfers jump. */
const SMOOTHING = 0.1;

interface Verdict {
  readonly diagnosis: Diagnosis;
  readonly chain: Readonly<Record<ChainStage, ChainMark>>;
  readonly diagnosisSinceUnixMs: number;
  readonly health: number | null;
  readonly finishConfidence: number | null;
  readonly etaRange: EtaRange | null;
}

export class TorrentReport {
  readonly #torrent: Torrent;
  readonly #tracker = new DiagnosisTracker();
  readonly #rates = new RateHistory();
  readonly #presence = new PresenceMeter();
  #departures = 0;
  #lastDownloadedBytes = 0;
  #flowingAtMs: number | undefined;
  #smoothDown = 0;
  #smoothUp = 0;
  #soleSource: SoleSource | undefined;
  #verdict: Verdict | undefined;
  #facts: DiagnosisFacts | undefined;
  #snapshot: TorrentSnapshot | undefined;
  #isDirty = true;
  #hadDetails = false;
  #shownPosition = 0;
  /** When it last did anything but seed to nobody, and when it is looked at next while it rests. */
  #busyAtMs: number | undefined;
  #nextLookMs: number | undefined;
  #surroundings = "";

  constructor(torrent: Torrent) {
    this.#torrent = torrent;
  }

  /** What its diagnosis rests on; undefined before the first look. */
  get facts(): DiagnosisFacts | undefined {
    return this.#facts;
  }

  /** Something of the torrent changed. */
  touch(): void {
    this.#isDirty = true;
  }

  /** Looks at the torrent once a second: what holds for how long, and what follows from it. */
  tick(shared: SharedFacts): void {
    if (!this.#isLookDue(shared)) return;
    this.#isDirty = true;
    const view = this.#torrent.swarm.view();
    this.#observe(view, shared.nowMs);
    this.#soleSource = this.#torrent.phase === "downloading" ? this.#torrent.swarm.soleSource() : undefined;
    this.#judge(view, shared);
  }

  /** Unchanged torrents answer the former object: those at rest, and between two looks those that seed to nobody. */
  snapshot(shared: SharedFacts, queuePosition: number, wantsDetails: boolean): TorrentSnapshot {
    const isAsShown = wantsDetails === this.#hadDetails && queuePosition === this.#shownPosition;
    const isStill = !this.#torrent.isActive || this.#seedsToNobody;
    const isFresh = !this.#isDirty && isStill && isAsShown;
    if (isFresh && this.#snapshot !== undefined) return this.#snapshot;
    this.#isDirty = false;
    this.#hadDetails = wantsDetails;
    this.#shownPosition = queuePosition;
    const view = this.#torrent.swarm.view();
    this.#judge(view, shared);
    // What turns out equal keeps the identity that viewers know: else it is compared with theirs for ever after.
    this.#snapshot = shareStructure(this.#snapshot, this.#build(view, wantsDetails));
    return this.#snapshot;
  }

  get #seedsToNobody(): boolean {
    return this.#torrent.phase === "seeding" && this.#torrent.swarm.isAlone;
  }

  /** Whoever seeds a thousand torrents is asked for a few of them: the others are not looked at all the time. */
  #isLookDue({ nowMs, surroundings }: SharedFacts): boolean {
    const isBusy = !this.#seedsToNobody || surroundings !== this.#surroundings;
    if (isBusy || this.#busyAtMs === undefined) this.#busyAtMs = nowMs;
    this.#surroundings = surroundings;
    if (nowMs - this.#busyAtMs < REST_MS) {
      this.#nextLookMs = undefined;
      return true;
    }
    this.#nextLookMs ??= nowMs + phaseOf(this.#torrent) * REST_LOOK_MS;
    if (nowMs < this.#nextLookMs) return false;
    this.#nextLookMs = nowMs + REST_LOOK_MS;
    return true;
  }

  #observe(view: SwarmView, nowMs: number): void {
    const { connectedPeers, connectedSeeds } = view.counts;
    for (; this.#departures < this.#torrent.history.departures; this.#departures++) this.#presence.peerLeft();
    this.#presence.tick(connectedPeers, connectedSeeds, nowMs);
    if (this.#torrent.phase === "downloading") this.#rates.add(view.downBytesPerSecond, nowMs);
    else this.#rates.clear();
    const isFlowing = view.totals.downloadedBytes !== this.#lastDownloadedBytes || connectedPeers === 0;
    this.#lastDownloadedBytes = view.totals.downloadedBytes;
    if (isFlowing) this.#flowingAtMs = nowMs;
    this.#flowingAtMs ??= nowMs;
    this.#smoothDown += SMOOTHING * (view.downBytesPerSecond - this.#smoothDown);
    this.#smoothUp += SMOOTHING * (view.upBytesPerSecond - this.#smoothUp);
  }

  #judge(view: SwarmView, shared: SharedFacts): void {
    const facts = torrentFacts(this.#torrent, view, shared, {
      medianDownBytesPerSecond: this.#rates.medianBytesPerSecond,
      idleMs: shared.nowMs - (this.#flowingAtMs ?? shared.nowMs),
      soleSource: this.#soleSource,
      smoothDownBytesPerSecond: this.#smoothDown,
      smoothUpBytesPerSecond: this.#smoothUp,
    });
    this.#facts = facts;
    const former = this.#verdict;
    const diagnosis = this.#tracker.update(facts, shared.nowMs);
    const isSame = former?.diagnosis.code === diagnosis.code;
    const swarm = this.#swarmHealth(view);
    this.#verdict = {
      diagnosis,
      diagnosisSinceUnixMs: isSame ? former.diagnosisSinceUnixMs : shared.unixMs,
      chain: chainMarks(facts, diagnosis),
      health: swarm?.score ?? this.#healthWithoutSwarm(view),
      finishConfidence: swarm === undefined ? null : roundedHundredths(swarm.finishConfidence),
      etaRange: swarm === undefined ? null : this.#etaRange(facts),
    };
  }

  #healthWithoutSwarm(view: SwarmView): number | null {
    const { phase } = this.#torrent;
    if (phase === "resolving") return metadataHealth(view.counts.connectedPeers, view.metadataRatio);
    return phase === "failed" ? 0 : null;
  }

  /** Says something only while a swarm is at work. */
  #swarmHealth(view: SwarmView): Health | undefined {
    const torrent = this.#torrent;
    const missingPieces = view.wantedMissingPieces;
    if (torrent.phase !== "downloading" || missingPieces === 0) return undefined;
    const { counts } = view;
    return healthOf({
      missingPieces,
      missingBytes: torrent.missingBytes,
      seeds: counts.connectedSeeds,
      rarity: view.rarity,
      givingPeers: givingPeers(view),
      reservePeers: counts.candidates,
      newPeers: torrent.sources.newcomers,
      partialPeers: counts.connectedPeers - counts.connectedSeeds,
      rateBytesPerSecond: this.#rates.meanBytesPerSecond,
      seedDepartures: this.#presence.seedDepartures,
      seedSeconds: this.#presence.seedSeconds,
      peerDepartures: this.#presence.peerDepartures,
      peerSeconds: this.#presence.peerSeconds,
    });
  }

  #etaRange({ missingBytes, pieces }: DiagnosisFacts): EtaRange | null {
    const rates = this.#rates.range;
    const range = etaRange({
      missingBytes,
      highRateBytesPerSecond: rates?.highBytesPerSecond,
      lowRateBytesPerSecond: rates?.lowBytesPerSecond,
      reachableRatio: pieces.reachableRatio,
      soleSource: pieces.soleSource,
    });
    if (range === null) return null;
    return { lowSeconds: roundedSeconds(range.lowSeconds), highSeconds: roundedSeconds(range.highSeconds) };
  }

  #build(view: SwarmView, wantsDetails: boolean): TorrentSnapshot {
    const torrent = this.#torrent;
    const { content, metainfo, spec, failure, phase } = torrent;
    const verdict = this.#verdict as Verdict;
    const { estimatedPeers, estimatedSeeds } = torrent.sources.size.facts();
    const wanted = content?.wantedBytes();
    const strips =
      view.totalBytes === undefined ? { have: "", availability: "" } : torrent.swarm.strips(STRIP_CELLS);
    const hasPieces = view.totalBytes !== undefined;
    return {
      id: torrent.id,
      name: nameOf(torrent),
      magnet: magnetOf(torrent),
      phase,
      ...(failure === undefined
        ? {}
        : {
            failure: { code: failure.code, message: safeText(failure.message), hint: failure.hint ?? null },
          }),
      isPrivate: metainfo?.isPrivate ?? false,
      folder: torrent.folder,
      ...this.#choices(),
      queuePosition: this.#shownPosition,
      uploadRatio:
        wanted === undefined ? null : roundedHundredths(torrent.uploadedBytes / Math.max(1, wanted.all)),
      seedingMs: roundedMinutes(torrent.seedingMs),
      totalBytes: metainfo?.pieceMap.totalBytes ?? null,
      wantedBytes: wanted?.all ?? null,
      haveBytes: content?.haveBytes() ?? 0,
      wantedHaveBytes: wanted?.have ?? 0,
      pieceCount: metainfo?.pieceMap.pieceCount ?? null,
      pieceBytes: metainfo?.pieceMap.pieceBytes ?? null,
      havePieces: content?.have.count ?? 0,
      progressRatio: roundedRatio(this.#progress(view, wanted)),
      downBytesPerSecond: roundedRate(view.downBytesPerSecond),
      upBytesPerSecond: roundedRate(view.upBytesPerSecond),
      etaSeconds: this.#eta(view),
      etaRange: verdict.etaRange,
      totals: {
        ...view.totals,
        downloadedBytes: torrent.downloadedBytes,
        uploadedBytes: torrent.uploadedBytes,
      },
      counts: countsOf(view),
      copies: hasPieces ? roundedHundredths(view.copies) : null,
      reachableRatio: hasPieces ? roundedRatio(view.reachableRatio) : null,
      rarity: hasPieces ? rarityClasses(view) : [],
      haveStrip: strips.have,
      availabilityStrip: strips.availability,
      diagnosis: verdict.diagnosis,
      diagnosisSinceUnixMs: verdict.diagnosisSinceUnixMs,
      chain: verdict.chain,
      health: verdict.health,
      finishConfidence: verdict.finishConfidence,
      estimatedPeers: estimatedPeers ?? null,
      estimatedSeeds: estimatedSeeds ?? null,
      ignoredTrackers: spec.ignoredTrackers,
      ignoredWebSeeds: spec.ignoredWebSeeds,
      addedAtUnixMs: spec.addedAtUnixMs,
      finishedAtUnixMs: torrent.finishedAtUnixMs ?? null,
      milestones: torrent.history.milestones,
      isSuperSeeding: view.isSuperSeeding,
      pendingPieces: view.pendingPieces,
      peers: wantsDetails ? torrent.swarm.peers().slice(0, MAX_PEERS_SHOWN).map(peerSnapshot) : [],
      files: wantsDetails ? (content?.files(MAX_FILES_SHOWN, reachableShareOf(torrent)) ?? []) : [],
      pieces: wantsDetails && hasPieces ? pieceMap(torrent, view) : null,
      dhtTrail: wantsDetails ? torrent.sources.trail() : null,
    };
  }

  #choices(): Pick<
    TorrentSnapshot,
    | "labels"
    | "isSequential"
    | "maxDownBytesPerSecond"
    | "maxUpBytesPerSecond"
    | "seedRatio"
    | "seedForMs"
    | "usesDefaultGoal"
  > {
    const { choices, goal } = this.#torrent;
    return {
      labels: choices.labels,
      isSequential: choices.isSequential,
      maxDownBytesPerSecond: choices.maxDownBytesPerSecond ?? null,
      maxUpBytesPerSecond: choices.maxUpBytesPerSecond ?? null,
      seedRatio: goal.ratio ?? null,
      seedForMs: goal.forMs ?? null,
      usesDefaultGoal: choices.goal === undefined,
    };
  }

  #progress(view: SwarmView, wanted: { readonly all: number; readonly have: number } | undefined): number {
    if (this.#torrent.phase === "moving") return this.#torrent.movedRatio;
    if (this.#torrent.phase === "checking") return this.#torrent.checkedRatio;
    if (wanted === undefined) return view.metadataRatio;
    return wanted.all === 0 ? 1 : wanted.have / wanted.all;
  }

  #eta(view: SwarmView): number | null {
    if (this.#torrent.phase !== "downloading") return null;
    const seconds = etaSeconds(this.#torrent.missingBytes, view.downBytesPerSecond, view.reachableRatio);
    return seconds === null ? null : roundedSeconds(seconds);
  }
}

/** 0 to 1, spread evenly over torrents. */
function phaseOf(torrent: Torrent): number {
  return Number.parseInt(torrent.id.slice(0, PHASE_DIGITS), 16) / 16 ** PHASE_DIGITS;
}

/** Whoever lets us download and delivers, or would if we took more. */
function givingPeers({ activity }: SwarmView): number {
  return activity.sending + activity["rate-limited"] + activity["waiting-for-memory"];
}

function countsOf({ counts }: SwarmView): TorrentSnapshot["counts"] {
  return {
    connectedPeers: counts.connectedPeers,
    connectedSeeds: counts.connectedSeeds,
    connectingPeers: counts.connectingPeers,
    candidates: counts.candidates,
    unchokedByPeers: counts.unchokedByPeers,
    interestedPeers: counts.interestedPeers,
    incomingPeers: counts.incomingPeers,
    failedDials: counts.failedDials,
  };
}

function nameOf(torrent: Torrent): string {
  const name = torrent.metainfo?.name ?? torrent.spec.displayName;
  return safeText(name ?? `${torrent.id.slice(0, HASH_NAME_DIGITS)}…`);
}

function magnetOf(torrent: Torrent): string {
  const displayName = torrent.metainfo?.name ?? torrent.spec.displayName;
  const { infoHash } = torrent.spec;
  return formatMagnet(displayName === undefined ? { infoHash } : { infoHash, displayName });
}
