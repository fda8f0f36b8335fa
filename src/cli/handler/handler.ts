/** What a desktop does with a magnet link: one implementation a system, chosen in `commands/handler.ts`. */

/** How the desktop starts us: absolute paths, since a desktop has another PATH than a shell. */
export interface LaunchCommand {
  /** Of Node. */
  readonly program: string;
  /** Our script and its arguments; the link comes behind them. */
  readonly args: readonly string[];
}

export interface HandlerStatus {
  /** Our entry is written, and starts a program that exists. */
  readonly isInstalled: boolean;
  /** Magnet links are opened with it. */
  readonly isDefault: boolean;
  /** What opens magnet links now, in the words of the system; null where nothing does, or nobody can tell. */
  readonly opensMagnets: string | null;
  /** One a line: what was looked at. */
  readonly evidence: readonly string[];
}

export interface Handler {
  /** Doing it twice is the same as doing it once. */
  install(): Promise<void>;
  /** Takes away what `install` wrote and restores what opened magnet links before, unless the user changed it since. */
  remove(): Promise<void>;
  status(): Promise<HandlerStatus>;
}
