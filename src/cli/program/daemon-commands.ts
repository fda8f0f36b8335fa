/** Commands about the engine in the background: `daemon start stop status`. */
import type { Command } from "commander";
import {
  addConnectionOptions,
  addLimitOptions,
  addNetworkNameOption,
  addNetworkOptions,
  addRecordingOptions,
  DEFAULT_PORT,
} from "../arguments/network-options.ts";
import { type Declare, declareGroup } from "./declare-command.ts";

const PROFILE_OPTION = [
  "--profile <name>",
  "another Starling of yours, with torrents and a port of its own",
] as const;

export function declareDaemon(program: Command, command: Declare): void {
  const daemon = declareGroup(program, "daemon", "run the engine in the background, without a dashboard");
  const start = command(
    daemon,
    "start",
    "start it; its torrents go on from where they were",
    async () => (await import("../commands/daemon-start.ts")).runDaemonStart,
  );
  addRecordingOptions(addConnectionOptions(addLimitOptions(addNetworkOptions(start, DEFAULT_PORT))))
    .option("-o, --output <dir>", "folder for downloads")
    .option(...PROFILE_OPTION)
    .option("--foreground", "stay in this terminal, or under a service manager")
    .option("--print-service <manager>", "print a systemd unit or a launchd property list that starts it");
  addNetworkNameOption(
    command(
      daemon,
      "stop",
      "stop it, everything saved",
      async () => (await import("../commands/daemon-stop.ts")).runDaemonStop,
    ),
  ).option(...PROFILE_OPTION);
  addNetworkNameOption(
    command(
      daemon,
      "status",
      "whether it runs (exit code 9: it does not)",
      async () => (await import("../commands/daemon-status.ts")).runDaemonStatus,
    ),
  ).option(...PROFILE_OPTION);
}
