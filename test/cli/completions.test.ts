import { Command } from "commander";
import { describe, expect, test } from "vitest";
import { bashScript } from "../../src/cli/completions/bash.ts";
import { fishScript } from "../../src/cli/completions/fish.ts";
import { wordsOf } from "../../src/cli/completions/program-words.ts";
import { zshScript } from "../../src/cli/completions/zsh.ts";
import { manualPage, pageName, pagesOf } from "../../src/cli/manual/manual-page.ts";
import { buildProgram } from "../../src/cli/program.ts";

function small(): Command {
  const program = new Command("starling").helpOption(false);
  const pets = program.command("pets").description("all [the: 'animals']").helpOption(false);
  pets
    .command("feed <torrent...>")
    .description("give it something\n\n.twice")
    .option("-d, --dish <file>", "what's for dinner")
    .option("--fast", "at once")
    .helpOption(false);
  return program;
}

test("words of a command say what its operands and options are completed with", () => {
  expect(wordsOf(small())).toEqual([
    {
      path: [],
      commands: [{ name: "pets", summary: "all [the: 'animals']" }],
      options: [],
      operands: [],
      isVariadic: false,
    },
    {
      path: ["pets"],
      commands: [{ name: "feed", summary: "give it something\n\n.twice" }],
      options: [],
      operands: [],
      isVariadic: false,
    },
    {
      path: ["pets", "feed"],
      commands: [],
      options: [
        { short: "-d", long: "--dish", description: "what's for dinner", value: "file" },
        { short: undefined, long: "--fast", description: "at once", value: undefined },
      ],
      operands: ["torrent"],
      isVariadic: true,
    },
  ]);
});

describe("every command and option of the program is in", () => {
  const commands = wordsOf(buildProgram(() => {}));
  test.each([
    ["bash", bashScript],
    ["zsh", zshScript],
    ["fish", fishScript],
  ])("the script for %s", (_shell, script) => {
    const text = script(commands);
    for (const { path, options } of commands) {
      for (const name of path) expect(text).toContain(name);
      for (const { long } of options) expect(text).toContain(long.slice(2));
    }
  });
});

test("quotes and brackets in descriptions stay text in each shell", () => {
  const commands = wordsOf(small());
  expect(fishScript(commands)).toContain("-d 'what\\'s for dinner'");
  expect(zshScript(commands)).toContain("[what'\\''s for dinner]");
  expect(zshScript(commands)).toContain('pets\\:"all [the: ');
});

test("every command has a page in the manual, in which no text is taken for a request", () => {
  const program = small();
  expect(pagesOf(program).map(pageName)).toEqual(["starling", "starling-pets", "starling-pets-feed"]);
  const page = manualPage(pagesOf(program).at(-1) as Command, "1.0");
  expect(page).toContain(".SH NAME\nstarling\\-pets\\-feed \\- ");
  expect(page).toContain(".B \\-d, \\-\\-dish <file>");
  expect(page).toContain("\n.PP\n\\&.twice");
});
