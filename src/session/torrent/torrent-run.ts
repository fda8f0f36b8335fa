/** The steps of a torrent's life (`lifecycle.ts`): what each does to its swarm, its disk and its peer sources. */
import type { Swarm } from "../../wire/index.ts";
import type { SessionPlatform, TorrentDiskEvents } from "../session-ports.ts";
import type { CheckQueue } from "./check-queue.ts";
import type { PeerSources } from "./peer-sources.ts";
import { piecesLanded } from "./pieces-landed.ts";
import type { TorrentContent } from "./torrent-content.ts";

export interface TorrentRunOptions {
  readonly platform: SessionPlatform;
  readonly swarm: Swarm;
  readonly sources: PeerSources;
  readonly checks: CheckQueue;
  readonly content: () => TorrentContent | undefined;
  readonly folder: () => string;
  readonly usesPartNames: () => boolean;
  /** What others are told to dial; undefined = they are not told of us. */
  readonly announcedPort: () => number | undefined;
  /** Something that is shown has changed. */
  readonly onChange: () => void;
  /** Data flows from now on. */
  readonly onServing: () => void;
  /** Everything rests: saves what is known, before the disk is closed. */
  readonly onHalt: () => Promise<void>;
}

export class TorrentRun {
  readonly #options: TorrentRunOptions;
  #isStarted = false;
  #isPrepared = false;
  #isServing = false;
  #checkedRatio = 0;
  #checkAbort = new AbortController();

  constructor(options: TorrentRunOptions) {
    this.#options = options;
  }

  /** The swarm is started. */
  get isStarted(): boolean {
    return this.#isStarted;
  }

  /** The files that are wanted have their place on disk. */
  get isPrepared(): boolean {
    return this.#isPrepared;
  }

  /** The swarm knows the content: data flows. */
  get isServing(): boolean {
    return this.#isServing;
  }

  /** 0 to 1 while checking. */
  get checkedRatio(): number {
    return this.#checkedRatio;
  }

  async meetPeers(): Promise<void> {
    this.#isStarted = true;
    this.#options.swarm.start();
    this.showPresence();
  }

  async open(): Promise<void> {
    const { platform, content, folder, usesPartNames } = this.#options;
    await content()?.open(platform.disk, folder(), this.#diskEvents(), { usesPartNames: usesPartNames() });
  }

  /** False when it was stopped on the way. */
  async check(): Promise<boolean> {
    const { checks, content, onChange } = this.#options;
    const abort = new AbortController();
    this.#checkAbort = abort;
    this.#checkedRatio = 0;
    const isDone = await checks.run(abort.signal, async () => {
      return await content()?.check(abort.signal, ({ checkedPieces, totalPieces }) => {
        this.#checkedRatio = checkedPieces / totalPieces;
        onChange();
      });
    });
    return isDone === true;
  }

  stopCheck(): void {
    this.#checkAbort.abort();
  }

  async prepare(): Promise<void> {
    await this.#options.content()?.prepare();
    this.#isPrepared = true;
  }

  /** Other files are wanted than before: `prepare` is due again. */
  unprepare(): void {
    this.#isPrepared = false;
  }

  async serve(): Promise<void> {
    const content = this.#options.content();
    if (content === undefined) return;
    const { pieceMap, rawInfo } = content.metainfo;
    this.#options.swarm.setContent({
      pieceMap,
      rawInfo,
      have: content.have,
      priorities: content.piecePriorities,
      storage: content.disk,
    });
    this.#isServing = true;
    this.#options.onServing();
    this.showPresence();
  }

  /** Saves and closes, whatever goes wrong on the way. */
  async halt(): Promise<void> {
    const { sources, swarm, platform, content, onHalt } = this.#options;
    sources.stop();
    swarm.stop();
    await piecesLanded(swarm, platform.clock);
    this.#isStarted = false;
    this.#isServing = false;
    this.#isPrepared = false;
    await onHalt();
    await content()?.close();
  }

  /** Tells the DHT that we are here, and whether we are complete. */
  showPresence(): void {
    if (!this.#isStarted) return;
    const { sources, announcedPort, content } = this.#options;
    sources.start({
      announcedPort: announcedPort(),
      isSeed: this.#isServing && content()?.have.isFull === true,
    });
  }

  #diskEvents(): TorrentDiskEvents {
    const { swarm } = this.#options;
    return {
      pieceChecked: (pieceIndex, verdict) => swarm.pieceChecked(pieceIndex, verdict),
      blockRead: (token, slot, code) => swarm.blockRead(token, slot, code),
    };
  }
}
