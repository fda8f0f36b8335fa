// The benchmark set: the wire engine and the DHT of Starling beside real BitTorrent programs and beside what Node itself can do.
//   npm run bench [-- NAME …]        all of it takes about half an hour; a name measures one thing (`-- list` names them)
//   RUNS=3                           runs of each series after one that is thrown away
//   DISK=/var/tmp                    a folder on a real disk; without it nothing is measured on disk
// Root on Debian 12: `bench/rig/setup.sh` is run first and installs libtorrent, aria2 and webtorrent (bench/rig/README.md).
// Rivals run interleaved and in turn; quote the ratios. All traffic stays on loopback.
import { spawnSync } from "node:child_process";
import { existsSync, statfsSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const BENCH = dirname(fileURLToPath(import.meta.url));
const RIG = join(BENCH, "rig");
const PYTHON = "/usr/bin/python3";
const MEMORY = "/dev/shm";
const DATA = join(MEMORY, "rigdata");
const RUNS = process.env.RUNS ?? "3";
const DISK = process.env.DISK;
/** The data in memory, what clients write, and room to spare. */
const MEMORY_NEEDED_BYTES = 4 * 2 ** 30;

const starling = `${process.execPath} ${join(BENCH, "..", "dist", "cli", "main.js")}`;
const environment = {
  ...process.env,
  STARLING_LOOPBACK_ONLY: "1",
  RIG_WORK: process.env.RIG_WORK ?? join(tmpdir(), "starling-rig"),
  // Plaintext for everybody: the C peers speak nothing else, and libtorrent is told so by the rig.
  CLIENT_CMD: `${starling} get {torrent} -o {out} --port {port} --bootstrap none --encryption off`,
  CLIENT_SEED_CMD: `${starling} seed {torrent} --data {out} --port {port} --bootstrap none --encryption off`,
  DHT_CMD: `${starling} dht serve --host {ip} --port {port} --bootstrap {bootstrap} --limits off`,
};

/** Each is a list of commands; a name says what is measured, the goal what is to be reached. */
const BENCHMARKS = {
  leech: {
    goal: "from one C peer: libtorrent's speed, its CPU, under 150 MiB; 75 % of the ceiling",
    commands: onEachTarget((target) => [
      rig("leech", "libtorrent,webtorrent,cmd,ceiling", "--fast", "--piece", "1024", ...target),
      rig("leech", "libtorrent,cmd", "--fast", "--piece", "256", ...target),
    ]),
  },
  leech4: {
    goal: "from four C peers: libtorrent's speed, its CPU, under 150 MiB",
    commands: onEachTarget((target) => [
      rig("leech", "libtorrent,webtorrent,cmd", "--fast", "--seeders", "4", "--piece", "1024", ...target),
      rig("leech", "libtorrent,cmd", "--fast", "--seeders", "4", "--piece", "256", ...target),
    ]),
  },
  seed: {
    goal: "to one C peer: libtorrent's speed, its CPU, under 150 MiB; then aria2's CPU",
    commands: [
      rig("seed", "libtorrent,webtorrent,aria2,cmd", "--fast", "--piece", "1024"),
      rig("seed", "libtorrent,aria2,cmd", "--fast", "--piece", "256"),
    ],
  },
  peers100: {
    goal: "100 rate-limited peers: CPU and memory beside libtorrent's, event loop p99 under 20 ms",
    commands: [limited("12.5", "g256"), limited("110", "g1")],
  },
  onecore: {
    goal: "the same with the client on one core",
    commands: [limited("12.5", "g256", "--pin"), limited("110", "g1", "--pin")],
  },
  haves: {
    goal: "100 peers announce 100,000 pieces each, one by one: event loop p99 under 20 ms",
    commands: [[process.execPath, join(BENCH, "have-storm.mjs")]],
  },
  idle: {
    goal: "1,000 idle torrents: under 1 % of a core",
    commands: [typescript("idle-torrents.ts")],
  },
  "dht-answers": {
    goal: "one node on one core, limits off, a mix of ping, find_node and get_peers: libtorrent's answers a second",
    commands: ["udp:dgramlookup", "libtorrent", "cmd", "npm"].map((server) => [
      PYTHON,
      join(RIG, "dht_bench.py"),
      server,
      "mix",
    ]),
  },
  "dht-limits": {
    goal: "limits on: p99 under 5 ms at 1,000 queries/s beside a download, libtorrent's CPU, memory flat under a flood",
    commands: [[PYTHON, join(RIG, "dht_limits.py")]],
  },
  "dht-crawl": {
    goal: "10,000 simulated nodes: 95 % of the hashes within 60 s of virtual time",
    needsRig: false,
    commands: [typescript("dht-crawl.ts")],
  },
  utp: {
    goal: "over uTP with TCP off, from and to libtorrent: its speed and CPU; in the simulator at 50 ms with 1 % loss",
    commands: [
      rig("leech", "libtorrent,cmd", "--utp", "--data", join(DATA, "g256"), "--piece", "256"),
      rig("seed", "libtorrent,cmd", "--utp", "--data", join(DATA, "g256"), "--piece", "256"),
      [
        process.execPath,
        "--import",
        join(BENCH, "..", "scripts", "typescript.mjs"),
        join(BENCH, "utp-links.ts"),
      ],
    ],
  },
  rc4: {
    goal: "RC4 from the first byte to the last, from and to libtorrent: its speed and CPU; the wire alone over each transport",
    commands: [
      rig("leech", "libtorrent,cmd", "--rc4", "--data", join(DATA, "g256"), "--piece", "256"),
      rig("seed", "libtorrent,cmd", "--rc4", "--data", join(DATA, "g256"), "--piece", "256"),
      ...[
        ["1024", "off", "tcp"],
        ["1024", "prefer", "tcp"],
        ["512", "require", "tcp"],
        ["256", "off", "utp"],
        ["256", "require", "utp"],
      ].map(([mib, encryption, transport]) => [
        process.execPath,
        "--import",
        join(BENCH, "..", "scripts", "typescript.mjs"),
        join(BENCH, "wire-tcp.ts"),
        mib,
        "256",
        MEMORY,
        encryption,
        transport,
      ]),
    ],
  },
  path: {
    goal: "what the platform alone carries; a check at 90 % of the speed of SHA-1",
    commands: [[process.execPath, join(BENCH, "receive-path.mjs"), "--runs", RUNS]],
  },
  "dht-goals": {
    goal: "lookups of 1,000 simulated nodes: right endings, times and messages beside two baselines",
    needsRig: false,
    commands: [[process.execPath, join(BENCH, "dht.mjs"), "goals"]],
  },
  "dht-algorithms": {
    goal: "what each algorithm of the DHT is worth, among 500 simulated nodes",
    needsRig: false,
    commands: [[process.execPath, join(BENCH, "dht.mjs"), "algorithms", "500"]],
  },
  "dht-pacing": {
    goal: "what it is worth to repeat announces a little earlier or later, and to bound new addresses a minute",
    needsRig: false,
    commands: [typescript("dht-pacing.ts")],
  },
  "dht-hour": {
    goal: "a virtual hour of 10,000 nodes with a lookup each: 60 s, 2 GiB",
    needsRig: false,
    commands: [simulated("--nodes", "10000", "--minutes", "60")],
  },
  "dht-idle": {
    goal: "an idle node: own maintenance under 5 MB a day (half of what passes), read-only under 2",
    needsRig: false,
    commands: [
      simulated("--nodes", "400", "--minutes", "60", "--seed", "7"),
      simulated("--nodes", "400", "--minutes", "60", "--seed", "7", "--read-only", "20%"),
    ],
  },
  "dht-table": {
    goal: "a full table: under 100 kB of heap; a search for the eight closest",
    needsRig: false,
    commands: [typescript("dht-table.ts", "200")],
  },
  "dht-real": {
    goal: "lookups in a network of 500 nodes on loopback, of bittorrent-dht's and of ours, beside bittorrent-dht and libtorrent",
    commands: ["npm", "starling"].map((kind) => ["bash", join(RIG, "lookup.sh"), "500", "30", kind]),
  },
};

function typescript(file, ...args) {
  const loader = join(BENCH, "..", "scripts", "typescript.mjs");
  return [process.execPath, "--expose-gc", "--import", loader, join(BENCH, file), ...args];
}

function rig(...args) {
  return [PYTHON, join(RIG, "rig.py"), ...args, "--runs", RUNS];
}

/** Ten thousand tables need more than the heap that V8 takes by itself. */
function simulated(...args) {
  const program = join(BENCH, "..", "dist", "cli", "main.js");
  return [process.execPath, "--max-old-space-size=8192", program, "dht", "simulate", ...args];
}

function limited(mibPerSecond, data, ...more) {
  const what = ["--data", join(DATA, data), "--piece", "256", "--peers", "100", "--rate", mibPerSecond];
  return rig("leech", "libtorrent,aria2,cmd", ...what, "--loop", ...more);
}

function onEachTarget(commandsFor) {
  const targets = DISK === undefined ? [MEMORY] : [MEMORY, DISK];
  return targets.flatMap((target) => commandsFor(["--target", target]));
}

const names = process.argv.slice(2).length > 0 ? process.argv.slice(2) : Object.keys(BENCHMARKS);
if (names.includes("list")) {
  for (const [name, { goal }] of Object.entries(BENCHMARKS)) console.log(`${name.padEnd(16)}${goal}`);
} else {
  const unknown = names.filter((name) => !Object.hasOwn(BENCHMARKS, name));
  if (unknown.length > 0)
    fail(`There is no benchmark ${unknown.join(", ")}; there are: ${Object.keys(BENCHMARKS).join(", ")}.`);
  if (names.some((name) => BENCHMARKS[name].needsRig !== false)) prepare();
  for (const name of names) {
    console.log(`\n== ${name}: ${BENCHMARKS[name].goal}`);
    for (const command of BENCHMARKS[name].commands) run(command);
  }
}

/** Peers, small C programs and data; what is there already is left alone. */
function prepare() {
  const { bavail, bsize } = statfsSync(MEMORY);
  if (!existsSync(`${DATA}/g1`) && bavail * bsize < MEMORY_NEEDED_BYTES)
    fail(`${MEMORY} needs ${MEMORY_NEEDED_BYTES / 2 ** 30} GiB of room.`);
  run(["bash", join(RIG, "setup.sh")]);
  run([PYTHON, join(RIG, "mkdata.py"), "g1", "1024", DATA, "1024,256"]);
  run([PYTHON, join(RIG, "mkdata.py"), "g256", "256", DATA, "256"]);
}

function run(command) {
  console.log(`$ ${command.join(" ")}`);
  const { status } = spawnSync(command[0], command.slice(1), { stdio: "inherit", env: environment });
  if (status !== 0) fail(`That ended with ${status}.`);
}

function fail(message) {
  console.error(message);
  process.exit(1);
}
