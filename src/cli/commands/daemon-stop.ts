/** `starling daemon stop`: ends the engine in the background, everything saved. */
import { ClientError } from "../../core/errors.ts";
import { profilePaths, starlingPaths } from "../../platform/index.ts";
import { type ProfileFlags, parseEngineProfile } from "../arguments/profile.ts";
import { requireEngine } from "../engine/attach-engine.ts";
import { stopEngine } from "../engine/background-engine.ts";
import { EXIT_OK } from "../exit-codes.ts";
import type { Output } from "../output/output.ts";

/** Rejects with `NOT_RUNNING` when there is none, `USAGE` when it belongs to a dashboard. */
export async function runDaemonStop(
  _operands: readonly string[],
  flags: ProfileFlags,
  output: Output,
): Promise<number> {
  const profile = parseEngineProfile(flags);
  const client = await requireEngine({ profile });
  const { pid, life } = client.engine;
  if (life === "dashboard") {
    client.close();
    throw new ClientError("USAGE", `The Starling that runs (pid ${pid}) belongs to a dashboard.`, {
      hint: "Leave the dashboard, or use starling stop.",
    });
  }
  await stopEngine(client, profilePaths(profile, starlingPaths()).sessionFolder);
  output.result(`stopped (pid ${pid})`);
  output.json({ ok: true, pid });
  return EXIT_OK;
}
