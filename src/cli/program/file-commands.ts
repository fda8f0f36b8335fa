/** Commands about torrents as files: `create info probe verify`. */
import type { Command } from "commander";
import { addConnectionOptions, addNetworkOptions, collect } from "../arguments/network-options.ts";
import type { Declare } from "./declare-command.ts";

export function declareFiles(program: Command, command: Declare): void {
  command(
    program,
    "create <path>",
    "make a .torrent file without any network",
    async () => (await import("../commands/create.ts")).runCreate,
  )
    .option("-o, --output <file>", "the .torrent file to write")
    .option("--name <name>", "name of the torrent instead of the path's own")
    .option("--piece-size <size>", "piece length, a power of two such as 256K");

  const info = command(
    program,
    "info <source>",
    "what a magnet or a .torrent file holds",
    async () => (await import("../commands/info.ts")).runInfo,
  );
  addConnectionOptions(addNetworkOptions(info, "a free one"))
    .option("--peer <host:port>", "peer to ask for the metadata, repeatable", collect, [])
    .option("--save <file>", "write the .torrent file")
    .option("--timeout <duration>", "how long to look for the metadata of a magnet", "60s");

  const probe = command(
    program,
    "probe <source>",
    "how healthy a swarm is, without downloading (exit 6: data is missing)",
    async () => (await import("../commands/probe.ts")).runProbe,
  );
  addConnectionOptions(addNetworkOptions(probe, "a free one"))
    .option("--peer <host:port>", "peer to try first, repeatable", collect, [])
    .option("--for <duration>", "how long to meet peers", "20s")
    .option("--timeout <duration>", "how long to look for the metadata of a magnet", "60s");

  command(
    program,
    "verify <source> <dir>",
    "compare data on disk with a .torrent file",
    async () => (await import("../commands/verify.ts")).runVerify,
  );
}
