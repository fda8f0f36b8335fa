import { expect, test } from "vitest";
import { LeafSheet } from "../../../src/ui/terminal/leaf-sheet.ts";

test("puts each line where its sign stands", () => {
  const sheet = new LeafSheet();
  const [left, right, below] = ["\x1b[1mleft\x1b[22m", "right", "below"].map((line) => sheet.place(line));

  expect(sheet.fill(`${left}       ${right}\n\n ${below}`)).toBe("\x1b[1mleft\x1b[22m    right\n\n below");
});

test("measures lines in cells, not in characters", () => {
  const sheet = new LeafSheet();
  const [wide, next] = [sheet.place("日本"), sheet.place("next")];

  expect(sheet.fill(`${wide}     ${next}`)).toBe("日本  next");
});

test("is blank for the next frame", () => {
  const sheet = new LeafSheet();
  sheet.fill(sheet.place("old"));

  expect(sheet.fill(sheet.place("new"))).toBe("new");
});
