/** Commands about Starling itself: `config`. */
import type { Command } from "commander";
import { type Declare, declareGroup } from "./declare-command.ts";

export function declareSetup(program: Command, command: Declare): void {
  const config = declareGroup(program, "config", "settings: what they are and where they come from");
  command(
    config,
    "get <key>",
    "print one setting",
    async () => (await import("../commands/config.ts")).runConfigGet,
  );
  command(
    config,
    "set <key> <value...>",
    "write a setting to the file",
    async () => (await import("../commands/config.ts")).runConfigSet,
  );
  command(
    config,
    "unset <key>",
    "take a setting out of the file",
    async () => (await import("../commands/config.ts")).runConfigUnset,
  );
  command(
    config,
    "list",
    "print the settings that are set",
    async () => (await import("../commands/config.ts")).runConfigList,
  )
    .option("--all", "those that are not set as well, with what they mean")
    .option("--origin", "where each value comes from");
  command(
    config,
    "path",
    "print where the file is",
    async () => (await import("../commands/config.ts")).runConfigPath,
  );
}
