/** A session that shows what a test gives it and remembers what it was asked. */
import type {
  AddOptions,
  SessionCommands,
  SessionSnapshot,
  SessionView,
  TorrentSource,
} from "../../../src/session/session-view.ts";

/** A command as it was sent: its name and its arguments. */
export type SentCommand = readonly [name: keyof SessionCommands, ...args: unknown[]];

export class FakeSessionView implements SessionView {
  /** Commands in order, `watchDetails` apart. */
  readonly sent: SentCommand[] = [];
  /** Ids of the newest `watchDetails`. */
  watched: readonly string[] = [];
  /** What the next commands are refused with. */
  refusal: Error | undefined;
  /** Answers `add`; by default every source is new and has the hash in its text. */
  answerAdd: (source: TorrentSource, options: AddOptions) => { id: string; isNew: boolean } = (source) => {
    const hash = source.kind === "magnet" ? /[0-9a-f]{40}/i.exec(source.text)?.[0] : undefined;
    return { id: hash?.toLowerCase() ?? "f".repeat(40), isNew: true };
  };
  readonly commands: SessionCommands;
  readonly #listeners = new Set<() => void>();
  #snapshot: SessionSnapshot;

  constructor(snapshot: SessionSnapshot) {
    this.#snapshot = snapshot;
    this.commands = this.#makeCommands();
  }

  readonly getSnapshot = (): SessionSnapshot => this.#snapshot;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  get listenerCount(): number {
    return this.#listeners.size;
  }

  /** A newer snapshot arrives. */
  publish(snapshot: SessionSnapshot): void {
    this.#snapshot = snapshot;
    for (const listener of [...this.#listeners]) listener();
  }

  #makeCommands(): SessionCommands {
    const record = async <Answer>(answer: Answer, ...command: SentCommand): Promise<Answer> => {
      this.sent.push(command);
      if (this.refusal !== undefined) throw this.refusal;
      return answer;
    };
    return {
      add: async (source, options) => record(this.answerAdd(source, options), "add", source, options),
      pause: (id) => record(undefined, "pause", id),
      resume: (id) => record(undefined, "resume", id),
      remove: (id, options) => record(undefined, "remove", id, options),
      restore: (id) => record(undefined, "restore", id),
      verify: (id) => record(undefined, "verify", id),
      reannounce: (id) => record(undefined, "reannounce", id),
      addPeers: (id, addresses) => record(undefined, "addPeers", id, addresses),
      setFilePriorities: (id, priorities) => record(undefined, "setFilePriorities", id, priorities),
      setTorrent: (id, settings) => record(undefined, "setTorrent", id, settings),
      moveData: (id, folder) => record(undefined, "moveData", id, folder),
      configure: (changes) => record(undefined, "configure", changes),
      exportTorrent: (id) => record(new Uint8Array(), "exportTorrent", id),
      watchDetails: async (ids) => {
        this.watched = ids;
      },
      shutdown: () => record(undefined, "shutdown"),
    };
  }
}
