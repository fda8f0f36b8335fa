/** Starts and stops engines that outlive the command which started them. */
import { spawn } from "node:child_process";
import { closeSync, mkdirSync, openSync } from "node:fs";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { ClientError } from "../../core/errors.ts";
import { liveHolder } from "../../platform/index.ts";
import type { EngineClient } from "../../session/index.ts";
import { attachEngine } from "./attach-engine.ts";
import { bundledFile } from "./bundled-file.ts";
import type { EngineSettings } from "./engine-settings.ts";
import { type EngineGreeting, greetingError } from "./start-engine.ts";

/** What the process wrote to its output: nothing, unless something went wrong. Begun anew at each start. */
function engineLogPath(settings: EngineSettings): string {
  return join(dirname(settings.stateFolder), "engine.log");
}

/**
 * Resolves when the engine answers the network and its viewers. Rejects with what it says why it cannot
 * (`PORT_IN_USE`, `STATE_LOCKED`, …).
 */
async function startBackgroundEngine(settings: EngineSettings): Promise<void> {
  mkdirSync(settings.stateFolder, { recursive: true, mode: 0o700 });
  const log = openSync(engineLogPath(settings), "w", 0o600);
  const child = spawn(process.execPath, [bundledFile("engine-process.js")], {
    // A session of its own: the end of this terminal is not the end of it. Its folder keeps no other file system busy.
    detached: true,
    cwd: settings.stateFolder,
    stdio: ["ignore", log, log, "ipc"],
    windowsHide: true,
  });
  closeSync(log);
  try {
    await new Promise<void>((resolve, reject) => {
      child.once("error", reject);
      child.once("exit", (code) => reject(endedEarly(code, settings)));
      child.once("message", (greeting: EngineGreeting) => {
        if (greeting.kind === "ready") resolve();
        else reject(greetingError(greeting));
      });
      child.send(settings);
    });
  } finally {
    if (child.connected) child.disconnect();
    child.unref();
  }
}

/** Starts the engine in the background and becomes its first viewer. */
export async function attachBackgroundEngine(
  profile: string,
  settings: EngineSettings,
): Promise<EngineClient> {
  await startBackgroundEngine(settings);
  const client = await attachEngine({ profile });
  if (client === undefined) throw new ClientError("INTERNAL", "The engine ended right after its start.");
  return client;
}

const STOP_LOOK_INTERVAL_MS = 20;

/** Stops the engine behind `client`; resolves when its process has let go of the state folder. */
export async function stopEngine(client: EngineClient, sessionFolder: string): Promise<void> {
  const { pid } = client.engine;
  // It may be gone before it can answer.
  await client.commands.shutdown().catch(() => undefined);
  client.close();
  while ((await liveHolder(sessionFolder)) === pid) await sleep(STOP_LOOK_INTERVAL_MS);
}

function endedEarly(code: number | null, settings: EngineSettings): ClientError {
  return new ClientError("INTERNAL", `The engine ended with ${code} before it answered.`, {
    hint: `What it said is in ${engineLogPath(settings)}.`,
  });
}
