/**
 * A terminal that is closed stops no transfer: where any is under way when SIGHUP comes, the dashboard's engine ends as
 * always and another one goes on in the background, which `starling status` and the next `starling` find.
 */
import type { SessionSnapshot, TorrentPhase } from "../../session/session-view.ts";
import { exitCodeOfSignal } from "../exit-codes.ts";
import { attachBackgroundEngine } from "./background-engine.ts";
import type { EngineSettings } from "./engine-settings.ts";
import type { RunningEngine } from "./start-engine.ts";

const AT_REST: readonly TorrentPhase[] = ["paused", "finished", "failed"];

/**
 * Runs `show`, which answers the exit code, over an engine of its own, then closes the engine. A second SIGHUP, which
 * many terminals send, does not end the process on the way.
 */
export async function withOwnEngine(
  engine: RunningEngine,
  own: { readonly profile: string; readonly settings: EngineSettings },
  show: () => Promise<number>,
): Promise<number> {
  const ignore = (): void => {};
  process.on("SIGHUP", ignore);
  let goesOn = false;
  try {
    const exit = await show();
    goesOn = exit === exitCodeOfSignal("SIGHUP") && isAtWork(engine.view.getSnapshot());
    return exit;
  } finally {
    await engine.close();
    if (goesOn) await goOn(own.profile, own.settings);
    process.off("SIGHUP", ignore);
  }
}

function isAtWork({ torrents }: SessionSnapshot): boolean {
  return torrents.some(({ phase }) => !AT_REST.includes(phase));
}

async function goOn(profile: string, settings: EngineSettings): Promise<void> {
  const { service } = settings;
  const background = service && { ...service, life: "background" as const };
  const client = await attachBackgroundEngine(profile, { ...settings, service: background });
  client.close();
}
