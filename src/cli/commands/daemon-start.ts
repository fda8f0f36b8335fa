/** `starling daemon start`: the engine of a profile in the background, for dashboards and commands to look in on. */
import { resolve } from "node:path";
import { ClientError } from "../../core/errors.ts";
import { starlingPaths } from "../../platform/index.ts";
import { parseEngineProfile } from "../arguments/profile.ts";
import { attachEngine } from "../engine/attach-engine.ts";
import { attachBackgroundEngine } from "../engine/background-engine.ts";
import type { EngineSettings } from "../engine/engine-settings.ts";
import { type EngineFlags, profileEngineSettings } from "../engine/profile-settings.ts";
import { launchdPlist, serviceCommand, systemdUnit } from "../engine/service-file.ts";
import { runStandaloneEngine } from "../engine/standalone-engine.ts";
import { EXIT_OK } from "../exit-codes.ts";
import type { Output } from "../output/output.ts";

interface DaemonStartFlags extends EngineFlags {
  readonly output?: string;
  readonly profile?: string;
  readonly foreground?: boolean;
  readonly printService?: string;
}

export async function runDaemonStart(
  _operands: readonly string[],
  flags: DaemonStartFlags,
  output: Output,
): Promise<number> {
  const profile = parseEngineProfile(flags);
  const folder = resolve(flags.output ?? starlingPaths().downloadFolder);
  const settings = profileEngineSettings(flags, { profile, folder, peers: [], life: "background" });
  if (flags.printService !== undefined) {
    output.result(serviceFile(flags.printService, profile).trimEnd());
    return EXIT_OK;
  }
  if (flags.foreground === true) return await runHere(settings, output);
  const running = await attachEngine({ profile });
  if (running !== undefined) {
    const { pid } = running.engine;
    running.close();
    throw new ClientError(
      "STATE_LOCKED",
      `A Starling of the profile “${profile}” runs already (pid ${pid}).`,
      {
        hint: "starling daemon status says more; starling daemon stop ends it.",
      },
    );
  }
  const client = await attachBackgroundEngine(profile, settings);
  const { pid } = client.engine;
  const { listening } = client.getSnapshot();
  client.close();
  if (!output.isQuiet) output.result(`listening ${listening} (pid ${pid})`);
  output.json({ ok: true, pid, profile, listening });
  return EXIT_OK;
}

/** For service managers, which want the process itself. */
async function runHere(settings: EngineSettings, output: Output): Promise<number> {
  await runStandaloneEngine(settings, ({ session }) => {
    const { listening } = session.getSnapshot();
    if (!output.isQuiet) output.result(`listening ${listening} (pid ${process.pid})`);
    output.json({ v: 1, t: Date.now(), type: "listening", address: listening });
  });
  return EXIT_OK;
}

/** The service runs what was typed, in the foreground. */
function serviceFile(manager: string, profile: string): string {
  const command = [...serviceCommand("--print-service", true), "--foreground"];
  if (manager === "systemd") return systemdUnit(command, "Starling, a trackerless BitTorrent client");
  if (manager === "launchd") return launchdPlist(command, profile);
  throw new ClientError("USAGE", `--print-service: "${manager}" is unknown`, {
    hint: "Use systemd or launchd.",
  });
}
