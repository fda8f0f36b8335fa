/** Every screen at every size, through the real sink: nothing too wide, nothing too high, nothing missing. */
import { describe, expect, test } from "vitest";
import { cellWidth } from "../../../src/ui/terminal/cell-text.ts";
import { type Mounted, mount } from "../support/mount.ts";
import { aBusySession, anEmptySession } from "../support/snapshots.ts";

const SIZES = [
  [40, 10],
  [60, 20],
  [80, 24],
  [100, 30],
] as const;
/** Here a frame takes its time: the screens that have something to spread are enough. */
const LARGE_SIZES = [
  [140, 40],
  [200, 60],
] as const;
/** Smaller than anybody uses: must not fail, may show little. */
const TINY_SIZES = [
  [1, 1],
  [10, 2],
  [20, 5],
  [39, 9],
] as const;

const LOOKS = (["unicode", "ascii"] as const).flatMap((charset) =>
  (["basic", "none"] as const).map((colour) => ({ charset, colour })),
);

/** Keys that lead to a screen from the list, and what must be on it whatever the size. */
const SCREENS: readonly (readonly [name: string, keys: readonly string[], content: readonly RegExp[]])[] = [
  ["list", [], [/field-reco/, /71%/, /WHY/, /\? help {2}q quit/]],
  ["list further down", ["j", "j"], [/lecture/, /WHY/, /1 seed and 13/]],
  ["search", ["/", "d", "e", "b"], [/debian/]],
  ["overview", ["j", "j", "enter"], [/lecture/, /WHY/, /disk/, /HAVE/]],
  ["peers", ["j", "j", "enter", "2"], [/ADDRESS/, /10\.20\.0\.1/]],
  ["files", ["j", "j", "enter", "3"], [/FILE/, /\[x\]/]],
  ["log", ["j", "j", "enter", "4"], [/series-hd: meta/]],
  ["why", ["w"], [/34 of 2 404/, /esc close/]],
  ["dht", ["d"], [/312 nodes/, /NODES/]],
  ["events", ["e"], [/listening/]],
  ["help", ["?"], [/MOVE/, /one line up/]],
  ["add", ["a"], [/WHAT/, /INTO/, /enter start/]],
  ["remove", ["x"], [/field-recordings-2019/]],
  ["delete", ["X"], [/field/, /enter delete/]],
  ["limits", ["l"], [/DOWN/, /UP/]],
  ["quit", ["q"], [/5 downloads/]],
  ["magnet", ["c"], [/magnet:\?xt=/]],
];

function show(columns: number, rows: number, look: (typeof LOOKS)[number], keys: readonly string[]): Mounted {
  const app = mount({
    snapshot: aBusySession(),
    columns,
    rows,
    abilities: { ...look, synchronized: "off", escapeTimeoutMs: 25 },
  });
  app.press(keys.map((key) => (key === "enter" ? "\r" : key)).join(""));
  return app;
}

async function check(
  columns: number,
  rows: number,
  look: (typeof LOOKS)[number],
  screens: typeof SCREENS,
): Promise<void> {
  for (const [name, keys, contents] of screens) {
    const app = show(columns, rows, look, keys);
    await app.settle();
    expectFits(app);
    const text = app.terminal.screen.join("\n");
    for (const content of contents) expect(text, `${name} at ${columns}x${rows}`).toMatch(content);
    if (look.charset === "ascii") expect(text).toMatch(/^[\x20-\x7e\n]*$/);
    if (look.colour === "none") expect(app.terminal.output).not.toMatch(/\x1b\[(?:3|9)[0-9]m/);
    app.dashboard.close();
  }
}

function expectFits({ terminal }: Mounted): void {
  expect(terminal.screen).toHaveLength(terminal.rows);
  for (const line of terminal.screen) expect(cellWidth(line)).toBeLessThanOrEqual(terminal.columns);
}

describe.each(LOOKS)("in $charset with colour $colour", (look) => {
  test.each(SIZES)("every screen fits %dx%d and shows what matters", async (columns, rows) => {
    await check(columns, rows, look, SCREENS);
  });

  test.each(LARGE_SIZES)("list, details and dialogs fit %dx%d", async (columns, rows) => {
    await check(
      columns,
      rows,
      look,
      SCREENS.filter(([name]) => ["list further down", "overview", "peers", "add"].includes(name)),
    );
  });

  test.each(TINY_SIZES)("no screen fails at %dx%d", (columns, rows) => {
    for (const [, keys] of SCREENS) {
      const app = show(columns, rows, look, keys);
      expectFits(app);
      expect(app.terminal.screen.join("")).not.toContain("could not be drawn");
      app.dashboard.close();
    }
  });
});

test("the list fits 300x80", async () => {
  await check(300, 80, { charset: "unicode", colour: "basic" }, SCREENS.slice(0, 1));
});

describe("80x24 looks like this", () => {
  const GOLDEN: readonly (readonly [name: string, app: () => Mounted])[] = [
    ["main", () => mount({ snapshot: aBusySession() })],
    ["main-ascii", () => show(80, 24, { charset: "ascii", colour: "none" }, [])],
    ["empty", () => mount({ snapshot: anEmptySession() })],
    ["help", () => show(80, 24, { charset: "unicode", colour: "basic" }, ["?"])],
    ["overview", () => show(80, 24, { charset: "unicode", colour: "basic" }, ["j", "j", "enter"])],
    ["peers", () => show(80, 24, { charset: "unicode", colour: "basic" }, ["j", "j", "enter", "2"])],
    ["why", () => show(80, 24, { charset: "unicode", colour: "basic" }, ["w"])],
    ["dht", () => show(80, 24, { charset: "unicode", colour: "basic" }, ["d"])],
  ];

  test.each(GOLDEN)("%s", async (name, open) => {
    const app = open();
    await expect(`${app.terminal.screen.join("\n")}\n`).toMatchFileSnapshot(`golden/${name}-80x24.txt`);
    app.dashboard.close();
  });

  test("140x40", async () => {
    const app = show(140, 40, { charset: "unicode", colour: "basic" }, ["j", "j"]);
    await expect(`${app.terminal.screen.join("\n")}\n`).toMatchFileSnapshot("golden/main-140x40.txt");
    app.dashboard.close();
  });
});
