/** Commands about Starling itself: `config doctor completions man handler import`. */
import { Argument, type Command, Option } from "commander";
import { addNetworkOptions, DEFAULT_PORT } from "../arguments/network-options.ts";
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
    "edit",
    "open the file in your editor (VISUAL, EDITOR) and check it afterwards",
    async () => (await import("../commands/config-edit.ts")).runConfigEdit,
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

  command(
    program,
    "completions",
    "print the completion script for a shell",
    async () => (await import("../commands/completions.ts")).runCompletions,
  )
    .summary("completion script for bash, zsh or fish")
    .description(
      "Print a script that teaches a shell the commands, options and torrents of Starling.\n\n" +
        "bash: starling completions bash > ~/.local/share/bash-completion/completions/starling\n\n" +
        "zsh: starling completions zsh > a file _starling in a folder of $fpath\n\n" +
        "fish: starling completions fish > ~/.config/fish/completions/starling.fish",
    )
    .addArgument(new Argument("[shell]", "which shell").choices(["bash", "zsh", "fish"]))
    .addOption(new Option("--torrents", "print the names of the running engine's torrents").hideHelp());

  command(
    program,
    "man [command...]",
    "show the manual of Starling or of one command",
    async () => (await import("../commands/man.ts")).runMan,
  ).option("--output <dir>", "write all pages to this folder");

  const handler = declareGroup(program, "handler", "magnet links clicked elsewhere are opened with Starling");
  command(
    handler,
    "install",
    "make Starling the program that opens magnet links",
    async () => (await import("../commands/handler.ts")).runHandlerInstall,
  );
  command(
    handler,
    "remove",
    "let the program before Starling open them again",
    async () => (await import("../commands/handler.ts")).runHandlerRemove,
  );
  command(
    handler,
    "status",
    "whether Starling opens magnet links (exit 1: it does not)",
    async () => (await import("../commands/handler.ts")).runHandlerStatus,
  );

  const doctor = command(
    program,
    "doctor",
    "look at everything a transfer needs (exit 1: something is broken)",
    async () => (await import("../commands/doctor.ts")).runDoctor,
  );
  addNetworkOptions(doctor, DEFAULT_PORT)
    .option("--profile <name>", "which of your Starlings, where several run")
    .option("--timeout <duration>", "how long to wait for the DHT", "10s");

  command(
    program,
    "import",
    "take over the torrents of another program, with progress and labels",
    async () => (await import("../commands/import.ts")).runImport,
  )
    .description(
      "Take over the torrents of another program: their progress, labels and where their data is, without downloading or " +
        "copying anything.\n\nFiles that did not change since the program noted them are trusted, others are hashed first. " +
        "Trackers are not used; private torrents cannot be moved. The other program should not run meanwhile.",
    )
    .addArgument(
      new Argument("<program>", "whose torrents").choices(["qbittorrent", "transmission", "rtorrent"]),
    )
    .addArgument(new Argument("[folder]", "where it keeps its state"))
    .option("--dry-run", "only tell what would happen")
    .option("--profile <name>", "which of your Starlings, where several run");
}
