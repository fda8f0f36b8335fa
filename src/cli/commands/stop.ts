/** `starling stop`: ends the Starling that runs, in the background or in a dashboard; resolves when it has saved and is gone. */
import { profilePaths, starlingPaths } from "../../platform/index.ts";
import { type ProfileFlags, parseEngineProfile } from "../arguments/profile.ts";
import { requireEngine } from "../engine/attach-engine.ts";
import { stopEngine } from "../engine/background-engine.ts";
import { EXIT_OK } from "../exit-codes.ts";
import type { Output } from "../output/output.ts";

export async function runStop(
  _operands: readonly string[],
  flags: ProfileFlags,
  output: Output,
): Promise<number> {
  const profile = parseEngineProfile(flags);
  const engine = await requireEngine({ profile });
  const { pid } = engine.engine;
  await stopEngine(engine, profilePaths(profile, starlingPaths()).sessionFolder);
  output.result(`stopped starling (pid ${pid})`);
  output.json({ ok: true, pid });
  return EXIT_OK;
}
