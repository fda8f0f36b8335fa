// How well the DHT looks up, in the simulator, as tables for docs/benchmarks.md. All figures but the last column are of virtual
// time: the same on every machine for the same seed.
//   npm run bundle && node bench/dht.mjs goals [NODES]        our lookups beside those of libtorrent and bittorrent-dht
//   npm run bundle && node bench/dht.mjs algorithms [NODES]   what each algorithm is worth: without it, beside with it
import { spawnSync } from "node:child_process";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const PROGRAM = join(dirname(fileURLToPath(import.meta.url)), "..", "dist", "cli", "main.js");
const [what = "goals", nodes = "1000"] = process.argv.slice(2);

const SCENARIOS = {
  "nobody leaves": [],
  "30 % dead": ["--dead", "30%"],
  "50 % dead": ["--dead", "50%"],
  "15 % of round trips lost": ["--loss", "7.8%"],
  "15 % lost each way": ["--loss", "15%"],
  "20 % churn in 30 minutes": ["--churn", "20%/30m", "--minutes", "16"],
  "20 % liars": ["--liars", "20%"],
};
const PROGRAMS = ["Starling", "libtorrent", "bittorrent-dht"];

/** What is switched, and the scenario that it is for. */
const ALGORITHMS = [
  ["wide far buckets", "farBucketWidths=[]", "30 % dead"],
  ["prefix slots", "prefixSlots=false", "30 % dead"],
  ["quality by BEP 42 and round trip", "prefersNear=false", "30 % dead"],
  ["adaptive stall times", "stallMs=1000", "30 % dead"],
  ["head of the list", "headOfList=false", "30 % dead"],
  ["looking behind the dead", "looksBehind=false", "30 % dead"],
  ["replacement cache", "replacements=false", "20 % churn in 30 minutes"],
  ["steady maintenance", "steadyMaintenance=false", "20 % churn in 30 minutes"],
  ["asking the head again", "resends=false", "15 % lost each way"],
  ["candidate sources", "candidateSources=false", "20 % liars"],
  ["one per address and id", "onePerParty=false", "20 % liars"],
  ["unreachable cache", "unreachableCache=false", "30 % dead", ["--lookups", "4000", "--hashes", "20"]],
  ["announce cache", "announceCache=false", "nobody leaves", ["--lookups", "4000", "--hashes", "4"]],
  ["quarantine", "quarantine=false", "nobody leaves", ["--nat", "port-restricted=30%", "--minutes", "40"]],
];

function simulate(options) {
  const { stdout, stderr, status } = spawnSync(
    process.execPath,
    [PROGRAM, "dht", "simulate", "--json", "--nodes", nodes, ...options],
    { encoding: "utf8", maxBuffer: 1 << 24 },
  );
  if (status !== 0) throw new Error(stderr);
  return { ...JSON.parse(stdout), wall: /([\d.]+) us of processor/.exec(stderr)?.[1] };
}

const percent = (ratio) => (ratio === null ? "-" : `${(100 * ratio).toFixed(1)} %`);
const pair = ({ p50, p99 }) => `${p50 ?? "-"} / ${p99 ?? "-"}`;

function row(name, report) {
  const { lookups, idle } = report;
  const cells = [
    name,
    percent(lookups.endedAtClosestRatio),
    percent(lookups.closestFoundRatio),
    pair(lookups.firstPeersMs),
    pair(lookups.wholeLookupMs),
    `${lookups.queriesSent.mean} / ${lookups.queriesSent.p99}`,
    lookups.queriesUnanswered.mean,
    lookups.hops.mean,
    percent(idle?.deadContactsRatio ?? null),
    report.wall,
  ];
  console.log(`| ${cells.join(" | ")} |`);
}

console.log(`${nodes} nodes, seed 1\n`);
console.log(
  "| | ended at the true closest | of the closest | first peers, ms p50 / p99 | whole lookup, ms p50 / p99 | queries mean / p99 | unanswered | hops | unusable contacts | us a message |",
);
console.log("|---|---|---|---|---|---|---|---|---|---|");
const SHORT = ["--minutes", "8", "--lookups", "500"];
if (what === "goals") {
  for (const [scenario, options] of Object.entries(SCENARIOS))
    for (const program of PROGRAMS) {
      const like = program === "Starling" ? [] : ["--like", program];
      row(`${scenario}: ${program}`, simulate([...SHORT, ...options, ...like]));
    }
} else {
  for (const [name, change, scenario, more = []] of ALGORITHMS) {
    const options = [...SHORT, ...SCENARIOS[scenario], ...more];
    row(`with ${name} (${scenario})`, simulate(options));
    row("without", simulate([...options, "--set", change]));
  }
}
