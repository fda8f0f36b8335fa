import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { hintBar, tabBar } from "../../../src/ui/layout/bars.ts";
import { planScreen, scrollTop } from "../../../src/ui/layout/screen-plan.ts";
import {
  FILE_COLUMNS,
  PEER_COLUMNS,
  planColumns,
  TORRENT_COLUMNS,
} from "../../../src/ui/layout/table-columns.ts";
import { CONTEXTS } from "../../../src/ui/state/key-map.ts";
import { aBusySession } from "../support/snapshots.ts";

const size = { columns: fc.integer({ min: 1, max: 320 }), rows: fc.integer({ min: 1, max: 100 }) };

describe("the plan of the list screen", () => {
  test("uses every line of every terminal once, from the top down", () => {
    fc.assert(
      fc.property(size.columns, size.rows, fc.nat({ max: 2000 }), (columns, rows, count) => {
        const plan = planScreen(columns, rows, count);
        const regions = [
          plan.header,
          plan.tabs,
          plan.rule,
          plan.heads,
          plan.list,
          plan.detail,
          plan.peers,
          plan.notice,
          plan.hints,
        ];
        let top = 0;
        for (const region of regions) {
          expect(region.top).toBe(top);
          expect(region.height).toBeGreaterThanOrEqual(0);
          top += region.height;
        }
        expect(top).toBe(Math.max(rows, 1));
      }),
      { numRuns: 2000 },
    );
  });

  test("the other screens fill the same lines", () => {
    fc.assert(
      fc.property(size.columns, fc.integer({ min: 3, max: 100 }), (columns, rows) => {
        const { header, titleBar, body, notice, hints } = planScreen(columns, rows, 3);
        expect(header.height + titleBar.height + body.height + notice.height + hints.height).toBe(rows);
      }),
    );
  });

  test.each([
    [40, 10, 4, "short"],
    [60, 20, 7, "full"],
    [80, 24, 11, "full"],
    [100, 30, 17, "full"],
    [140, 40, 12, "panels"],
    [200, 60, 13, "panels"],
  ])("%dx%d lists %d torrents and shows the detail as %s", (columns, rows, listed, kind) => {
    const plan = planScreen(columns, rows, 12);
    expect([plan.list.height, plan.detailKind]).toEqual([listed, kind]);
  });

  test("always leaves lines for the list", () => {
    for (let rows = 3; rows <= 100; rows++) {
      for (const columns of [40, 80, 140])
        expect(planScreen(columns, rows, 0).list.height).toBeGreaterThan(0);
    }
  });
});

describe("columns", () => {
  test("of the torrents and files fill every terminal from 40 cells exactly", () => {
    for (const specs of [TORRENT_COLUMNS, FILE_COLUMNS, PEER_COLUMNS]) {
      for (let columns = 40; columns <= 320; columns++) {
        const planned = planColumns<string>(specs, columns);
        const used = planned.reduce((sum, { gap, width }) => sum + gap + width, 0);
        expect(used, `${columns} columns`).toBe(columns);
      }
    }
  });

  test("the name keeps at least fourteen cells", () => {
    for (let columns = 40; columns <= 320; columns++) {
      const name = planColumns(TORRENT_COLUMNS, columns).find(({ id }) => id === "name");
      expect(name?.width, `${columns} columns`).toBeGreaterThanOrEqual(14);
    }
  });

  test("more appear as the terminal gets wider, none disappears", () => {
    let shown: readonly string[] = [];
    for (let columns = 20; columns <= 320; columns++) {
      const ids = planColumns(TORRENT_COLUMNS, columns).map(({ id }) => id as string);
      for (const id of shown) expect(ids).toContain(id);
      shown = ids;
    }
    expect(shown).toHaveLength(TORRENT_COLUMNS.length);
  });
});

describe("bars", () => {
  test("help and quit are never left out, however narrow the terminal", () => {
    for (const context of CONTEXTS) {
      for (let columns = 20; columns <= 200; columns++) {
        const hints = hintBar(context, { isEmpty: false, canShare: true }, columns);
        expect(hints.slice(-2).map(({ action }) => action)).toEqual(["help", "quit"]);
        expect(hints.at(-1)?.to).toBeLessThanOrEqual(columns);
      }
    }
  });

  test("sharing is offered only where it is possible", () => {
    const actions = (canShare: boolean) =>
      hintBar("list", { isEmpty: true, canShare }, 80).map(({ action }) => action);
    expect(actions(true)).toContain("share");
    expect(actions(false)).not.toContain("share");
  });

  test("tabs do not overlap and know their counts", () => {
    const tabs = tabBar({ kind: "list" }, aBusySession(), 80, "stuck");
    expect(tabs.map(({ label }) => label)).toEqual([
      "1 All 9",
      "2 Down 5",
      "3 Seed 3",
      "4 Stuck 2",
      "5 Done 3",
    ]);
    for (const [index, tab] of tabs.entries()) expect(tab.from).toBeGreaterThan(tabs[index - 1]?.to ?? 0);
    expect(tabs.filter(({ isChosen }) => isChosen).map(({ label }) => label)).toEqual(["4 Stuck 2"]);
  });
});

test("scrolling keeps the cursor visible and moves no more than it must", () => {
  expect(scrollTop(0, 5, 10, 100)).toBe(0);
  expect(scrollTop(0, 10, 10, 100)).toBe(1);
  expect(scrollTop(50, 40, 10, 100)).toBe(40);
  expect(scrollTop(95, 99, 10, 100)).toBe(90);
  expect(scrollTop(5, 2, 10, 3)).toBe(0);
});
