/**
 * Moves a torrent through its life: knows what is wanted of it and what has stopped it, and takes the steps that
 * follow (`lifecycle.ts`), one at a time. What fails becomes the phase `failed`, never an exception out of here.
 */
import { type ClientError, toClientError } from "../../core/errors.ts";
import type { TorrentPhase } from "../session-view.ts";
import { type LifecycleState, nextStep, phaseOf, type Step } from "./lifecycle.ts";
import { SerialLane } from "./serial-lane.ts";
import type { TorrentCompletion } from "./torrent-completion.ts";
import type { TorrentContent } from "./torrent-content.ts";
import type { TorrentFailure } from "./torrent-failure.ts";
import type { TorrentPlace } from "./torrent-place.ts";
import type { TorrentRun } from "./torrent-run.ts";

/** Whoever changes one of them calls `TorrentLife.changed`. */
export interface TorrentWishes {
  isPaused: boolean;
  /** Rests as soon as the metadata is known; nothing is written or remembered. */
  isMetadataOnly: boolean;
  /** It waits for its turn. */
  isQueued: boolean;
  /** Everything on disk is to be hashed again. */
  isVerifying: boolean;
  /** The session ends. */
  isClosed: boolean;
}

export interface TorrentLifeOptions {
  readonly isPaused: boolean;
  readonly isMetadataOnly: boolean;
  readonly run: TorrentRun;
  readonly completion: TorrentCompletion;
  readonly failure: TorrentFailure;
  readonly place: TorrentPlace;
  readonly content: () => TorrentContent | undefined;
  /** What is on disk has been looked at. */
  readonly onChecked: () => void;
  readonly log: (text: string) => void;
  /** Something that is shown has changed. */
  readonly onChange: () => void;
  /** It has another phase: what people and scripts wait for. */
  readonly onPhase: () => void;
}

export class TorrentLife {
  readonly wishes: TorrentWishes;
  readonly #options: TorrentLifeOptions;
  readonly #lane = new SerialLane(() => this.#advance());
  #shownPhase: TorrentPhase | undefined;

  constructor(options: TorrentLifeOptions) {
    this.#options = options;
    const { isPaused, isMetadataOnly } = options;
    this.wishes = { isPaused, isMetadataOnly, isQueued: false, isVerifying: false, isClosed: false };
  }

  get phase(): TorrentPhase {
    return phaseOf(this.#state());
  }

  /** It is not to run, whoever has its turn. */
  get isResting(): boolean {
    const { isPaused, isFailed, isGoalMet } = this.#state();
    return isPaused || isFailed || isGoalMet;
  }

  /** Something that is wanted, or known, has changed: takes the steps that follow. */
  changed(): void {
    const { isVerifying, isQueued } = this.wishes;
    if (!isVerifying && (this.isResting || isQueued)) this.#options.run.stopCheck();
    this.#show();
    void this.#lane.run();
  }

  /** Resolves when every step that follows from what is wanted now is taken. */
  async settle(): Promise<void> {
    await this.#lane.run();
  }

  fail(failure: ClientError): void {
    if (!this.#options.failure.note(failure)) return;
    this.wishes.isVerifying = false;
    this.#options.log(`stopped: ${failure.message}`);
    this.changed();
  }

  #state(): LifecycleState {
    const { run, completion, failure } = this.#options;
    const { isPaused, isQueued, isVerifying, isClosed } = this.wishes;
    const content = this.#options.content();
    return {
      isPaused: isPaused || isClosed,
      isQueued,
      isFailed: failure.current !== undefined,
      isGoalMet: completion.isGoalMet,
      isMoving: this.#isMoveDue(),
      isVerifying: isVerifying && !isClosed,
      isComplete: completion.isComplete,
      hasMetadata: content !== undefined,
      isStarted: run.isStarted,
      isOpen: content?.isOpen ?? false,
      isChecked: content?.isChecked ?? false,
      isPrepared: run.isPrepared,
      isServing: run.isServing,
    };
  }

  #isMoveDue(): boolean {
    const { place, failure, content } = this.#options;
    const isPossible = content() !== undefined && failure.current === undefined && !this.wishes.isClosed;
    return place.move !== undefined && isPossible;
  }

  async #advance(): Promise<void> {
    for (let step = nextStep(this.#state()); step !== "none"; step = nextStep(this.#state())) {
      try {
        await this.#take(step);
      } catch (error) {
        this.fail(toClientError(error));
      }
      this.#show();
    }
  }

  #take(step: Exclude<Step, "none">): Promise<void> {
    const { run } = this.#options;
    switch (step) {
      case "move":
        return this.#moveFiles();
      case "start":
        return run.meetPeers();
      case "open":
        return run.open();
      case "check":
        return this.#check();
      case "prepare":
        return run.prepare();
      case "serve":
        return run.serve();
      case "halt":
        return run.halt();
    }
  }

  async #moveFiles(): Promise<void> {
    const content = this.#options.content();
    if (content !== undefined) await this.#options.place.moveFiles(content);
  }

  async #check(): Promise<void> {
    if (!(await this.#options.run.check())) return;
    this.wishes.isVerifying = false;
    this.#options.onChecked();
  }

  /** A new phase is what people and scripts wait for: it is shown at once. */
  #show(): void {
    this.#options.onChange();
    const { phase } = this;
    if (phase === this.#shownPhase) return;
    this.#shownPhase = phase;
    this.#options.onPhase();
  }
}
