/** Commands about private DHT networks: `network create join list show rotate doctor leave`. */
import { type Command, Option } from "commander";
import { addBindOptions, collect } from "../arguments/network-options.ts";
import { withExamples } from "../manual/examples.ts";
import { forCommandOnly } from "../settings/setting.ts";
import { type Declare, declareGroup } from "./declare-command.ts";

export function declareNetwork(program: Command, command: Declare): void {
  const network = declareGroup(program, "network", "private DHT networks: make one, enter one, leave it");
  withExamples(
    command(
      network,
      "create <name>",
      "make a network and print the join string that lets others in",
      async () => (await import("../commands/network-create.ts")).runNetworkCreate,
    )
      .addOption(
        new Option("--sealed", "everything is encrypted with a key that members have (default)").conflicts([
          "open",
          "plain",
        ]),
      )
      .addOption(new Option("--open", "every message says the network it is for").conflicts("plain"))
      .option("--plain", "pure mainline, for other clients to take part")
      .addOption(
        forCommandOnly(
          new Option("--bootstrap <host:port>", "node that will let newcomers in, repeatable")
            .argParser(collect)
            .default([]),
        ),
      ),
    [
      {
        line: "starling network create lab --bootstrap 192.0.2.7:7000 > lab.join",
        does: "whoever has the file can join",
      },
      { line: "starling dht serve --network lab --port 7000", does: "on 192.0.2.7" },
    ],
  );
  command(
    network,
    "join [join-string]",
    "enter a network: a join string or a file that holds one; else it is asked for, or read from standard input",
    async () => (await import("../commands/network-join.ts")).runNetworkJoin,
  ).option("--name <name>", "what to call it here instead of its own name");
  command(
    network,
    "list",
    "the networks you are in",
    async () => (await import("../commands/network-list.ts")).runNetworkList,
  );
  command(
    network,
    "show <name>",
    "print a network's join string, and what it says",
    async () => (await import("../commands/network-show.ts")).runNetworkShow,
  );
  command(
    network,
    "rotate <name>",
    "give a sealed network a new key, which is spoken after a time for all members to take it",
    async () => (await import("../commands/network-rotate.ts")).runNetworkRotate,
  ).option("--in <duration>", "from when on it is spoken", "24h");
  addBindOptions(
    command(
      network,
      "doctor [name]",
      "whether this machine gets into a network, and if not why (exit 1: something is broken)",
      async () => (await import("../commands/network-doctor.ts")).runNetworkDoctor,
    ),
    "the network's own",
  ).option("--timeout <duration>", "how long to wait for the DHT", "10s");
  command(
    network,
    "leave <name>",
    "forget a network and what was learnt there; downloads stay",
    async () => (await import("../commands/network-leave.ts")).runNetworkLeave,
  );
}
