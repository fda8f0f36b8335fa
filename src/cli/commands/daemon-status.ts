/** `starling daemon status`: whether an engine runs, and what it is. */
import { profilePaths, starlingPaths } from "../../platform/index.ts";
import { type ProfileFlags, parseEngineProfile } from "../arguments/profile.ts";
import { attachEngine } from "../engine/attach-engine.ts";
import { EXIT_OK, exitCodeOf } from "../exit-codes.ts";
import type { Output } from "../output/output.ts";
import { durationText } from "../output/quantity-text.ts";

/** Exit code 0 when one runs, 9 when none does. */
export async function runDaemonStatus(
  _operands: readonly string[],
  flags: ProfileFlags,
  output: Output,
): Promise<number> {
  const profile = parseEngineProfile(flags);
  const client = await attachEngine({ profile });
  if (client === undefined) {
    output.result("not running");
    output.json({ ok: true, running: false, profile });
    return exitCodeOf("NOT_RUNNING");
  }
  const { engine } = client;
  const { listening, torrents } = client.getSnapshot();
  client.close();
  const where = engine.life === "background" ? "in the background" : "in a dashboard";
  const since = durationText(Date.now() - engine.startedAtUnixMs);
  output.result(`running ${where} (pid ${engine.pid}) for ${since}`);
  output.result(
    `listening ${listening}, ${torrents.length} ${torrents.length === 1 ? "torrent" : "torrents"}`,
  );
  output.json({
    ok: true,
    running: true,
    profile,
    ...engine,
    listening,
    torrents: torrents.length,
    socket: profilePaths(profile, starlingPaths()).socketPath,
  });
  return EXIT_OK;
}
