/** Commands about the Starling that runs: `status ls peers files log why pause resume rm set limit stop`. */
import type { Command } from "commander";
import { addNetworkNameOption } from "../arguments/network-options.ts";
import { withExamples } from "../manual/examples.ts";
import type { Declare } from "./declare-command.ts";

export function declareEngine(program: Command, command: Declare): void {
  declareViews(program, command);
  declareControls(program, command);
}

function declareViews(program: Command, command: Declare): void {
  const status = command(
    program,
    "status",
    "the Starling that runs, and its torrents",
    async () => (await import("../commands/status.ts")).runStatus,
  );
  const ls = command(
    program,
    "ls [filter...]",
    "list torrents; a filter is a state, a label or a part of a name",
    async () => (await import("../commands/ls.ts")).runLs,
  );
  const peers = command(
    program,
    "peers <torrent>",
    "the peers of a torrent",
    async () => (await import("../commands/peers.ts")).runPeers,
  );
  const files = command(
    program,
    "files <torrent>",
    "the files of a torrent, with the numbers that --select takes",
    async () => (await import("../commands/files.ts")).runFiles,
  );
  for (const view of [status, ls, peers, files]) {
    withProfile(view)
      .option("--watch", "go on, once a second")
      .option("--plain", "columns between TABs, no heading; so when piped");
  }
  withProfile(
    command(
      program,
      "log",
      "what the engine has noted",
      async () => (await import("../commands/log.ts")).runLog,
    ),
  ).option("-f, --follow", "go on with what comes");
  withProfile(
    command(
      program,
      "why [torrent...]",
      "why a transfer is not going (exit 6), with evidence",
      async () => (await import("../commands/why.ts")).runWhy,
    ),
  );
}

function declareControls(program: Command, command: Declare): void {
  const pause = command(
    program,
    "pause [torrent...]",
    "let torrents rest",
    async () => (await import("../commands/pause-resume.ts")).runPause,
  );
  const resume = command(
    program,
    "resume [torrent...]",
    "let torrents go on",
    async () => (await import("../commands/pause-resume.ts")).runResume,
  );
  for (const control of [pause, resume]) withProfile(control).option("--all", "every torrent");
  withProfile(
    command(
      program,
      "rm <torrent...>",
      "forget torrents; their files stay",
      async () => (await import("../commands/rm.ts")).runRm,
    ),
  )
    .option("--data", "delete the files that were downloaded as well")
    .option("--force", "do not ask before deleting");
  withExamples(
    withProfile(
      command(
        program,
        "set <torrent> <key=value...>",
        "set labels, files, place, order, limits or the seeding goal of a torrent",
        async () => (await import("../commands/set.ts")).runSet,
      ),
    ),
    [
      { line: "starling set holiday labels=family,2026", does: "labels to find it by" },
      { line: "starling set holiday sequential=on", does: "from the first piece to the last" },
      { line: "starling set holiday down=2M up=none", does: "limits of its own" },
      { line: "starling set holiday ratio=2 time=30d", does: "when it has given enough" },
      { line: "starling set holiday goal=default", does: "the goal that limit shows" },
      { line: "starling set holiday queue=first", does: "its place in the order" },
      {
        line: "starling set holiday files=1,3-5,'**/*.mp4'",
        does: "only these files; files=all takes it back",
      },
      { line: "starling set holiday folder=/mnt/films", does: "moves the data there, while it is at work" },
    ],
  );
  withExamples(
    withProfile(
      command(
        program,
        "limit [key=value...]",
        "show or set what holds for all torrents: limits, schedule, queue, seeding goal, watch folders",
        async () => (await import("../commands/limit.ts")).runLimit,
      ),
    ),
    [
      { line: "starling limit", does: "what is set" },
      { line: "starling limit down=8M up=1M", does: "rates of all torrents together" },
      { line: "starling limit alt-down=1M alt=on", does: "the other limits, now" },
      { line: "starling limit schedule='mon-fri 08:00-18:00'", does: "the other limits, at these times" },
      { line: "starling limit downloads=3 seeds=none", does: "how many torrents are active at once" },
      { line: "starling limit ratio=1.5 time=14d", does: "when a torrent has given enough" },
      { line: "starling limit part-names=on", does: "unfinished files are called NAME.part" },
      {
        line: "starling limit watch='~/in->/mnt/films#films'",
        does: "take .torrent files from a folder, with a label",
      },
      {
        line: 'starling limit on-done=\'["notify-send","done"]\'',
        does: "run a program when a torrent is complete",
      },
    ],
  );
  withProfile(
    command(
      program,
      "stop",
      "end the Starling that runs",
      async () => (await import("../commands/stop.ts")).runStop,
    ),
  );
}

/** How torrents are named, for those who read the help of a command. */
function withProfile(command: Command): Command {
  if (command.registeredArguments.some((argument) => argument.name() === "torrent"))
    command
      .summary(command.description())
      .description(
        `${command.description()}.\n\nA torrent is named by its hash, the beginning of it, its name or a part of it.`,
      );
  return addNetworkNameOption(command).option(
    "--profile <name>",
    "which of your Starlings, where several run",
  );
}
