/**
 * One torrent of the session: what it is told, and what others may know of it. Commands and events change what is
 * wanted; `TorrentLife` takes the steps that follow. What fails becomes the phase `failed`, never an exception out of
 * here.
 */
import { ClientError } from "../../core/errors.ts";
import { type InfoHashHex, infoHashHex } from "../../core/ids.ts";
import type { Metainfo } from "../../torrent/metainfo.ts";
import type { Swarm } from "../../wire/index.ts";
import type { TorrentPhase, TorrentSettings } from "../session-view.ts";
import { changedChoices, type TorrentChoices } from "../settings/torrent-choices.ts";
import type { ContentReaders } from "./content-readers.ts";
import type { PeerSources } from "./peer-sources.ts";
import { NO_GOAL, type SeedingGoal } from "./seeding-goal.ts";
import type { TorrentContent } from "./torrent-content.ts";
import type { TorrentHistory } from "./torrent-history.ts";
import { type TorrentParts, torrentParts } from "./torrent-parts.ts";
import { specOfRecord, type TorrentSpec } from "./torrent-spec.ts";
import type { TorrentSurroundings } from "./torrent-surroundings.ts";
import type { TorrentTurn } from "./torrent-turn.ts";

export class Torrent {
  readonly id: InfoHashHex;
  readonly spec: TorrentSpec;
  readonly swarm: Swarm;
  readonly sources: PeerSources;
  readonly history: TorrentHistory;
  readonly readers: ContentReaders;
  readonly turn: TorrentTurn;
  readonly #around: TorrentSurroundings;
  readonly #parts: TorrentParts;
  #choices: TorrentChoices;

  constructor(spec: TorrentSpec, around: TorrentSurroundings) {
    this.id = infoHashHex(spec.infoHash);
    this.spec = spec;
    this.#around = around;
    this.#choices = spec.choices;
    this.#parts = torrentParts(this, around);
    this.swarm = this.#parts.swarm;
    this.sources = this.#parts.sources;
    this.history = this.#parts.history;
    this.readers = this.#parts.readers;
    this.turn = this.#parts.turn;
    this.#applyChoices();
  }

  get metainfo(): Metainfo | undefined {
    return this.#parts.metadata.metainfo;
  }

  /** Rests as soon as the metadata is known; nothing is written or remembered. */
  get isMetadataOnly(): boolean {
    return this.#parts.life.wishes.isMetadataOnly;
  }

  /** Where the data lies; while it is moved, where it lay. */
  get folder(): string {
    return this.#parts.place.folder;
  }

  /** 0 to 1 while moving. */
  get movedRatio(): number {
    return this.#parts.place.move?.movedRatio ?? 0;
  }

  /** Undefined before the metadata is known. */
  get content(): TorrentContent | undefined {
    return this.#parts.metadata.content;
  }

  get phase(): TorrentPhase {
    return this.#parts.life.phase;
  }

  get failure(): ClientError | undefined {
    return this.#parts.failure.current;
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
    return this.#parts.completion.seedingMs;
  }

  get finishedAtUnixMs(): number | undefined {
    return this.#parts.completion.finishedAtUnixMs;
  }

  /** 0 to 1 while checking. */
  get checkedRatio(): number {
    return this.#parts.run.checkedRatio;
  }

  /** Wanted bytes that are not here; 0 before the metadata is known. */
  get missingBytes(): number {
    return this.#parts.metadata.missingBytes;
  }

  /** What others are told to dial may be another port than before. */
  showPresence(): void {
    this.#parts.run.showPresence();
  }

  /** Its figures change by themselves: peers, rates, progress of a check. */
  get isActive(): boolean {
    const { run, place } = this.#parts;
    return run.isStarted || this.content?.isOpen === true || place.move !== undefined;
  }

  /** Payload uploaded in this and former sessions. */
  get uploadedBytes(): number {
    return this.spec.uploadedBytes + this.swarm.uploadedBytes;
  }

  get downloadedBytes(): number {
    return this.spec.downloadedBytes + this.swarm.downloadedBytes;
  }

  /** Begins its life; call once. */
  start(): void {
    if (this.spec.metainfo !== undefined) this.#parts.reactions.learn(this.spec.metainfo);
    const { manual, magnet, resume } = this.spec.peers;
    this.sources.add(manual, "manual");
    this.sources.add(magnet, "magnet");
    this.sources.add(resume, "resume");
    this.#changed();
  }

  pause(): void {
    const { wishes } = this.#parts.life;
    if (wishes.isPaused) return;
    wishes.isPaused = true;
    this.#log("paused");
    this.#changed();
  }

  /** Goes on after a pause, a failure or a met goal, which is dropped. Throws when the torrent may not run. */
  resume(): void {
    const { metadata, completion, reactions, life } = this.#parts;
    metadata.assertUsable(this.failure);
    if (completion.isGoalMet) this.#choices = { ...this.#choices, goal: NO_GOAL };
    life.wishes.isPaused = false;
    if (life.wishes.isMetadataOnly) void metadata.keep();
    life.wishes.isMetadataOnly = false;
    completion.goOn();
    reactions.recover();
    this.#log("resumed");
    this.#changed();
  }

  /** Throws `USAGE`, with nothing changed, for settings that make no sense. */
  setChoices(settings: TorrentSettings): void {
    this.#choices = changedChoices(this.#choices, settings);
    this.#applyChoices();
    this.reviewGoal();
    this.#parts.keeper.changed();
    this.#around.onChange();
  }

  /** The goal may be another one: what was finished goes on where the new one is not met. */
  reviewGoal(): void {
    const { completion, run, life, reactions } = this.#parts;
    if (completion.isGoalMet && !completion.isGoalReached()) {
      completion.goOn();
      life.changed();
    } else if (run.isServing && completion.isComplete) reactions.checkGoal();
  }

  /**
   * Rests while its data moves to `folder`, then goes on as before. Resolves when everything is there. Rejects with
   * `USAGE` while another move is under way, else with what the disk says; then the data is where it was.
   */
  async moveData(folder: string): Promise<void> {
    const { place, run, life, reactions } = this.#parts;
    if (place.move !== undefined)
      throw new ClientError("USAGE", `This torrent is being moved to ${place.move.target}.`);
    if (folder === place.folder) return;
    if (this.content === undefined || this.isMetadataOnly) {
      await place.settleIn(folder);
      return;
    }
    const move = place.planMove(folder);
    run.stopCheck();
    reactions.recover();
    this.#log(`moving to ${folder}`);
    life.changed();
    await move.done;
  }

  /** Hashes everything on disk again; afterwards it goes on or rests as before. Throws before the metadata is known. */
  verify(): void {
    const { metadata, completion, run, life, reactions } = this.#parts;
    const content = metadata.needContent();
    metadata.assertUsable(this.failure);
    life.wishes.isVerifying = true;
    completion.reopen();
    run.stopCheck();
    reactions.recover();
    content.distrust();
    this.#log("checking everything on disk");
    life.changed();
  }

  /** The metadata from elsewhere: the same torrent was added as a file. */
  offerMetainfo(metainfo: Metainfo): void {
    if (this.metainfo !== undefined) return;
    this.#parts.reactions.learn(metainfo);
    this.#parts.life.changed();
  }

  /** See `TorrentContent.setFilePriorities`; throws `NOT_FOUND` before the metadata is known. */
  setFilePriorities(priorities: readonly number[]): void {
    const { metadata, completion, run, reactions } = this.#parts;
    const content = metadata.needContent();
    content.setFilePriorities(priorities);
    const wasComplete = completion.isComplete;
    completion.reopen();
    run.unprepare();
    if (run.isServing) this.swarm.setPriorities(content.piecePriorities);
    reactions.noticeCompletion();
    if (wasComplete && !completion.isComplete) this.sources.lookNow();
    this.#changed();
  }

  /** The `.torrent` file. Throws `NOT_FOUND` before the metadata is known. */
  exportTorrent(): Uint8Array {
    return this.#parts.metadata.toTorrentFile();
  }

  /** Once a second: some goals are met by time, and what does not flow stalls. */
  tick(): void {
    const { run, completion, keeper, reactions } = this.#parts;
    this.turn.noteFlow(completion.isComplete ? this.uploadedBytes : this.downloadedBytes);
    if (!run.isServing || !completion.isComplete) return;
    if (completion.isTimeWorthSaving()) keeper.changed();
    reactions.checkGoal();
  }

  /** Saves, closes everything, and does nothing more. Resolves when the record is durable. */
  async close(): Promise<void> {
    const { life, failure, run, place, keeper } = this.#parts;
    life.wishes.isClosed = true;
    failure.close();
    run.stopCheck();
    place.move?.interrupt();
    this.readers.close();
    await life.settle();
    place.close();
    await keeper.flush();
    await keeper.close();
    this.swarm.remove();
  }

  /** Resolves when the present state is durable, or saving it has failed. */
  async save(): Promise<void> {
    this.#parts.keeper.changed();
    await this.#parts.keeper.flush();
  }

  /**
   * `close`, then forgets the torrent; with `deleteData` its files too. Rejects when these cannot be deleted. Answers
   * what it takes to have it again as it was.
   */
  async remove(options: { readonly deleteData: boolean }): Promise<TorrentSpec> {
    const { records, platform } = this.#around;
    const { keeper, place, record } = this.#parts;
    await keeper.close();
    await this.close();
    const last = record.data(await this.content?.checkpoint(true));
    if (!this.isMetadataOnly) await records.remove(this.id, place.folder);
    this.#log("removed");
    if (options.deleteData) {
      await this.content?.deleteData(platform.disk, place.folder);
      if (place.move !== undefined) await this.content?.deleteData(platform.disk, place.move.target);
    }
    return specOfRecord(last, this.metainfo);
  }

  /** What is wanted of it is another thing, and remembered. */
  #changed(): void {
    this.#parts.keeper.changed();
    this.#parts.life.changed();
  }

  #applyChoices(): void {
    const { maxDownBytesPerSecond, maxUpBytesPerSecond, isSequential } = this.#choices;
    this.swarm.setLimits({
      maxDownBytesPerSecond: maxDownBytesPerSecond ?? null,
      maxUpBytesPerSecond: maxUpBytesPerSecond ?? null,
    });
    this.swarm.setPieceOrder(isSequential ? "sequential" : "rarest-first");
  }

  #log(text: string): void {
    this.#around.log.add(text, this.id);
  }
}
