/** Finds the engine of a profile that runs in another process, and becomes one of its viewers. */
import { setTimeout as sleep } from "node:timers/promises";
import { ClientError } from "../../core/errors.ts";
import {
  DEFAULT_PROFILE,
  dialEngine,
  liveHolder,
  lockFolder,
  profilePaths,
  removeSocket,
  starlingPaths,
} from "../../platform/index.ts";
import { connectEngine, type EngineClient } from "../../session/index.ts";
import type { RunningEngine } from "./start-engine.ts";

/** An engine that has its lock and no socket yet is starting: it reads the records of its torrents meanwhile. */
const STARTING_LIMIT_MS = 10_000;
const LOOK_INTERVAL_MS = 50;

/**
 * A viewer of the engine that runs for `profile`; undefined when none does. What an engine left behind that is gone
 * (its socket, its lock) is cleared away. Waits for one that is starting. Rejects with `STATE_LOCKED` when one runs and
 * does not answer, or speaks another version.
 */
export async function attachEngine(
  options: { readonly profile?: string } = {},
): Promise<EngineClient | undefined> {
  const { sessionFolder, socketPath } = profilePaths(options.profile ?? DEFAULT_PROFILE, starlingPaths());
  const deadlineMs = performance.now() + STARTING_LIMIT_MS;
  for (;;) {
    const port = await dialEngine(socketPath);
    if (port !== undefined) return await connectEngine(port);
    const pid = await liveHolder(sessionFolder);
    if (pid === undefined) {
      await clearAway(sessionFolder, socketPath);
      return undefined;
    }
    if (performance.now() > deadlineMs) throw silent(pid);
    await sleep(LOOK_INTERVAL_MS);
  }
}

/** As `attachEngine`; rejects with `NOT_RUNNING` when there is none. */
export async function requireEngine(options: { readonly profile?: string } = {}): Promise<EngineClient> {
  const client = await attachEngine(options);
  if (client !== undefined) return client;
  throw new ClientError("NOT_RUNNING", "No Starling is running.", {
    hint: "starling opens the dashboard; starling daemon start runs it in the background.",
  });
}

/** An engine elsewhere in the place of one of our own: closing leaves it running. */
export function attachedEngine(client: EngineClient): RunningEngine {
  const failed = new Promise<ClientError>((resolve) => {
    client.onClosed = resolve;
  });
  return { view: client, failed, close: async () => client.close() };
}

/** Under the lock, so that the socket of an engine which is just starting stays. */
async function clearAway(sessionFolder: string, socketPath: string): Promise<void> {
  try {
    const lock = await lockFolder(sessionFolder);
    await removeSocket(socketPath).finally(() => lock.release());
  } catch {
    // No folder, no state, or somebody was quicker: nothing that a viewer has to care about.
  }
}

function silent(pid: number): ClientError {
  return new ClientError("STATE_LOCKED", `The Starling that runs (process ${pid}) does not answer.`, {
    hint: `End process ${pid}, or wait and try again.`,
  });
}
