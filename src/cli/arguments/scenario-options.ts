/** The scenario that the options of `starling dht simulate` describe. */
import { ClientError } from "../../core/errors.ts";
import { type DhtTuning, SHIPPING } from "../../dht/index.ts";
import { DEFAULT_SCENARIO, DHT_BASELINES, type DhtScenario, SHORTEST_MINUTES } from "../../sim/index.ts";
import { parseCount, parseDuration } from "./quantities.ts";

/** More would not fit into the memory of most machines: a node takes about 150 kB. */
const MOST_NODES = 50_000;
/** Where nothing else is asked for, each hash is sought so often. */
const LOOKUPS_PER_HASH = 10;
/** A week: more shows nothing that a week does not. */
const MOST_MINUTES = 7 * 24 * 60;

/** As commander hands them over. */
export interface ScenarioFlags {
  readonly nodes: string;
  readonly minutes: string;
  readonly lookups?: string;
  readonly hashes?: string;
  readonly rtt: string;
  readonly loss: string;
  readonly churn?: string;
  readonly dead: string;
  readonly liars: string;
  readonly readOnly: string;
  readonly nat: readonly string[];
  readonly seed: string;
  readonly like?: string;
  readonly set: readonly string[];
}

export function parseScenario(flags: ScenarioFlags): DhtScenario {
  const nodes = parseCount(flags.nodes, "--nodes", 2, MOST_NODES);
  const { minRttMs, maxRttMs } = parseRtt(flags.rtt);
  const lookups =
    flags.lookups === undefined ? nodes : parseCount(flags.lookups, "--lookups", 1, 10 * MOST_NODES);
  return {
    seed: flags.seed,
    nodes,
    minutes: parseCount(flags.minutes, "--minutes", SHORTEST_MINUTES, MOST_MINUTES),
    minRttMs,
    maxRttMs,
    lossRatio: parseShare(flags.loss, "--loss"),
    churn: flags.churn === undefined ? null : parseChurn(flags.churn),
    deadRatio: parseShare(flags.dead, "--dead"),
    liarRatio: parseShare(flags.liars, "--liars"),
    readOnlyRatio: parseShare(flags.readOnly, "--read-only"),
    nat: parseNat(flags.nat),
    lookups,
    hashes:
      flags.hashes === undefined
        ? Math.ceil(lookups / LOOKUPS_PER_HASH)
        : parseCount(flags.hashes, "--hashes", 1, MOST_NODES),
    tuning: { ...(flags.like === undefined ? {} : parseBaseline(flags.like)), ...parseTuning(flags.set) },
  };
}

/** `30%` or `0.3`. */
function parseShare(text: string, option: string): number {
  const match = /^(\d+(?:\.\d+)?)(%?)$/.exec(text);
  const share = match === null ? Number.NaN : Number(match[1]) / (match[2] === "%" ? 100 : 1);
  if (share >= 0 && share <= 1) return share;
  throw new ClientError("USAGE", `${option}: "${text}" is not a share`, { hint: "Write it like 30%." });
}

function parseRtt(text: string): { readonly minRttMs: number; readonly maxRttMs: number } {
  const match = /^(\d+)-(\d+)$/.exec(text);
  const [minRttMs, maxRttMs] = [Number(match?.[1]), Number(match?.[2])];
  if (minRttMs <= maxRttMs) return { minRttMs, maxRttMs };
  throw new ClientError("USAGE", `--rtt: "${text}" is not a range`, { hint: "Write it like 10-310." });
}

function parseChurn(text: string): NonNullable<DhtScenario["churn"]> {
  const [share = "", time = ""] = text.split("/");
  const perMs = parseDuration(time, "--churn");
  if (perMs > 0) return { ratio: parseShare(share, "--churn"), perMs };
  throw new ClientError("USAGE", `--churn: "${text}" has no time`, { hint: "Write it like 20%/30m." });
}

function parseNat(texts: readonly string[]): DhtScenario["nat"] {
  const nat = { ...DEFAULT_SCENARIO.nat };
  for (const text of texts) {
    const [kind = "", share = ""] = text.split("=");
    if (!Object.hasOwn(nat, kind)) {
      throw new ClientError("USAGE", `--nat: "${kind}" is not a kind of router`, {
        hint: `Kinds are ${Object.keys(nat).join(", ")}.`,
      });
    }
    nat[kind as keyof typeof nat] = parseShare(share, "--nat");
  }
  return nat;
}

function parseBaseline(name: string): Partial<DhtTuning> {
  const baseline = Object.hasOwn(DHT_BASELINES, name) ? DHT_BASELINES[name] : undefined;
  if (baseline !== undefined) return baseline;
  throw new ClientError("USAGE", `--like: "${name}" is not a program whose lookups we know`, {
    hint: `Programs are ${Object.keys(DHT_BASELINES).join(" and ")}.`,
  });
}

function parseTuning(texts: readonly string[]): Partial<DhtTuning> {
  return Object.fromEntries(texts.map(parseSwitch));
}

/** `name=value`, the value as JSON of the kind that ships. */
function parseSwitch(text: string): [string, unknown] {
  const [name = "", ...rest] = text.split("=");
  const known: Record<string, unknown> = { ...SHIPPING };
  const value = jsonOrUndefined(rest.join("="));
  if (!Object.hasOwn(known, name)) {
    throw new ClientError("USAGE", `--set: there is no algorithm "${name}"`, {
      hint: `There are ${Object.keys(known).sort().join(", ")}.`,
    });
  }
  const isFitting = value !== undefined && kindOf(value) === kindOf(known[name] ?? 0);
  if (isFitting) return [name, value];
  throw new ClientError("USAGE", `--set: "${text}" has no value that fits`, {
    hint: `What ships is ${name}=${JSON.stringify(known[name])}.`,
  });
}

function kindOf(value: unknown): string {
  return Array.isArray(value) ? "list" : typeof value;
}

function jsonOrUndefined(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
