import { describe, expect, test } from "vitest";
import { parseScenario, type ScenarioFlags } from "../../src/cli/arguments/scenario-options.ts";

const DEFAULTS: ScenarioFlags = {
  nodes: "1000",
  minutes: "20",
  rtt: "10-310",
  loss: "0%",
  dead: "0%",
  liars: "0%",
  readOnly: "0%",
  nat: [],
  seed: "1",
  set: [],
};

describe("the options of dht simulate", () => {
  test("describe a scenario", () => {
    const scenario = parseScenario({
      ...DEFAULTS,
      churn: "20%/30m",
      dead: "0.3",
      nat: ["symmetric=10%"],
      set: ["alpha=3", "farBucketWidths=[16,8]"],
    });
    expect(scenario).toMatchObject({
      nodes: 1_000,
      lookups: 1_000,
      hashes: 100,
      churn: { ratio: 0.2, perMs: 1_800_000 },
      deadRatio: 0.3,
      nat: { "full-cone": 0, "port-restricted": 0, symmetric: 0.1 },
      tuning: { alpha: 3, farBucketWidths: [16, 8] },
    });
  });

  test("take the parameters of another program, and changes to them", () => {
    const { tuning } = parseScenario({ ...DEFAULTS, like: "libtorrent", set: ["stallMs=500"] });
    expect(tuning).toMatchObject({ resends: false, stallMs: 500 });
  });

  test.each([
    [{ nodes: "1" }, /--nodes: "1" is not a number from 2/],
    [{ minutes: "5" }, /--minutes/],
    [{ rtt: "310-10" }, /--rtt: "310-10" is not a range/],
    [{ loss: "150%" }, /--loss: "150%" is not a share/],
    [{ churn: "20%" }, /--churn/],
    [{ nat: ["odd=10%"] }, /--nat: "odd" is not a kind of router/],
    [{ like: "nobody" }, /--like: "nobody"/],
    [{ set: ["nothing=1"] }, /--set: there is no algorithm "nothing"/],
    [{ set: ['alpha="3"'] }, /--set: "alpha="3"" has no value that fits/],
  ] as const)("refuse %j", (flags, message) => {
    expect(() => parseScenario({ ...DEFAULTS, ...flags })).toThrow(message);
  });
});
