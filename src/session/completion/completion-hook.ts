/**
 * The user's program that is run when a torrent has everything that is wanted. It is given as a list of arguments and
 * never goes through a shell (threats C2): the path of the content comes last, as one argument, and what else is
 * known stands in the environment.
 */
import { toClientError } from "../../core/errors.ts";
import { safeText } from "../../core/safe-text.ts";
import type { ProgramRunner } from "../session-ports.ts";

/** Programs that run at a time: a torrent that is done must not start a hundred converters at once. */
const MAX_RUNNING = 2;
/** Torrents whose turn has not come; more are said and left out. */
const MAX_WAITING = 1_000;

/** What the program is told. */
export interface CompletedTorrent {
  readonly id: string;
  readonly name: string;
  readonly folder: string;
  /** Path of its file, or of its folder, below `folder`. */
  readonly path: string;
  readonly labels: readonly string[];
}

export class CompletionHook {
  readonly #runner: ProgramRunner;
  readonly #log: (text: string, torrentId: string) => void;
  readonly #waiting: (() => Promise<void>)[] = [];
  #running = 0;

  constructor(runner: ProgramRunner, log: (text: string, torrentId: string) => void) {
    this.#runner = runner;
    this.#log = log;
  }

  /** `program` is the program and its arguments. */
  torrentCompleted(program: readonly string[], torrent: CompletedTorrent): void {
    if (this.#waiting.length >= MAX_WAITING) {
      this.#log("the completion hook is left out: too many torrents wait for it", torrent.id);
      return;
    }
    this.#waiting.push(() => this.#run(program, torrent));
    this.#next();
  }

  #next(): void {
    if (this.#running >= MAX_RUNNING) return;
    const run = this.#waiting.shift();
    if (run === undefined) return;
    this.#running++;
    void run().finally(() => {
      this.#running--;
      this.#next();
    });
  }

  async #run(program: readonly string[], torrent: CompletedTorrent): Promise<void> {
    try {
      const code = await this.#runner.run(program, {
        folder: torrent.folder,
        path: torrent.path,
        environment: {
          STARLING_ID: torrent.id,
          STARLING_NAME: safeText(torrent.name),
          STARLING_LABELS: torrent.labels.join(","),
        },
      });
      this.#log(
        code === 0 ? "the completion hook is done" : `the completion hook ended with ${code}`,
        torrent.id,
      );
    } catch (error) {
      this.#log(`the completion hook cannot be run: ${toClientError(error).message}`, torrent.id);
    }
  }
}
