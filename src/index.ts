/**
 * `starling`: a session in one's own process, on Node. The engines on their own are `starling/dht`, `starling/wire` and
 * `starling/sim`.
 */
import { ClientError } from "./core/errors.ts";
import { createNodePlatform, type Readable, readableOf } from "./platform/index.ts";
import {
  openSession as openSessionOn,
  type ReadRange,
  type Session,
  type SessionOptions,
  type SessionSnapshot,
  type SessionView,
} from "./session/index.ts";

export { ClientError, type ErrorCode } from "./core/errors.ts";
export { type CreatedTorrent, type CreateTorrentOptions, createTorrent } from "./create-torrent.ts";
export { createNodePlatform, type NodePlatform, type NodePlatformOptions } from "./platform/index.ts";
export type {
  AddOptions,
  Diagnosis,
  FileSnapshot,
  PeerSnapshot,
  ReadRange,
  ScheduleSpan,
  SessionCommands,
  SessionOptions,
  SessionSettings,
  SessionSnapshot,
  SessionView,
  TorrentPhase,
  TorrentSettings,
  TorrentSnapshot,
  TorrentSource,
} from "./session/index.ts";

export interface OpenSessionOptions extends SessionOptions {
  /**
   * Folder for resume data and DHT contacts, used by one session at a time (`STATE_LOCKED`). Without it everything is
   * forgotten when the session closes.
   */
  readonly stateFolder?: string;
}

/** A running session: the snapshot to read, the commands to give, the files to stream, and the end. */
export interface LocalSession extends SessionView {
  /**
   * A file of a torrent as a stream, from its first byte or the one asked for, while it is being fetched: what the
   * reader needs next is fetched first. `path` is that of `TorrentSnapshot.files`; without it the longest file. The
   * stream fails with a `ClientError`: `NOT_FOUND` before the metadata is known, `USAGE` for a file that is not
   * selected, `SESSION_CLOSED` when the torrent goes. Destroying it ends the reading, not the torrent.
   */
  openFile(id: string, path?: string, range?: ReadRange): Readable;
  /**
   * Resolves with what `find` finds in a snapshot, the present one or a later one, as soon as that is not undefined;
   * rejects with `SESSION_CLOSED` when the session ends first.
   */
  when<Found>(find: (snapshot: SessionSnapshot) => Found | undefined): Promise<Found>;
  /** Saves, closes every connection and ends the threads. Closing twice is the same closing. */
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * Opens a session on this machine. Rejects with a `ClientError`: `PORT_IN_USE`, `ADDRESS_UNAVAILABLE`, `STATE_LOCKED`,
 * `PATH_NOT_WRITABLE`, or `USAGE` for options that make no sense.
 */
export async function openSession(options: OpenSessionOptions): Promise<LocalSession> {
  const { stateFolder, ...sessionOptions } = options;
  const platform = await createNodePlatform(stateFolder === undefined ? {} : { stateFolder });
  const session = await openSessionOn(platform, sessionOptions).catch(async (error: unknown) => {
    await platform.close();
    throw error;
  });
  const close = async (): Promise<void> => {
    await session.close();
    await platform.close();
  };
  return {
    getSnapshot: () => session.getSnapshot(),
    subscribe: (listener) => session.subscribe(listener),
    openFile: (id, path, range) => readableOf(session.readFile(id, path, range)),
    when: (find) => whenFound(session, find),
    commands: { ...session.commands, shutdown: close },
    close,
    [Symbol.asyncDispose]: close,
  };
}

function whenFound<Found>(
  session: Session,
  find: (snapshot: SessionSnapshot) => Found | undefined,
): Promise<Found> {
  return new Promise((resolve, reject) => {
    const look = (): void => {
      const found = find(session.getSnapshot());
      if (found === undefined) return;
      unsubscribe();
      resolve(found);
    };
    const unsubscribe = session.subscribe(look);
    void session.closed.then(() => reject(new ClientError("SESSION_CLOSED", "The session has ended.")));
    look();
  });
}
