import { expect, test } from "vitest";
import { parseBootstrap, parsePeerAddress } from "../../src/cli/arguments/addresses.ts";
import { separateBareOptions } from "../../src/cli/arguments/bare-options.ts";
import {
  parseDuration,
  parsePort,
  parseRate,
  parseSeedGoal,
  parseSize,
} from "../../src/cli/arguments/quantities.ts";
import { ClientError } from "../../src/core/errors.ts";

test.each([
  ["0", 0],
  ["512", 512],
  ["64K", 65_536],
  ["16M", 16_777_216],
  ["1.5g", 1_610_612_736],
  ["2MiB", 2_097_152],
  ["3M/s", 3_145_728],
])("the size %s is %i bytes", (text, bytes) => {
  expect(parseSize(text, "--max-down")).toBe(bytes);
});

test.each(["", "M", "-1", "1X", "1e9", "16 M B"])(
  "%j is not a size, and the message names the option",
  (text) => {
    expect(() => parseSize(text, "--max-down")).toThrow(/--max-down/);
  },
);

test("a rate of 0 or none is no limit", () => {
  expect(parseRate("0", "--max-up")).toBeNull();
  expect(parseRate("none", "--max-up")).toBeNull();
  expect(parseRate("2K", "--max-up")).toBe(2048);
});

test.each([
  ["90s", 90_000],
  ["10m", 600_000],
  ["2h", 7_200_000],
  ["1d", 86_400_000],
  ["250ms", 250],
  ["5", 5_000],
])("the duration %s is %i milliseconds", (text, durationMs) => {
  expect(parseDuration(text, "--timeout")).toBe(durationMs);
});

test("a seed goal is nothing, for ever, a ratio or a time", () => {
  expect(parseSeedGoal(undefined)).toBeUndefined();
  expect(parseSeedGoal("")).toEqual({});
  expect(parseSeedGoal("1.5")).toEqual({ ratio: 1.5 });
  expect(parseSeedGoal("2h")).toEqual({ forMs: 7_200_000 });
});

test("--seed alone never swallows the next word, and words after -- are left alone", () => {
  expect(separateBareOptions(["get", "--seed", "a.torrent"])).toEqual(["get", "--seed=", "a.torrent"]);
  expect(separateBareOptions(["get", "--seed=2h", "--", "--seed"])).toEqual([
    "get",
    "--seed=2h",
    "--",
    "--seed",
  ]);
});

test("the seed of a simulation always has a value", () => {
  const line = ["lab", "calibrate", "--seed", "7"];

  expect(separateBareOptions(line)).toEqual(line);
});

test.each(["65536", "-1", "a", ""])("%j is not a port", (text) => {
  expect(() => parsePort(text, "--port")).toThrow(ClientError);
});

test("bootstrap nodes are addresses or names with a port, and none means nobody", () => {
  expect(parseBootstrap([])).toBeUndefined();
  expect(parseBootstrap(["none"])).toEqual([]);
  expect(parseBootstrap(["127.0.0.1:7000", "router.example.org:6881,[2001:db8::1]:1"])).toEqual([
    "127.0.0.1:7000",
    "router.example.org:6881",
    "[2001:db8::1]:1",
  ]);
});

test.each(["127.0.0.1", "127.0.0.1:0", "127.0.0.256:1", "host", "host:70000", "-x:1", "a b:1"])(
  "%j is refused as a bootstrap node",
  (text) => {
    expect(() => parseBootstrap([text])).toThrow(/HOST:PORT/);
  },
);

test("a peer is a numeric address", () => {
  expect(parsePeerAddress("127.0.0.1:6881")).toEqual({ host: "127.0.0.1", port: 6881, family: 4 });
  expect(() => parsePeerAddress("example.org:6881")).toThrow(ClientError);
});
