/** Whether everything wanted of a torrent is here, since when, and whether it has given enough. */
import type { Clock } from "../../core/ports.ts";
import { isGoalMet, type SeedingGoal } from "./seeding-goal.ts";
import { SeedingTime } from "./seeding-time.ts";

export interface TorrentCompletionOptions {
  readonly clock: Clock;
  readonly unixMs: () => number;
  /** Of former sessions. */
  readonly finishedAtUnixMs: number | undefined;
  readonly seedingMs: number;
  /** The goal that counts at present. */
  readonly goal: () => SeedingGoal;
  readonly given: () => { readonly uploadedBytes: number; readonly wantedBytes: number };
}

export class TorrentCompletion {
  readonly #options: TorrentCompletionOptions;
  readonly #seedingTime: SeedingTime;
  #isComplete = false;
  #isGoalMet = false;
  #finishedAtUnixMs: number | undefined;

  constructor(options: TorrentCompletionOptions) {
    this.#options = options;
    this.#seedingTime = new SeedingTime(options.seedingMs);
    this.#finishedAtUnixMs = options.finishedAtUnixMs;
  }

  /** Every wanted piece was seen to be here. */
  get isComplete(): boolean {
    return this.#isComplete;
  }

  /** Its goal was met and holds: it rests. */
  get isGoalMet(): boolean {
    return this.#isGoalMet;
  }

  get finishedAtUnixMs(): number | undefined {
    return this.#finishedAtUnixMs;
  }

  /** Time complete and running, over all sessions. */
  get seedingMs(): number {
    return this.#seedingTime.totalMs(this.#options.clock.nowMs());
  }

  /** Everything wanted is here. Answers whether it is so for the first time in its life. */
  reach(): boolean {
    this.#isComplete = true;
    this.#seedingTime.start(this.#options.clock.nowMs());
    const isFirstTime = this.#finishedAtUnixMs === undefined;
    this.#finishedAtUnixMs ??= this.#options.unixMs();
    return isFirstTime;
  }

  /** Something that is wanted may be missing: other files are, or what is on disk is doubted. */
  reopen(): void {
    this.rest();
    this.#isComplete = false;
    this.#isGoalMet = false;
  }

  /** It does not run any more: its seeding time stands still. */
  rest(): void {
    this.#seedingTime.stop(this.#options.clock.nowMs());
  }

  /** What was finished is to go on. */
  goOn(): void {
    this.#isGoalMet = false;
  }

  /** Notes whether the goal is met by now; `true` when it was not before. */
  meetGoal(): boolean {
    if (this.#isGoalMet || !this.isGoalReached()) return false;
    this.#isGoalMet = true;
    return true;
  }

  /** As the figures are now; whether it rests for it is another matter. */
  isGoalReached(): boolean {
    const goal = this.#options.goal();
    // Asked every second of each of a thousand torrents, most of which seed for ever.
    if (goal.ratio === undefined && goal.forMs === undefined) return false;
    return isGoalMet(goal, { ...this.#options.given(), seedingMs: this.seedingMs });
  }

  /** True once in a while, as long as seeding time passes: whoever asks saves it. */
  isTimeWorthSaving(): boolean {
    return this.#seedingTime.isWorthSaving(this.#options.clock.nowMs());
  }
}
