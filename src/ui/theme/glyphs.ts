/** Every sign of the dashboard in two sets: Unicode cells on whose width terminals agree, and plain ASCII. */
import type { ChainMark, TorrentPhase } from "../../session/session-view.ts";
import type { Chart } from "../state/ui-state.ts";
import type { Charset } from "../terminal/cell-text.ts";

export interface Glyphs {
  readonly charset: Charset;
  readonly cursor: string;
  readonly attention: string;
  readonly down: string;
  readonly up: string;
  /** Beside a rate in words: `▼ 2.6 MiB/s`, `dn 2.6 MiB/s`. */
  readonly downWord: string;
  readonly upWord: string;
  readonly rule: string;
  readonly separator: string;
  readonly bullet: string;
  readonly unknown: string;
  readonly good: string;
  readonly weak: string;
  readonly bad: string;
  readonly idle: string;
  readonly warning: string;
  readonly arrow: string;
  readonly never: string;
  readonly more: string;
  readonly ellipsis: string;
  readonly chain: Readonly<Record<ChainMark, string>>;
  /** One cell each, for narrow terminals. */
  readonly chainShort: Readonly<Record<ChainMark, string>>;
  readonly phase: Readonly<Record<TorrentPhase, string>>;
  readonly barFull: string;
  /** Fillings of one cell from little to nearly full. */
  readonly barParts: readonly string[];
  readonly barEmpty: string;
  readonly barEdges: readonly [string, string];
  readonly gaugeFull: string;
  readonly gaugeEmpty: string;
  /** Charts are drawn in dots, two by four in a cell, instead of `heights`. */
  readonly isBraille: boolean;
  /** Heights of a chart's cell, from nothing to full. */
  readonly heights: readonly string[];
  /** Share of a slice that is here, 0 to 9 tenths. */
  readonly have: readonly string[];
  /** A piece that is on its way. */
  readonly active: string;
  /** A folder, open and folded. */
  readonly unfolded: string;
  readonly folded: string;
  /** A torrent that is marked, and one in the picture of the key space. */
  readonly mark: string;
  readonly torrent: string;
  /** A node, answering, doubtful or bad, and a place for one: a cell each. */
  readonly node: string;
  readonly doubtfulNode: string;
  readonly badNode: string;
  readonly noNode: string;
  readonly on: string;
  readonly off: string;
  readonly fieldCursor: string;
}

const UNICODE: Glyphs = {
  charset: "unicode",
  cursor: "▸",
  attention: "!",
  down: "▼",
  up: "▲",
  downWord: "▼",
  upWord: "▲",
  rule: "─",
  separator: "│",
  bullet: "·",
  unknown: "?",
  good: "●",
  weak: "◐",
  bad: "✗",
  idle: "◌",
  warning: "⚠",
  arrow: "→",
  never: "∞",
  more: "…",
  ellipsis: "…",
  chain: { ok: "✓", weak: "◐", broken: "✗", unreached: "·" },
  chainShort: { ok: "✓", weak: "◐", broken: "✗", unreached: "·" },
  phase: {
    resolving: "◌",
    checking: "≡",
    downloading: "▼",
    seeding: "▲",
    finished: "✓",
    moving: "→",
    queued: "◷",
    paused: "‖",
    failed: "✗",
  },
  barFull: "█",
  barParts: ["▏", "▎", "▍", "▌", "▋", "▊", "▉"],
  barEmpty: "·",
  barEdges: ["", ""],
  gaugeFull: "▰",
  gaugeEmpty: "▱",
  isBraille: false,
  heights: [" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"],
  have: ["·", "░", "░", "░", "▒", "▒", "▒", "▓", "▓", "█"],
  active: "!",
  unfolded: "▼",
  folded: "▸",
  mark: "■",
  torrent: "◆",
  node: "●",
  doubtfulNode: "◐",
  badNode: "○",
  noNode: "·",
  on: "●",
  off: "○",
  fieldCursor: "▏",
};

const ASCII: Glyphs = {
  charset: "ascii",
  cursor: ">",
  attention: "!",
  down: "v",
  up: "^",
  downWord: "dn",
  upWord: "up",
  rule: "-",
  separator: "|",
  bullet: "-",
  unknown: "?",
  good: "ok",
  weak: "weak",
  bad: "NO",
  idle: "..",
  warning: "!",
  arrow: "->",
  never: "never",
  more: "..",
  ellipsis: "~",
  chain: { ok: "ok", weak: "weak", broken: "BROKEN", unreached: "-" },
  chainShort: { ok: "+", weak: "~", broken: "X", unreached: "-" },
  phase: {
    resolving: "?",
    checking: "~",
    downloading: "v",
    seeding: "^",
    finished: "*",
    moving: ">",
    queued: "-",
    paused: "=",
    failed: "X",
  },
  barFull: "#",
  barParts: ["+"],
  barEmpty: "-",
  barEdges: ["[", "]"],
  gaugeFull: "#",
  gaugeEmpty: "-",
  isBraille: false,
  heights: [" ", ".", ":", "-", "=", "+", "*", "#", "#"],
  have: [".", "-", "-", "-", "=", "=", "=", "+", "+", "#"],
  active: "!",
  unfolded: "v",
  folded: ">",
  mark: "*",
  torrent: "^",
  node: "o",
  doubtfulNode: "~",
  badNode: "x",
  noNode: ".",
  on: "x",
  off: " ",
  fieldCursor: "_",
};

const BRAILLE: Glyphs = { ...UNICODE, isBraille: true };
const UNICODE_WITH_ASCII_CHARTS: Glyphs = { ...UNICODE, heights: ASCII.heights };

/** What the user chose for charts, as far as the terminal can show it. */
export function glyphsFor(charset: Charset, chart: Chart = "blocks"): Glyphs {
  if (charset === "ascii") return ASCII;
  if (chart === "braille") return BRAILLE;
  return chart === "ascii" ? UNICODE_WITH_ASCII_CHARTS : UNICODE;
}
