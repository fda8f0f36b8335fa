/** The options that say how a torrent is added, for every command that adds one. */
import type { Command } from "commander";
import type { AddOptions } from "../../session/session-view.ts";
import { collect } from "./network-options.ts";

/** As commander hands them over. */
export interface TorrentFlags {
  readonly select?: string;
  readonly label?: readonly string[];
  readonly sequential?: boolean;
  readonly paused?: boolean;
}

export function addTorrentOptions(command: Command): Command {
  return command
    .option("--select <files>", "only these files: numbers, ranges or globs, like 1,3-5 or '**/*.txt'")
    .option("--label <label>", "word to find it by, repeatable", collect, [])
    .option("--sequential", "fetch from the first piece to the last instead of the rarest first");
}

export function torrentOptions(flags: TorrentFlags): AddOptions {
  const { select, label = [], sequential, paused } = flags;
  return {
    ...(select === undefined ? {} : { select }),
    ...(label.length === 0 ? {} : { labels: label }),
    ...(sequential === true ? { isSequential: true } : {}),
    ...(paused === true ? { paused: true } : {}),
  };
}
