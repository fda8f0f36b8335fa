/**
 * Where everything stands, for any size of terminal. Pure: rows are counted from 0, heights are in lines; a part that
 * does not fit has height 0. Nothing is ever refused: below 40x10 the list alone is left.
 *
 * Every screen has a header on the first line and key hints on the last. The list screen, from top to bottom: header,
 * tabs, rule, column heads, list, detail of the selected torrent, its peers (tall terminals), notice, hints.
 */

export interface Region {
  readonly top: number;
  readonly height: number;
}

/**
 * How much of the selected torrent is shown below the list: nothing, the WHY line, WHY and CHAIN, all lines, or
 * chart and diagnosis side by side.
 */
export type DetailKind = "none" | "line" | "short" | "full" | "panels";

export interface ScreenPlan {
  readonly columns: number;
  readonly rows: number;
  readonly header: Region;
  readonly tabs: Region;
  readonly rule: Region;
  readonly heads: Region;
  readonly list: Region;
  readonly detailKind: DetailKind;
  readonly detail: Region;
  /** Title and table of the selected torrent's peers. */
  readonly peers: Region;
  readonly notice: Region;
  readonly hints: Region;
  /** What every other screen fills between its title (two lines below the header) and the notice. */
  readonly body: Region;
  readonly titleBar: Region;
}

const DETAIL_LINES: Readonly<Record<DetailKind, number>> = {
  none: 0,
  line: 1,
  short: 4,
  full: 7,
  panels: 11,
};

/** Fewest lines of the list that are worth a detail block below it. */
const MIN_LIST_LINES = 4;
/** Columns and rows from which chart and diagnosis stand side by side. */
const PANEL_COLUMNS = 120;
const PANEL_ROWS = 34;
/** Rows from which the peers of the selected torrent are listed too. */
const PEERS_ROWS = 34;

export function planScreen(columns: number, rows: number, torrentCount: number): ScreenPlan {
  const hasNotice = rows >= 12;
  const tabLines = rows >= 16 ? 1 : 0;
  const ruleLines = rows >= 20 ? 1 : 0;
  const headLines = rows >= 12 ? 1 : 0;
  const hintLines = rows >= 3 ? 1 : 0;
  const above = 1 + tabLines + ruleLines + headLines;
  const below = hintLines + (hasNotice ? 1 : 0);
  const middle = Math.max(0, rows - above - below);
  const detailKind = chooseDetail(columns, rows, middle);
  const detailLines = DETAIL_LINES[detailKind];
  const peersLines = peersHeight(rows, middle - detailLines, torrentCount);

  const stack = new Stack();
  const header = stack.take(1);
  const tabs = stack.take(tabLines);
  const rule = stack.take(ruleLines);
  const heads = stack.take(headLines);
  const list = stack.take(Math.max(0, middle - detailLines - peersLines));
  const detail = stack.take(detailLines);
  const peers = stack.take(peersLines);
  const notice = stack.take(hasNotice ? 1 : 0);
  const hints = stack.take(hintLines);
  const titleLines = rows >= 8 ? 2 : 0;
  return {
    columns,
    rows,
    header,
    tabs,
    rule,
    heads,
    list,
    detailKind,
    detail,
    peers,
    notice,
    hints,
    titleBar: { top: 1, height: titleLines },
    body: { top: 1 + titleLines, height: Math.max(0, rows - 1 - titleLines - below) },
  };
}

function chooseDetail(columns: number, rows: number, middle: number): DetailKind {
  if (columns >= PANEL_COLUMNS && rows >= PANEL_ROWS) return "panels";
  if (middle >= DETAIL_LINES.full + MIN_LIST_LINES + 3) return "full";
  if (middle >= DETAIL_LINES.short + MIN_LIST_LINES) return "short";
  return middle >= 3 ? "line" : "none";
}

/** On a tall terminal the list takes what its torrents need, at most half; peers get the rest. */
function peersHeight(rows: number, free: number, torrentCount: number): number {
  if (rows < PEERS_ROWS) return 0;
  const list = Math.max(MIN_LIST_LINES + 2, Math.min(torrentCount + 1, Math.ceil(free / 2)));
  return Math.max(0, free - list);
}

/** Hands out lines from the top down. */
class Stack {
  #top = 0;

  take(height: number): Region {
    const region = { top: this.#top, height };
    this.#top += height;
    return region;
  }
}

/** The first row of a list that keeps `cursor` visible and moves as little as possible from `top`. */
export function scrollTop(top: number, cursor: number, height: number, count: number): number {
  const highest = Math.max(0, count - height);
  const lowest = Math.max(0, cursor - height + 1);
  return Math.min(highest, Math.max(lowest, Math.min(top, Math.max(0, cursor))));
}
