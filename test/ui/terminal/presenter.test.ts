import { expect, test } from "vitest";
import { Presenter } from "../../../src/ui/terminal/presenter.ts";
import { leaveSequence, TerminalModes } from "../../../src/ui/terminal/terminal-modes.ts";

test("writes only the lines that changed, at their places", () => {
  const presenter = new Presenter();
  presenter.present("one\ntwo\nthree", 10, 3);

  expect(presenter.present("one\n2\nthree", 10, 3)).toBe("\x1b[2;1H2\x1b[0m\x1b[K");
});

test("writes nothing when the screen shows the frame already", () => {
  const presenter = new Presenter();
  presenter.present("one\ntwo", 10, 2);

  expect(presenter.present("one\ntwo", 10, 2)).toBe("");
});

test("never erases behind a line that fills the terminal: the cursor still stands on its last cell", () => {
  const presenter = new Presenter();

  expect(presenter.present("12345", 5, 1)).not.toContain("\x1b[K");
});

test("empties lines that are gone", () => {
  const presenter = new Presenter();
  presenter.present("one\ntwo", 10, 3);

  expect(presenter.present("one", 10, 3)).toBe("\x1b[2;1H\x1b[0m\x1b[K");
});

test("drops lines below the terminal", () => {
  expect(new Presenter().present("one\ntwo\nthree", 10, 2)).not.toContain("three");
});

test.each([
  ["a resize", (presenter: Presenter) => presenter.present("one\ntwo", 11, 2)],
  [
    "a request",
    (presenter: Presenter) => {
      presenter.invalidate();
      return presenter.present("one\ntwo", 10, 2);
    },
  ],
])("repaints everything after %s, and erases the screen but never the scrollback", (_case, repaint) => {
  const presenter = new Presenter();
  presenter.present("one\ntwo", 10, 2);

  const output = repaint(presenter);

  expect(output).toContain("\x1b[2J");
  expect(output).toContain("\x1b[1;1Hone");
  expect(output).toContain("\x1b[2;1Htwo");
  expect(output).not.toContain("3J");
});

test("wraps an update only for a terminal that knows synchronized output", () => {
  const presenter = new Presenter();
  expect(presenter.present("one", 10, 1)).not.toContain("2026");

  presenter.isSynchronized = true;

  expect(presenter.present("two", 10, 1)).toBe("\x1b[?2026h\x1b[1;1Htwo\x1b[0m\x1b[K\x1b[?2026l");
});

test("the modes are given back once, however often that is asked for", () => {
  const modes = new TerminalModes({ mouse: true });
  expect(modes.leave()).toBe("");

  expect(modes.enter()).toContain("\x1b[?1049h");
  expect(modes.enter()).toBe("");
  expect(modes.leave()).toBe(leaveSequence());
  expect(modes.leave()).toBe("");
});

test("leaving resets every mode that entering sets, cursor and wrap included", () => {
  const modes = new TerminalModes({ mouse: true });
  const set = [...modes.enter().matchAll(/\x1b\[\?(\d+)h/g)].map((match) => match[1]);
  const left = modes.leave();

  for (const mode of set) expect(left).toContain(`\x1b[?${mode}l`);
  expect(left).toContain("\x1b[?25h");
  expect(left).toContain("\x1b[?7h");
});
