/** Commands of the lab: `lab SCENARIO`, swarms in virtual time. One scenario is one file in `commands/`, named `lab-…`. */
import type { Command } from "commander";
import { type Declare, declareGroup } from "./declare-command.ts";

export function declareLab(program: Command, command: Declare): void {
  const lab = declareGroup(program, "lab", "measure Starling on simulated swarms, in virtual time");
  command(
    lab,
    "calibrate",
    "how often a finish said to be sure came true, and how often the time to go held",
    async () => (await import("../commands/lab-calibrate.ts")).runLabCalibrate,
  )
    .option("--swarms <n>", "swarms to simulate", "100")
    .option("--seed <n>", "the same seed gives the same swarms and the same bytes", "1")
    .option("--plot <file>", "write the plot as SVG")
    .option("--report <file>", "write the report as Markdown")
    .option(
      "--outcomes <file>",
      "keep each swarm's outcome there; a run that was interrupted goes on after them",
    );
  command(
    lab,
    "flash-crowd",
    "what a publisher pays when a crowd comes at once, and how long the crowd takes",
    async () => (await import("../commands/lab-flash-crowd.ts")).runLabFlashCrowd,
  )
    .option("--peers <list>", "sizes of the crowd, one row each", "10,30,100")
    .option("--seed <n>", "the same seed gives the same report", "1")
    .option("--super-seeding <kinds>", "both, only or without: which kinds of publisher to simulate", "both")
    .option("--out <folder>", "write the report there as Markdown, JSON and SVG")
    .option("--add", "keep what the report there has of other sizes and kinds");
  command(
    lab,
    "unreliable",
    "whether those who stay get the file when the publisher and half of the peers go",
    async () => (await import("../commands/lab-unreliable.ts")).runLabUnreliable,
  )
    .option("--peers <n>", "peers of each swarm", "50")
    .option("--seeds <n>", "swarms of each kind", "20")
    .option("--seed <n>", "the first of the seeds; the same seeds give the same report", "1")
    .option("--other-seeds <n>", "swarms of the kinds without super-seeding; as many as --seeds if left out")
    .option("--kinds <list>", "which swarms to simulate", "calm,super-seeding,plain")
    .option("--copies <list>", "copies after which a plain publisher goes", "1.5,2,3")
    .option("--out <folder>", "write the report there as Markdown, JSON and SVG");
  command(
    lab,
    "tit-for-tat",
    "whom giving serves: completion by contribution, and what free riders get",
    async () => (await import("../commands/lab-tit-for-tat.ts")).runLabTitForTat,
  )
    .option("--seeds <n>", "swarms of each kind", "3")
    .option("--seed <n>", "the first of the seeds; the same seeds give the same report", "1")
    .option("--out <folder>", "write the report there as Markdown, JSON and SVG");
  command(
    lab,
    "real",
    "the flash crowd with real processes over loopback, of Starling and of libtorrent, beside its simulation",
    async () => (await import("../commands/lab-real.ts")).runLabReal,
  )
    .option("--peers <n>", "processes of the crowd, beside the publisher", "30")
    .option("--size <size>", "of what is shared", "64M")
    .option("--up <rate>", "everybody's upload per second, the publisher's too", "1M")
    .option("--down <rate>", "everybody's download per second", "8M")
    .option("--within <duration>", "the time in which all arrive", "60s")
    .option("--clients <list>", "starling, libtorrent or both", "starling,libtorrent")
    .option("--seed <n>", "of the simulation, and of the times at which peers come", "1")
    .option("--out <folder>", "write the report there as Markdown, JSON and SVG");
  command(
    lab,
    "replay <file>",
    "run an engine again on what was recorded with --record, and say why it came to what it did",
    async () => (await import("../commands/lab-replay.ts")).runLabReplay,
  );
}
