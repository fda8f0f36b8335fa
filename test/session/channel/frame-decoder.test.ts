import fc from "fast-check";
import { expect, test } from "vitest";
import { MAX_TEXT_CHARACTERS } from "../../../src/session/channel/channel-config.ts";
import { commandIdOf, decodeViewerFrame } from "../../../src/session/channel/frame-decoder.ts";

const ID = "0123456789abcdef0123456789abcdef01234567";

const command = (name: unknown, ...args: unknown[]) => ({ kind: "command", id: 1, name, args });

test("PA21: arbitrary values never throw and never become a command that was not asked for", () => {
  fc.assert(
    fc.property(fc.anything(), (message) => {
      const frame = decodeViewerFrame(message);
      expect(frame.ok === true || typeof frame.fault.code === "string").toBe(true);
      commandIdOf(message);
    }),
    { numRuns: 2_000 },
  );
});

test("PA21: arbitrary arguments of each command are checked or refused, never an exception", () => {
  const names = [
    "add",
    "pause",
    "remove",
    "addPeers",
    "setFilePriorities",
    "setTorrent",
    "configure",
    "watchDetails",
  ];
  fc.assert(
    fc.property(fc.constantFrom(...names), fc.array(fc.anything(), { maxLength: 3 }), (name, args) => {
      const frame = decodeViewerFrame(command(name, ...args));
      expect(typeof frame.ok).toBe("boolean");
    }),
    { numRuns: 5_000 },
  );
});

test("names inherited by every object are not commands", () => {
  for (const name of ["constructor", "__proto__", "toString", "hasOwnProperty"]) {
    expect(decodeViewerFrame(command(name, ID))).toMatchObject({
      ok: false,
      fault: { code: "command-unknown" },
    });
  }
});

test("only what a command takes is passed on", () => {
  const frame = decodeViewerFrame(
    command("add", { kind: "magnet", text: "magnet:?", extra: 1 }, { folder: "/d", surprise: "x" }),
  );

  expect(frame).toEqual({
    ok: true,
    value: {
      kind: "command",
      id: 1,
      name: "add",
      args: [{ kind: "magnet", text: "magnet:?" }, { folder: "/d" }],
    },
  });
});

test.each([
  ["a torrent id in upper case", command("pause", ID.toUpperCase())],
  ["a torrent id that is a path", command("pause", "../x")],
  ["a ratio below zero", command("add", { kind: "magnet", text: "m" }, { seedRatio: -1 })],
  ["a ratio that is not a number", command("add", { kind: "magnet", text: "m" }, { seedRatio: Number.NaN })],
  ["a text without end", command("add", { kind: "magnet", text: "m".repeat(MAX_TEXT_CHARACTERS + 1) }, {})],
  ["a torrent file that is text", command("add", { kind: "metainfo", bytes: "d4:infoe" }, {})],
  ["a limit with a fraction", command("configure", { maxDownBytesPerSecond: 1.5 })],
  ["labels that are no list", command("setTorrent", ID, { labels: "films" })],
  ["a goal below zero", command("setTorrent", ID, { seedRatio: -1 })],
  ["a schedule without minutes", command("configure", { schedule: [{ days: [1] }] })],
  ["peers that are not text", command("addPeers", ID, [6881])],
  ["removal without a decision about the data", command("remove", ID, {})],
])("refuses %s", (_, message) => {
  expect(decodeViewerFrame(message)).toMatchObject({ ok: false, fault: { code: "command-arguments" } });
});

test("the id of an unreadable command is found, so that its sender gets an answer", () => {
  expect(commandIdOf({ kind: "command", id: 7, name: "no-such" })).toBe(7);
  expect(commandIdOf({ kind: "ack", id: 7 })).toBeUndefined();
});
