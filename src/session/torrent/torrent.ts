/**
 * One torrent of the session: joins its swarm, its disk, its peer sources and its record, and moves it through its
 * life (`lifecycle.ts`). Commands and events change what is wanted; `#advance` takes the steps that follow, one at a
 * time. What fails becomes the phase `failed`, never an exception out of here.
 */
import { ClientError, toClientError } from "../../core/errors.ts";
import { type InfoHashHex, infoHashHex } from "../../core/ids.ts";
import type { ResumeContent, ResumeData } from "../../storage/index.ts";
import { encodeTorrentFile, type Metainfo, withPaths } from "../../torrent/metainfo.ts";
import type { Swarm, SwarmEvent } from "../../wire/index.ts";
import { countText, sizeText } from "../diagnosis/figures.ts";
import { type Contender, STALLED_AFTER_MS } from "../queue/turns.ts";
import type { TorrentDiskEvents } from "../session-ports.ts";
import type { TorrentPhase, TorrentSettings } from "../session-view.ts";
import { changedChoices, type TorrentChoices } from "../settings/torrent-choices.ts";
import { ContentReaders } from "./content-readers.ts";
import { diskFailure } from "./disk-failure.ts";
import { FlowWatch } from "./flow-watch.ts";
import { type LifecycleState, nextStep, phaseOf, type Step } from "./lifecycle.ts";
import { PeerSources } from "./peer-sources.ts";
import { piecesLanded } from "./pieces-landed.ts";
import { ResumeKeeper } from "./resume-keeper.ts";
import { resumeDataOf } from "./resume-record.ts";
import { isGoalMet, NO_GOAL, type SeedingGoal } from "./seeding-goal.ts";
import { SeedingTime } from "./seeding-time.ts";
import { filePrioritiesOf } from "./selection.ts";
import { SerialLane } from "./serial-lane.ts";
import { SpaceRetry } from "./space-retry.ts";
import { TorrentContent } from "./torrent-content.ts";
import { TorrentHistory } from "./torrent-history.ts";
import { TorrentPlace } from "./torrent-place.ts";
import { assertMayDownload, readMetadata } from "./torrent-source.ts";
import { specOfRecord, type TorrentSpec } from "./torrent-spec.ts";
import type { TorrentSurroundings } from "./torrent-surroundings.ts";

export class Torrent {
  readonly id: InfoHashHex;
  readonly spec: TorrentSpec;
  readonly swarm: Swarm;
  readonly sources: PeerSources;
  readonly history: TorrentHistory;
  readonly readers: ContentReaders;
  readonly #around: TorrentSurroundings;
  readonly #keeper: ResumeKeeper;
  readonly #place: TorrentPlace;
  readonly #spaceRetry: SpaceRetry;
  readonly #lane = new SerialLane(() => this.#advance());
  #metainfo: Metainfo | undefined;
  #content: TorrentContent | undefined;
  readonly #flow = new FlowWatch();
  readonly #seedingTime: SeedingTime;
  #choices: TorrentChoices;
  #isPaused: boolean;
  #isQueued = false;
  #isMetadataOnly: boolean;
  #isVerifying = false;
  #isGoalMet = false;
  #isComplete = false;
  #isStarted = false;
  #isPrepared = false;
  #isServing = false;
  #isClosed = false;
  #failure: ClientError | undefined;
  #shownPhase: TorrentPhase | undefined;
  #finishedAtUnixMs: number | undefined;
  #checkedRatio = 0;
  #checkAbort = new AbortController();

  constructor(spec: TorrentSpec, around: TorrentSurroundings) {
    const { platform } = around;
    this.id = infoHashHex(spec.infoHash);
    this.spec = spec;
    this.#around = around;
    this.#choices = spec.choices;
    this.#place = this.#findPlace();
    this.#seedingTime = new SeedingTime(spec.seedingMs);
    this.#isPaused = spec.isPaused;
    this.#isMetadataOnly = spec.isMetadataOnly;
    this.#finishedAtUnixMs = spec.finishedAtUnixMs;
    this.history = new TorrentHistory({
      clock: platform.clock,
      log: (text) => this.#log(text),
      onMilestone: around.onMilestone,
    });
    this.swarm = this.#addSwarm();
    this.#applyChoices();
    this.readers = new ContentReaders({
      disk: platform.disk,
      folder: () => this.#place.folder,
      content: () => this.#content,
      phase: () => this.phase,
      setUrgentPieces: (pieces) => this.swarm.setUrgentPieces(pieces),
    });
    this.sources = this.#makeSources();
    this.#keeper = new ResumeKeeper({
      clock: platform.clock,
      save: () => this.#saveRecord(),
      onFailure: (error) => this.#log(`resume data could not be saved: ${toClientError(error).message}`),
    });
    this.#spaceRetry = new SpaceRetry({
      clock: platform.clock,
      freeBytes: () => platform.disk.freeBytes(this.#place.folder),
      neededBytes: () => this.missingBytes,
      onSpace: () => this.#spaceIsBack(),
    });
  }

  get metainfo(): Metainfo | undefined {
    return this.#metainfo;
  }

  /** Rests as soon as the metadata is known; nothing is written or remembered. */
  get isMetadataOnly(): boolean {
    return this.#isMetadataOnly;
  }

  /** Where the data lies; while it is moved, where it lay. */
  get folder(): string {
    return this.#place.folder;
  }

  /** 0 to 1 while moving. */
  get movedRatio(): number {
    return this.#place.move?.movedRatio ?? 0;
  }

  /** Undefined before the metadata is known. */
  get content(): TorrentContent | undefined {
    return this.#content;
  }

  get phase(): TorrentPhase {
    return phaseOf(this.#lifecycle());
  }

  get failure(): ClientError | undefined {
    return this.#failure;
  }

  get choices(): TorrentChoices {
    return this.#choices;
  }

  /** The goal that counts: its own, or the session's. */
  get goal(): SeedingGoal {
    return this.#choices.goal ?? this.#around.defaultGoal();
  }

  /** Time complete and running, over all sessions. */
  get seedingMs(): number {
    return this.#seedingTime.totalMs(this.#nowMs());
  }

  get finishedAtUnixMs(): number | undefined {
    return this.#finishedAtUnixMs;
  }

  /** 0 to 1 while checking. */
  get checkedRatio(): number {
    return this.#checkedRatio;
  }

  /** Wanted bytes that are not here; 0 before the metadata is known. */
  get missingBytes(): number {
    const wanted = this.#content?.wantedBytes();
    return wanted === undefined ? 0 : wanted.all - wanted.have;
  }

  /** Its figures change by themselves: peers, rates, progress of a check. */
  get isActive(): boolean {
    return this.#isStarted || this.#content?.isOpen === true || this.#place.move !== undefined;
  }

  /** Payload uploaded in this and former sessions. */
  get uploadedBytes(): number {
    return this.spec.uploadedBytes + this.swarm.view().totals.uploadedBytes;
  }

  get downloadedBytes(): number {
    return this.spec.downloadedBytes + this.swarm.view().totals.downloadedBytes;
  }

  /** Begins its life; call once. */
  start(): void {
    if (this.spec.metainfo !== undefined) this.#learn(this.spec.metainfo);
    const { manual, magnet, resume } = this.spec.peers;
    this.sources.add(manual, "manual");
    this.sources.add(magnet, "magnet");
    this.sources.add(resume, "resume");
    this.#keeper.changed();
    this.#changed();
  }

  pause(): void {
    if (this.#isPaused) return;
    this.#isPaused = true;
    this.#log("paused");
    this.#keeper.changed();
    this.#changed();
  }

  /** Goes on after a pause, a failure or a met goal, which is dropped. Throws when the torrent may not run. */
  resume(): void {
    this.#assertUsable();
    if (this.#isGoalMet) this.#choices = { ...this.#choices, goal: NO_GOAL };
    this.#isPaused = false;
    if (this.#isMetadataOnly && this.#metainfo !== undefined) void this.#keepMetadata(this.#metainfo);
    this.#isMetadataOnly = false;
    this.#isGoalMet = false;
    this.#recover();
    this.#log("resumed");
    this.#keeper.changed();
    this.#changed();
  }

  /** Throws `USAGE`, with nothing changed, for settings that make no sense. */
  setChoices(settings: TorrentSettings): void {
    this.#choices = changedChoices(this.#choices, settings);
    this.#applyChoices();
    this.reviewGoal();
    this.#keeper.changed();
    this.#around.onChange();
  }

  /** The goal may be another one: what was finished goes on where the new one is not met. */
  reviewGoal(): void {
    if (this.#isGoalMet && !this.#meetsGoal()) {
      this.#isGoalMet = false;
      this.#changed();
    } else if (this.#isServing && this.#isComplete) this.#checkGoal();
  }

  /**
   * Rests while its data moves to `folder`, then goes on as before. Resolves when everything is there. Rejects with
   * `USAGE` while another move is under way, else with what the disk says; then the data is where it was.
   */
  async moveData(folder: string): Promise<void> {
    if (this.#place.move !== undefined)
      throw new ClientError("USAGE", `This torrent is being moved to ${this.#place.move.target}.`);
    if (folder === this.#place.folder) return;
    if (this.#content === undefined || this.#isMetadataOnly) {
      await this.#place.settleIn(folder);
      return;
    }
    const move = this.#place.planMove(folder);
    this.#checkAbort.abort();
    this.#recover();
    this.#log(`moving to ${folder}`);
    this.#changed();
    await move.done;
  }

  /** Has its turn, or waits for it. */
  setQueued(isQueued: boolean): void {
    if (isQueued === this.#isQueued) return;
    this.#isQueued = isQueued;
    this.#flow.restart(this.#nowMs());
    this.#changed();
  }

  /** What it wants of the queue. */
  contender(): Contender {
    const { isPaused, isFailed, isGoalMet } = this.#lifecycle();
    if (isPaused || isFailed || isGoalMet || this.#isMetadataOnly)
      return { wants: "nothing", isStalled: false };
    const isStalled = !this.#isQueued && this.#flow.idleMs(this.#nowMs()) >= STALLED_AFTER_MS;
    return { wants: this.#hasAllWanted() ? "seed" : "download", isStalled };
  }

  /** Hashes everything on disk again; afterwards it goes on or rests as before. Throws before the metadata is known. */
  verify(): void {
    if (this.#content === undefined) throw notKnownYet();
    this.#assertUsable();
    this.#isVerifying = true;
    this.#isComplete = false;
    this.#isGoalMet = false;
    this.#checkAbort.abort();
    this.#recover();
    this.#content.distrust();
    this.#log("checking everything on disk");
    this.#changed();
  }

  /** The metadata from elsewhere: the same torrent was added as a file. */
  offerMetainfo(metainfo: Metainfo): void {
    if (this.#metainfo !== undefined) return;
    this.#learn(metainfo);
    this.#changed();
  }

  /** Throws `NOT_FOUND` before the metadata is known, `USAGE` for priorities that do not fit. */
  setFilePriorities(priorities: readonly number[]): void {
    if (this.#content === undefined) throw notKnownYet();
    this.#content.setFilePriorities(priorities);
    const wasComplete = this.#isComplete;
    this.#seedingTime.stop(this.#nowMs());
    this.#isPrepared = false;
    this.#isComplete = false;
    this.#isGoalMet = false;
    if (this.#isServing) this.swarm.setPriorities(this.#content.piecePriorities);
    this.#noticeCompletion();
    if (wasComplete && !this.#isComplete) this.sources.lookNow();
    this.#keeper.changed();
    this.#changed();
  }

  /** The `.torrent` file. Throws `NOT_FOUND` before the metadata is known. */
  exportTorrent(): Uint8Array {
    if (this.#metainfo === undefined) throw notKnownYet();
    return encodeTorrentFile(this.#metainfo);
  }

  /** Once a second: some goals are met by time, and what does not flow stalls. */
  tick(): void {
    const nowMs = this.#nowMs();
    const isFetchingMetadata = this.#isStarted && this.#content === undefined;
    if (this.#isServing || isFetchingMetadata)
      this.#flow.note(this.#isComplete ? this.uploadedBytes : this.downloadedBytes, nowMs);
    else this.#flow.restart(nowMs);
    if (!this.#isServing || !this.#isComplete) return;
    if (this.#seedingTime.isWorthSaving(nowMs)) this.#keeper.changed();
    this.#checkGoal();
  }

  /** Saves, closes everything, and does nothing more. Resolves when the record is durable. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#spaceRetry.disarm();
    this.#checkAbort.abort();
    this.#place.move?.interrupt();
    this.readers.close();
    await this.#lane.run();
    await this.#keeper.flush();
    await this.#keeper.close();
    this.swarm.remove();
  }

  /** Resolves when the present state is durable, or saving it has failed. */
  async save(): Promise<void> {
    this.#keeper.changed();
    await this.#keeper.flush();
  }

  /**
   * `close`, then forgets the torrent; with `deleteData` its files too. Rejects when these cannot be deleted. Answers
   * what it takes to have it again as it was.
   */
  async remove(options: { readonly deleteData: boolean }): Promise<TorrentSpec> {
    const { records, platform } = this.#around;
    await this.#keeper.close();
    await this.close();
    const record = this.#resumeData(await this.#content?.checkpoint(true));
    if (!this.#isMetadataOnly) await records.remove(this.id, this.#place.folder);
    this.#log("removed");
    if (options.deleteData) {
      await this.#content?.deleteData(platform.disk, this.#place.folder);
      if (this.#place.move !== undefined)
        await this.#content?.deleteData(platform.disk, this.#place.move.target);
    }
    return specOfRecord(record, this.#metainfo);
  }

  #addSwarm(): Swarm {
    const { wire, listenPort } = this.#around;
    const { infoHash, metainfo } = this.spec;
    return wire.addSwarm({
      infoHash,
      listenPort,
      isSuperSeed: this.spec.isSuperSeed,
      onEvent: (event) => this.#handleSwarm(event),
      ...(metainfo === undefined ? {} : { rawInfo: metainfo.rawInfo }),
    });
  }

  #findPlace(): TorrentPlace {
    const { platform, records, onChange } = this.#around;
    return new TorrentPlace({
      disk: platform.disk,
      folder: this.spec.folder,
      movingTo: this.spec.movingTo,
      isRemembered: () => !this.#isMetadataOnly,
      flush: () => this.#keeper.flush(),
      saveRecord: () => this.#saveRecord(),
      onRecordChange: () => this.#keeper.changed(),
      folderChanged: (former, folder) => records.folderChanged(this.id, former, folder),
      fail: (failure) => this.#fail(failure),
      log: (text) => this.#log(text),
      onChange,
    });
  }

  #applyChoices(): void {
    const { maxDownBytesPerSecond, maxUpBytesPerSecond, isSequential } = this.#choices;
    this.swarm.setLimits({
      maxDownBytesPerSecond: maxDownBytesPerSecond ?? null,
      maxUpBytesPerSecond: maxUpBytesPerSecond ?? null,
    });
    this.swarm.setPieceOrder(isSequential ? "sequential" : "rarest-first");
  }

  #makeSources(): PeerSources {
    const { platform, dht, neighbours, addressProfile, ownAddresses, onChange } = this.#around;
    return new PeerSources({
      clock: platform.clock,
      infoHash: this.spec.infoHash,
      addressProfile,
      ownAddresses,
      dht,
      neighbours,
      deliver: (peers, source) => this.swarm.addCandidates(peers, source),
      demand: () => {
        const { candidates, connectingPeers, connectedPeers } = this.swarm.view().counts;
        return { knownPeers: candidates + connectingPeers + connectedPeers, needsPeers: !this.#isComplete };
      },
      onChange,
    });
  }

  // ---- the way through life -------------------------------------------------------------------------------------

  #lifecycle(): LifecycleState {
    return {
      isPaused: this.#isPaused || this.#isClosed,
      isQueued: this.#isQueued,
      isFailed: this.#failure !== undefined,
      isGoalMet: this.#isGoalMet,
      isMoving: this.#isMoveDue(),
      isVerifying: this.#isVerifying && !this.#isClosed,
      isComplete: this.#isComplete,
      hasMetadata: this.#content !== undefined,
      isStarted: this.#isStarted,
      isOpen: this.#content?.isOpen ?? false,
      isChecked: this.#content?.isChecked ?? false,
      isPrepared: this.#isPrepared,
      isServing: this.#isServing,
    };
  }

  /** Something that is wanted, or known, has changed: takes the steps that follow. */
  #changed(): void {
    const { isPaused, isFailed, isGoalMet, isQueued } = this.#lifecycle();
    if (!this.#isVerifying && (isPaused || isFailed || isGoalMet || isQueued)) this.#checkAbort.abort();
    this.#show();
    void this.#lane.run();
  }

  async #advance(): Promise<void> {
    for (let step = nextStep(this.#lifecycle()); step !== "none"; step = nextStep(this.#lifecycle())) {
      try {
        await this.#take(step);
      } catch (error) {
        this.#fail(toClientError(error));
      }
      this.#show();
    }
  }

  /** A new phase is what people and scripts wait for: it is shown at once. */
  #show(): void {
    this.#around.onChange();
    const { phase } = this;
    if (phase === this.#shownPhase) return;
    this.#shownPhase = phase;
    this.readers.wake();
    this.#around.onMilestone();
    this.#around.onTurnChange();
  }

  #take(step: Exclude<Step, "none">): Promise<void> {
    switch (step) {
      case "move":
        return this.#moveFiles();
      case "start":
        return this.#meetPeers();
      case "open":
        return this.#open();
      case "check":
        return this.#check();
      case "prepare":
        return this.#prepare();
      case "serve":
        return this.#serve();
      case "halt":
        return this.#halt();
    }
  }

  #isMoveDue(): boolean {
    return (
      this.#place.move !== undefined &&
      this.#content !== undefined &&
      this.#failure === undefined &&
      !this.#isClosed
    );
  }

  async #moveFiles(): Promise<void> {
    if (this.#content !== undefined) await this.#place.moveFiles(this.#content);
  }

  async #meetPeers(): Promise<void> {
    this.#isStarted = true;
    this.swarm.start();
    this.#showPresence();
  }

  async #open(): Promise<void> {
    const { disk } = this.#around.platform;
    const options = { usesPartNames: this.#around.usesPartNames() && !this.spec.isSeedOnly };
    await this.#content?.open(disk, this.#place.folder, this.#diskEvents(), options);
  }

  async #check(): Promise<void> {
    const content = this.#content;
    const abort = new AbortController();
    this.#checkAbort = abort;
    this.#checkedRatio = 0;
    const isDone = await this.#around.checks.run(abort.signal, async () => {
      return await content?.check(abort.signal, ({ checkedPieces, totalPieces }) => {
        this.#checkedRatio = checkedPieces / totalPieces;
        this.#around.onChange();
      });
    });
    if (isDone !== true) return;
    this.#isVerifying = false;
    this.#keeper.changed();
  }

  async #prepare(): Promise<void> {
    await this.#content?.prepare();
    this.#isPrepared = true;
  }

  async #serve(): Promise<void> {
    const content = this.#content;
    if (content === undefined) return;
    const { pieceMap, rawInfo } = content.metainfo;
    this.swarm.setContent({
      pieceMap,
      rawInfo,
      have: content.have,
      priorities: content.piecePriorities,
      storage: content.disk,
    });
    this.#isServing = true;
    this.readers.plan();
    this.#reportDamage(content.damagedPieces);
    this.#noticeCompletion();
    this.#showPresence();
  }

  /** Saves and closes, whatever goes wrong on the way. */
  async #halt(): Promise<void> {
    this.sources.stop();
    this.swarm.stop();
    await piecesLanded(this.swarm, this.#around.platform.clock);
    this.#seedingTime.stop(this.#nowMs());
    this.#isStarted = false;
    this.#isServing = false;
    this.#isPrepared = false;
    this.#keeper.changed();
    await this.#keeper.flush();
    await this.#content?.close();
  }

  #diskEvents(): TorrentDiskEvents {
    return {
      pieceChecked: (pieceIndex, verdict) => this.swarm.pieceChecked(pieceIndex, verdict),
      blockRead: (token, slot, code) => {
        this.swarm.blockRead(token, slot);
        // A disk that is being closed, or has no room for more reads, has not failed.
        if (slot === undefined && this.#isServing && code !== "EBUSY")
          this.#fail(diskFailure(code ?? "EIO", this.#place.folder));
      },
    };
  }

  // ---- what happens on the way ----------------------------------------------------------------------------------

  #handleSwarm(event: SwarmEvent): void {
    this.history.note(event);
    switch (event.type) {
      case "metadata-complete":
        this.#metadataArrived(event.rawInfo);
        break;
      case "piece-verified":
        this.#pieceVerified(event.pieceIndex);
        break;
      case "wanted-complete":
        this.#noticeCompletion();
        break;
      case "disk-failed":
        this.#fail(diskFailure(event.code, this.#place.folder));
        break;
      case "dht-node-found":
        this.#around.dht?.ping(event.address, () => {});
        break;
      default:
        break;
    }
    this.#around.onChange();
  }

  #metadataArrived(rawInfo: Uint8Array): void {
    try {
      this.#learn(readMetadata(rawInfo));
    } catch (error) {
      this.#fail(toClientError(error));
    }
    this.#changed();
  }

  /** Knows from now on what the torrent is. A torrent that may not be downloaded, or not as selected, fails. */
  #learn(learnt: Metainfo): void {
    const { spec } = this;
    const metainfo = withPaths(learnt, spec.paths);
    this.#metainfo = metainfo;
    const { files, pieceMap } = metainfo;
    const listed = files.filter((file) => !file.isPadding).length;
    this.history.reach(
      "metadataMs",
      `metadata: ${metainfo.name}, ${countText(listed, "file", "files")}, ${sizeText(pieceMap.totalBytes)}`,
    );
    try {
      const saved = spec.saved?.filePriorities;
      const priorities = filePrioritiesOf(metainfo, {
        select: spec.select,
        selectOnly: spec.selectOnly,
        saved,
      });
      this.#content = new TorrentContent(metainfo, priorities, {
        isSeedOnly: spec.isSeedOnly,
        saved: spec.saved,
        paths: spec.paths,
      });
      if (this.#isMetadataOnly) this.#isPaused = true;
      else assertMayDownload(metainfo);
      // What was finished when the last session ended rests at once: a thousand of them need no look at the disk.
      if (spec.isRestored && this.#hasAllWanted()) this.#isGoalMet = this.#meetsGoal();
    } catch (error) {
      this.#fail(toClientError(error));
      return;
    }
    if (!this.#isMetadataOnly) void this.#keepMetadata(metainfo);
    this.#keeper.changed();
  }

  async #keepMetadata(metainfo: Metainfo): Promise<void> {
    try {
      await this.#around.records.saveMetainfo(metainfo);
    } catch (error) {
      this.#log(`the metadata could not be saved: ${toClientError(error).message}`);
    }
  }

  #pieceVerified(pieceIndex: number): void {
    const bytes = this.#content?.pieceVerified(pieceIndex) ?? 0;
    if (bytes > 0) this.#keeper.stored(bytes);
    this.readers.wake();
    this.history.reach("firstPieceMs", "first piece");
  }

  /** Everything wanted is here: true at once for what was complete before. */
  #noticeCompletion(): void {
    if (this.#isComplete || !this.#isServing || this.swarm.view().wantedMissingPieces > 0) return;
    this.#isComplete = true;
    this.#seedingTime.start(this.#nowMs());
    const isFirstTime = this.#finishedAtUnixMs === undefined && !this.spec.isSeedOnly;
    this.#finishedAtUnixMs ??= this.#around.platform.unixMs();
    this.history.reach("doneMs", "everything wanted is here");
    this.#keeper.changed();
    void this.#keeper.flush().then(() => {
      if (isFirstTime) this.#around.onFinished();
    });
    this.#showPresence();
    this.#checkGoal();
  }

  #checkGoal(): void {
    if (this.#isGoalMet || !this.#meetsGoal()) return;
    this.#isGoalMet = true;
    this.#changed();
  }

  #meetsGoal(): boolean {
    return isGoalMet(this.goal, {
      uploadedBytes: this.uploadedBytes,
      wantedBytes: this.#content?.wantedBytes().all ?? 0,
      seedingMs: this.seedingMs,
    });
  }

  /** As far as is known: before the disk was looked at, what the last session claimed. */
  #hasAllWanted(): boolean {
    const wanted = this.#content?.wantedBytes();
    return wanted !== undefined && wanted.all > 0 && wanted.missingPieces === 0;
  }

  /** Tells the DHT that we are here, and whether we are complete. */
  #showPresence(): void {
    if (!this.#isStarted) return;
    this.sources.start({
      announcedPort: this.#isMetadataOnly ? undefined : this.#around.listenPort,
      isSeed: this.#isServing && this.#content?.have.isFull === true,
    });
  }

  #reportDamage(pieces: number): void {
    if (pieces > 0) this.#log(`${countText(pieces, "piece", "pieces")} on disk differ from the torrent`);
  }

  /** The first failure counts; what follows from it says less. */
  #fail(failure: ClientError): void {
    if (this.#failure !== undefined) return;
    this.#failure = failure;
    this.#isVerifying = false;
    this.#log(`stopped: ${failure.message}`);
    if (failure.code === "DISK_FULL") this.#spaceRetry.arm();
    this.#changed();
  }

  #spaceIsBack(): void {
    this.#log("there is space again");
    this.#recover();
    this.#changed();
  }

  #recover(): void {
    this.#spaceRetry.disarm();
    this.#failure = undefined;
    this.swarm.resumeDownloading();
  }

  /** Throws what makes the torrent fail for good: its metadata, or a selection that does not fit it. */
  #assertUsable(): void {
    if (this.#metainfo !== undefined) assertMayDownload(this.#metainfo);
    const isUnusable = this.#metainfo !== undefined && this.#content === undefined;
    const isRefused = this.#failure?.code === "TORRENT_INVALID" || this.#failure?.code === "TORRENT_V2_ONLY";
    if (this.#failure !== undefined && (isUnusable || isRefused)) throw this.#failure;
  }

  async #saveRecord(): Promise<void> {
    if (this.#isMetadataOnly) return;
    const isClean = !this.#isStarted;
    const content = this.#content === undefined ? this.spec.saved : await this.#content.checkpoint(isClean);
    await this.#around.records.saveResume(this.id, this.#resumeData(content));
  }

  #resumeData(content: ResumeContent | undefined): ResumeData {
    return resumeDataOf(this, {
      movingTo: this.#place.move?.target,
      isPaused: this.#isPaused,
      isChosen: this.#content !== undefined,
      content,
    });
  }

  #nowMs(): number {
    return this.#around.platform.clock.nowMs();
  }

  #log(text: string): void {
    this.#around.log.add(text, this.id);
  }
}

function notKnownYet(): ClientError {
  return new ClientError("NOT_FOUND", "The file list of this torrent is not known yet.", {
    hint: "It comes from the first peers; try again when it is here.",
  });
}
