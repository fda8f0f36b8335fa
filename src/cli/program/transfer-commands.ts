/** Commands that move data: `open get share seed`. */
import type { Command } from "commander";
import {
  addConnectionOptions,
  addLimitOptions,
  addLocalDiscoveryOption,
  addNetworkOptions,
  addRecordingOptions,
  collect,
  DEFAULT_PORT,
} from "../arguments/network-options.ts";
import { addTorrentOptions } from "../arguments/torrent-options.ts";
import type { Declare } from "./declare-command.ts";

export function declareTransfers(program: Command, command: Declare): void {
  const open = command(
    program,
    "open [source...]",
    "open the dashboard, adding magnets, hashes or .torrent files",
    async () => (await import("../commands/open.ts")).runOpen,
  );
  addTorrentOptions(addLimitOptions(addNetworkOptions(open, DEFAULT_PORT)))
    .option("--paused", "add what is named without starting it")
    .option("-o, --output <dir>", "folder for downloads")
    .option("--peer <host:port>", "peer to try first, repeatable", collect, [])
    .option("--profile <name>", "another Starling of yours, with torrents and a port of its own")
    .option("--detach", "run in the background: closing the dashboard or the terminal stops nothing")
    .option("--ascii", "draw with ASCII only")
    .option("--color <when>", "always, never or auto")
    .option("--no-mouse", "leave the mouse to the terminal")
    .option("--screen-reader", "lines of text instead of a screen");

  const get = command(
    program,
    "get <source...>",
    "download, verify and exit (- reads links from standard input)",
    async () => (await import("../commands/get.ts")).runGet,
  );
  addTorrentOptions(addLimitOptions(addNetworkOptions(get, DEFAULT_PORT)))
    .option("-o, --output <dir>", "folder that will hold the content's own folder or file", ".")
    .option("--peer <host:port>", "peer to try first, repeatable", collect, [])
    .option("--list", "print the files and exit")
    .option("--seed [GOAL]", "after the download seed: for ever, to a ratio (=1.5) or for a time (=2h)")
    .option("--timeout <duration>", "give up when no peer and no metadata came within this time")
    .option("--stall-timeout <duration>", "give up when no byte came for this long");

  const share = command(
    program,
    "share <path...>",
    "make a torrent of each path, print its magnet, seed",
    async () => (await import("../commands/share.ts")).runShare,
  );
  addLimitOptions(addNetworkOptions(share, DEFAULT_PORT))
    .option("--peer <host:port>", "peer to try first, repeatable", collect, [])
    .option("--name <name>", "name of the torrent instead of the path's own")
    .option("--piece-size <size>", "piece length, a power of two such as 256K")
    .option("--super-seed", "first seed of a new swarm: peers get it piece by piece until they have it all");

  const seed = command(
    program,
    "seed <source>",
    "seed data that is on disk",
    async () => (await import("../commands/seed.ts")).runSeed,
  );
  addLimitOptions(addNetworkOptions(seed, DEFAULT_PORT))
    .option("--peer <host:port>", "peer to try first, repeatable", collect, [])
    .option("--data <dir>", "folder that holds the content's own folder or file", ".");

  for (const recorded of [get, share, seed]) addRecordingOptions(recorded);
  for (const searching of [open, get, share, seed]) addConnectionOptions(addLocalDiscoveryOption(searching));
}
