/**
 * A file system for state records that fails and loses power on request. What is durable follows POSIX at its worst:
 * content counts after `sync` of its file, and before it any prefix of it may be there; names count after the folder
 * was synced, and before it any of the renames and removals since then may have happened or not.
 */
import type { NewFile, StateFiles } from "../../src/platform/state-files.ts";

interface Content {
  bytes: Uint8Array;
  durable: Uint8Array;
}

type Names = Map<string, Content>;
type Change = (names: Names) => void;

/** Thrown by every call from the moment the power is gone. */
export class PowerCut extends Error {}

export class CrashingFiles implements StateFiles {
  /** Calls made so far. */
  calls = 0;
  /** This call fails, once, with `failCode`; half of what a write was given is there afterwards. */
  failAtCall = Number.POSITIVE_INFINITY;
  failCode = "EIO";
  /** This call and all later ones never happen. */
  cutAtCall = Number.POSITIVE_INFINITY;
  readonly #names: Names;
  #durableNames: Names;
  #pending: Change[] = [];

  constructor(names: Names = new Map()) {
    this.#names = new Map(names);
    this.#durableNames = new Map(names);
  }

  makeFolder(): Promise<void> {
    return this.#call(() => undefined);
  }

  read(path: string): Promise<Uint8Array> {
    return this.#call(() => this.#found(path).bytes.slice());
  }

  async create(path: string): Promise<NewFile> {
    const content: Content = { bytes: new Uint8Array(0), durable: new Uint8Array(0) };
    await this.#call(() => this.#change((names) => names.set(path, content)));
    return {
      write: (bytes) =>
        this.#call(
          () => {
            content.bytes = bytes.slice();
          },
          () => {
            content.bytes = bytes.slice(0, bytes.length >> 1);
          },
        ),
      sync: () =>
        this.#call(() => {
          content.durable = content.bytes;
        }),
      close: () => this.#call(() => undefined),
    };
  }

  rename(from: string, to: string): Promise<void> {
    return this.#call(() => {
      const content = this.#found(from);
      this.#change((names) => {
        if (names.get(from) === content) names.delete(from);
        names.set(to, content);
      });
    });
  }

  remove(path: string): Promise<void> {
    return this.#call(() => this.#change((names) => names.delete(path)));
  }

  list(folder: string): Promise<readonly string[]> {
    return this.#call(() =>
      [...this.#names.keys()]
        .filter((path) => path.startsWith(`${folder}/`))
        .map((path) => path.slice(folder.length + 1)),
    );
  }

  syncFolder(): Promise<void> {
    return this.#call(() => {
      this.#durableNames = new Map(this.#names);
      this.#pending = [];
    }).catch((error: unknown) => {
      if (error instanceof PowerCut) throw error;
    });
  }

  /** What the next start finds. `chance` answers numbers from 0 to 1. */
  afterPowerCut(chance: () => number): CrashingFiles {
    const names = new Map(this.#durableNames);
    for (const change of this.#pending) if (chance() < 0.5) change(names);
    for (const [path, content] of names) {
      const survives = content.bytes === content.durable;
      const torn = content.bytes.slice(0, Math.floor(chance() * content.bytes.length));
      const bytes = survives ? content.durable : torn;
      names.set(path, { bytes, durable: bytes });
    }
    return new CrashingFiles(names);
  }

  #found(path: string): Content {
    const content = this.#names.get(path);
    if (content === undefined) throw Object.assign(new Error(`ENOENT: ${path}`), { code: "ENOENT" });
    return content;
  }

  #change(change: Change): void {
    change(this.#names);
    this.#pending.push(change);
  }

  async #call<Result>(happen: () => Result, half: () => void = () => {}): Promise<Result> {
    const call = ++this.calls;
    if (call >= this.cutAtCall) throw new PowerCut("the power is gone");
    if (call !== this.failAtCall) return happen();
    half();
    throw Object.assign(new Error(`${this.failCode}: call ${call}`), { code: this.failCode });
  }
}
