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
const LARGEST_SIZE = [300, 80] as const;
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
  ["pieces", ["j", "j", "enter", "2"], [/1 712 of 2 404/, /0/]],
  ["peers", ["j", "j", "enter", "3"], [/ADDRESS/, /10\.20\.0\.1/]],
  ["files", ["j", "j", "enter", "4"], [/FILE/, /\[[x-]\]/]],
  ["files folded", ["j", "j", "enter", "4", "left"], [/FILE/, /week-1/]],
  ["search in the DHT", ["j", "j", "enter", "5"], [/NODE/, /10\.20\.9\.1/]],
  ["log", ["j", "j", "enter", "6"], [/series-hd: meta/]],
  ["why", ["w"], [/34 of 2 404/, /esc close/]],
  ["dht", ["d"], [/312 nodes/, /NODES/]],
  ["dht lookups", ["d", "2"], [/4be1/, /asked 37/]],
  ["dht network", ["d", "3"], [/312 nodes/, /ANSWERED/]],
  ["command line", [":", "s", "o"], [/: ?so/]],
  ["marked", ["m", "m"], [/lecture/]],
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
  app.press(...keys);
  return app;
}

/** Opens each screen once and shows it at every size. */
async function check(
  sizes: readonly (readonly [number, number])[],
  look: (typeof LOOKS)[number],
  screens: typeof SCREENS,
): Promise<void> {
  for (const [name, keys, contents] of screens) {
    const app = show(80, 24, look, keys);
    await app.settle();
    for (const [columns, rows] of sizes) {
      app.terminal.resize(columns, rows);
      app.clock.advance(50);
      expectFits(app);
      const text = app.terminal.screen.join("\n");
      const isTiny = columns < 40 || rows < 10;
      for (const content of isTiny ? [] : contents)
        expect(text, `${name} at ${columns}x${rows}`).toMatch(content);
      expect(text).not.toContain("could not be drawn");
    }
    const { output } = app.terminal;
    if (look.charset === "ascii") expect(app.terminal.screen.join("\n")).toMatch(/^[\x20-\x7e\n]*$/);
    if (look.colour === "none") expect(output).not.toMatch(/\x1b\[(?:3|9)[0-9]m/);
    app.dashboard.close();
  }
}

function expectFits({ terminal }: Mounted): void {
  expect(terminal.screen).toHaveLength(terminal.rows);
  for (const line of terminal.screen) expect(cellWidth(line)).toBeLessThanOrEqual(terminal.columns);
}

/** What spreads over a wide terminal, and what differs most between looks. */
const SPREADING = ["list further down", "overview", "pieces", "peers", "files", "dht", "add"];
const spreading = SCREENS.filter(([name]) => SPREADING.includes(name));

describe.each(LOOKS)("in $charset with colour $colour", (look) => {
  // Signs and colours come together in two looks; the other two show no screen that these do not.
  const isOpposite = (look.charset === "unicode") === (look.colour === "basic");

  test("every screen fits from 40x10 to 100x30 and shows what matters", async () => {
    await check(SIZES, look, isOpposite ? SCREENS : spreading);
  });

  test("what spreads fits 140x40 and 200x60", async () => {
    await check(LARGE_SIZES, look, isOpposite ? spreading : spreading.slice(0, 3));
  });
});

test("no screen fails in a terminal that is smaller than anybody uses", async () => {
  await check(TINY_SIZES, { charset: "unicode", colour: "basic" }, SCREENS);
});

test("the list and the pieces fit 300x80", async () => {
  const screens = SCREENS.filter(([name]) => name === "list" || name === "pieces");
  await check([LARGEST_SIZE], { charset: "unicode", colour: "basic" }, screens);
});

test.each(["unicode", "ascii"] as const)("the line of the cursor is the inverse one (%s)", (charset) => {
  const app = show(80, 24, { charset, colour: "basic" }, ["j", "j", "enter", "3", "j", "j"]);
  const inverse = app.terminal.styledScreen.filter((line) => line.includes("\x1b[7m\x1b[1m"));
  expect(inverse).toHaveLength(1);
  expect(inverse[0]).toContain("10.20.0.3:6881");
  app.dashboard.close();
});

describe("80x24 looks like this", () => {
  const IN_COLOUR = { charset: "unicode", colour: "basic" } as const;
  const GOLDEN: readonly (readonly [name: string, app: () => Mounted])[] = [
    ["main", () => mount({ snapshot: aBusySession() })],
    ["main-ascii", () => show(80, 24, { charset: "ascii", colour: "none" }, [])],
    ["empty", () => mount({ snapshot: anEmptySession() })],
    ["help", () => show(80, 24, IN_COLOUR, ["?"])],
    ["overview", () => show(80, 24, IN_COLOUR, ["j", "j", "enter"])],
    ["chart", () => show(80, 24, IN_COLOUR, ["j", "j", "z"])],
    ["pieces", () => show(80, 24, IN_COLOUR, ["j", "j", "enter", "2"])],
    ["peers", () => show(80, 24, IN_COLOUR, ["j", "j", "enter", "3"])],
    ["files", () => show(80, 24, IN_COLOUR, ["j", "j", "enter", "4"])],
    ["search", () => show(80, 24, IN_COLOUR, ["j", "j", "enter", "5"])],
    ["why", () => show(80, 24, IN_COLOUR, ["w"])],
    ["dht", () => show(80, 24, IN_COLOUR, ["d"])],
    ["dht-network", () => show(80, 24, IN_COLOUR, ["d", "3"])],
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
