import { describe, expect, test } from "vitest";
import { decideAbilities, type TerminalEnvironment } from "../../../src/ui/terminal/terminal-abilities.ts";

const UTF8 = { TERM: "xterm-256color", LANG: "en_US.UTF-8" };
const decide = (env: Record<string, string>, more: Partial<TerminalEnvironment> = {}) =>
  decideAbilities({ env, isTTY: true, platform: "linux", ...more });

describe("colour", () => {
  test.each<[string, Record<string, string>, Partial<TerminalEnvironment>, string]>([
    ["a terminal", {}, {}, "basic"],
    ["a pipe", {}, { isTTY: false }, "none"],
    ["NO_COLOR", { NO_COLOR: "1" }, {}, "none"],
    ["an empty NO_COLOR", { NO_COLOR: "" }, {}, "basic"],
    ["FORCE_COLOR before NO_COLOR", { FORCE_COLOR: "1", NO_COLOR: "1" }, { isTTY: false }, "basic"],
    ["FORCE_COLOR=0", { FORCE_COLOR: "0" }, {}, "none"],
    ["NO_COLOR before CLICOLOR_FORCE", { NO_COLOR: "1", CLICOLOR_FORCE: "1" }, {}, "none"],
    ["CLICOLOR_FORCE", { CLICOLOR_FORCE: "1" }, { isTTY: false }, "basic"],
    ["TERM=dumb", { TERM: "dumb" }, {}, "none"],
    ["the flag before everything", { FORCE_COLOR: "1" }, { colourFlag: "never" }, "none"],
    ["the other flag before everything", { NO_COLOR: "1" }, { colourFlag: "always" }, "basic"],
  ])("%s", (_case, env, more, colour) => {
    expect(decide({ ...UTF8, ...env }, more).colour).toBe(colour);
  });
});

describe("characters", () => {
  test.each<[string, Record<string, string>, Partial<TerminalEnvironment>, string]>([
    ["a UTF-8 locale", { LANG: "de_DE.utf8" }, {}, "unicode"],
    ["LANG=C", { LANG: "C" }, {}, "ascii"],
    ["no locale", {}, {}, "ascii"],
    ["LC_ALL before LANG", { LANG: "en_US.UTF-8", LC_ALL: "C" }, {}, "ascii"],
    ["the Linux console", { LANG: "en_US.UTF-8", TERM: "linux" }, {}, "ascii"],
    ["--ascii", { LANG: "en_US.UTF-8" }, { isAsciiForced: true }, "ascii"],
    ["macOS without a locale", {}, { platform: "darwin" }, "unicode"],
    ["Windows Terminal", { WT_SESSION: "x" }, { platform: "win32" }, "unicode"],
    ["an old Windows console", {}, { platform: "win32" }, "ascii"],
  ])("%s", (_case, env, more, charset) => {
    expect(decide(env, more).charset).toBe(charset);
  });
});

test("synchronized updates are asked for unless the environment decides", () => {
  expect(decide(UTF8).synchronized).toBe("query");
  expect(decide({ ...UTF8, STARLING_SYNC: "0" }).synchronized).toBe("off");
  expect(decide({ ...UTF8, STARLING_SYNC: "1" }).synchronized).toBe("on");
});

test("an Escape waits longer over ssh", () => {
  expect(decide({ ...UTF8, SSH_CONNECTION: "1" }).escapeTimeoutMs).toBeGreaterThan(
    decide(UTF8).escapeTimeoutMs,
  );
});
