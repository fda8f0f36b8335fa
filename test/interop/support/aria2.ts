/** Drives aria2 (Debian), one process a download: it exits when it is done. */
import { join } from "node:path";
import { type Lab, PEER_PORT } from "./lab.ts";
import { LineProcess } from "./line-process.ts";

export interface Aria2Options {
  /** A magnet link or the path of a .torrent file. */
  readonly source: string;
  readonly folder: string;
  /** HOST:PORT of one DHT node; without it the DHT is off. */
  readonly bootstrap?: string;
  /** Seed data that is already in the folder, until stopped. */
  readonly seed?: boolean;
  /** More options, as aria2 has them; they win over those of the suite. */
  readonly extra?: readonly string[];
  readonly host?: string;
  /** A command line in front of aria2, e.g. to enter a network namespace. */
  readonly prefix?: readonly string[];
}

export class Aria2 extends LineProcess {
  readonly host: string;

  static start(lab: Lab, options: Aria2Options): Aria2 {
    return lab.run(new Aria2(options.host ?? lab.newHost(), lab.newFolder("aria2-state"), options));
  }

  private constructor(host: string, stateFolder: string, options: Aria2Options) {
    const sharing = options.seed
      ? ["--seed-ratio=0.0", "--bt-seed-unverified=true"]
      : ["--seed-time=0", "--bt-stop-timeout=110"];
    super({
      name: `aria2 at ${host}`,
      command: [
        ...(options.prefix ?? []),
        "aria2c",
        "--no-conf",
        "--no-netrc",
        `--interface=${host}`,
        `--listen-port=${PEER_PORT}`,
        `--dht-listen-port=${PEER_PORT}`,
        `--dht-file-path=${join(stateFolder, "dht.dat")}`,
        `--enable-dht=${options.bootstrap !== undefined}`,
        "--enable-dht6=false",
        "--disable-ipv6=true",
        ...(options.bootstrap === undefined ? [] : [`--dht-entry-point=${options.bootstrap}`]),
        "--bt-enable-lpd=false",
        "--bt-exclude-tracker=*",
        "--file-allocation=none",
        "--summary-interval=0",
        "--console-log-level=notice",
        "--enable-color=false",
        `--dir=${options.folder}`,
        ...sharing,
        ...(options.extra ?? []),
        options.source,
      ],
    });
    this.host = host;
  }
}
