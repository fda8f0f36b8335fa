/**
 * `starling`: a session in one's own process, on Node. The engines on their own are `starling/dht`, `starling/wire` and
 * `starling/sim`.
 */
import { createNodePlatform } from "./platform/index.ts";
import { openSession as openSessionOn, type SessionOptions, type SessionView } from "./session/index.ts";

export { ClientError, type ErrorCode } from "./core/errors.ts";
export { createNodePlatform, type NodePlatform, type NodePlatformOptions } from "./platform/index.ts";
export type {
  AddOptions,
  Diagnosis,
  FileSnapshot,
  PeerSnapshot,
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

/** A running session: the snapshot to read, the commands to give, and the end. */
export interface LocalSession extends SessionView {
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
    commands: { ...session.commands, shutdown: close },
    close,
    [Symbol.asyncDispose]: close,
  };
}
