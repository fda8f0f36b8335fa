import { describe, expect, test } from "vitest";
import { buildProgram } from "../../../src/cli/program.ts";
import { nearestWord } from "../../../src/cli/settings/nearest-word.ts";
import { keysOf, runnableCommands, settableOptions, settingsOf } from "../../../src/cli/settings/setting.ts";
import { SettingSources } from "../../../src/cli/settings/setting-sources.ts";

const program = buildProgram(() => {});

function keys(command: string, long: string): readonly string[] | undefined {
  const found = runnableCommands(program).find((candidate) => candidate.name() === command);
  const option = found && settableOptions(found).find((candidate) => candidate.long === long);
  return found && option && keysOf(found, option);
}

describe("an option can be set", () => {
  test("for its command, and where it means the same everywhere for all of them", () => {
    expect(keys("get", "--max-down")).toEqual(["get.max-down", "max-down"]);
    expect(keys("get", "--timeout")).toEqual(["get.timeout"]);
    expect(keys("serve", "--port")).toEqual(["dht.serve.port", "port"]);
  });

  test("but a command that only asks does not take the port that others come to", () => {
    expect(keys("lookup", "--port")).toEqual(["dht.lookup.port"]);
  });

  test("unless it is about one call", () => {
    expect(keys("get", "--json")).toBeUndefined();
    expect(keys("get", "--select")).toBeUndefined();
  });

  test("under a variable that is its alone", () => {
    const variables = [...settingsOf(program).values()].map(({ variable }) => variable);
    expect(new Set(variables).size).toBe(variables.length);
    expect(settingsOf(program).get("get.timeout")?.variable).toBe("STARLING_GET_TIMEOUT");
  });
});

test("the environment counts more than the file, the command's own key more than the general one", () => {
  const file = new Map([
    ["max-down", "1M"],
    ["get.max-down", "2M"],
  ]);
  const both = ["get.max-down", "max-down"];
  const sources = (environment: Record<string, string>) => new SettingSources(file, "file", environment);
  expect(sources({}).valueOf(both, "text")).toEqual({ value: "2M", origin: "file" });
  expect(sources({}).valueOf(["share.max-down", "max-down"], "text")).toEqual({
    value: "1M",
    origin: "file",
  });
  expect(sources({ STARLING_MAX_DOWN: "3M" }).valueOf(both, "text")).toEqual({
    value: "3M",
    origin: "STARLING_MAX_DOWN",
  });
  expect(sources({ STARLING_MAX_DOWN: "" }).valueOf(both, "text")).toEqual({ value: "2M", origin: "file" });
});

test.each([
  ["prot", "port"],
  ["max-dwon", "max-down"],
  ["x", undefined],
  ["something-else", undefined],
])("%s is near to %s", (typed, nearest) => {
  expect(nearestWord(typed, ["port", "host", "max-down", "max-up"])).toBe(nearest);
});
