/**
 * Names of files that are not complete, where the user wants to tell them apart: `NAME.part` until the last piece is
 * there. A torrent may itself list both `NAME` and `NAME.part`; then that file is never called anything but `NAME`.
 */

/** Added to the name of an unfinished file; names on disk leave room for it (240 of 255 bytes). */
const SUFFIX = ".part";

export class UnfinishedNames {
  readonly #paths: readonly string[];
  /** Listed paths that end as unfinished names do, and the folders above such paths, without regard to case. */
  #taken: ReadonlySet<string> | undefined;

  constructor(paths: readonly string[]) {
    this.#paths = paths;
  }

  /** Path of the file while it is unfinished; `undefined` where another file or folder of the torrent has that path. */
  of(fileIndex: number): string | undefined {
    this.#taken ??= takenNames(this.#paths);
    const path = `${this.#paths[fileIndex]}${SUFFIX}`;
    return this.#taken.has(path.toLowerCase()) ? undefined : path;
  }
}

function takenNames(paths: readonly string[]): ReadonlySet<string> {
  const taken = new Set<string>();
  for (const path of paths) {
    const lower = path.toLowerCase();
    if (!lower.includes(SUFFIX)) continue;
    for (let end = lower.indexOf(SUFFIX); end >= 0; end = lower.indexOf(SUFFIX, end + 1))
      taken.add(lower.slice(0, end + SUFFIX.length));
  }
  return taken;
}
