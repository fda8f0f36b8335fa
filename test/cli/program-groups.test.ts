/** A command that runs is declared with its group alone: no start pays for all the others. */
import { expect, test } from "vitest";
import { buildProgram } from "../../src/cli/program.ts";

const whole = buildProgram(() => {});
const namesOf = (program: typeof whole): readonly string[] =>
  program.commands.map((command) => command.name());

test.each(namesOf(whole))("%s is the same alone as in the whole program", (name) => {
  const find = (program: typeof whole) => program.commands.find((command) => command.name() === name);
  const alone = find(buildProgram(() => {}, name));
  expect(alone?.helpInformation()).toBe(find(whole)?.helpInformation());
});

test("commands about the Starling that runs come without the others", () => {
  const names = namesOf(buildProgram(() => {}, "status"));
  expect(names).toContain("limit");
  expect(names).not.toContain("dht");
});

test("words that tell about the whole program, and those that mean nothing, get all of it", () => {
  for (const word of ["config", "man", "statsu", "help", "--help"])
    expect(namesOf(buildProgram(() => {}, word))).toEqual(namesOf(whole));
});
