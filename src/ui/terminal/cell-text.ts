/**
 * Text measured in terminal cells: made harmless, cut and padded. The session sanitises names before they enter a
 * snapshot; this does it once more, because a viewer may talk to an engine of another version (threats section 5).
 *
 * Only graphemes on whose width terminals agree are kept: emulators count by cluster, tmux and xterm by code point, so
 * variation selectors, skin tones, key caps and flags are reduced to what both count alike. Otherwise one name would
 * shift every column behind it.
 */
import stringWidth from "string-width";

/** What the terminal can show: all of Unicode, or only printable ASCII (other locales, `TERM=linux`, `--ascii`). */
export type Charset = "unicode" | "ascii";

export type Alignment = "left" | "right";

const PLAIN = /^[\x20-\x7e]*$/;
/** ASCII, Latin letters and the signs of the dashboard itself: one cell each, so that most lines need no measuring. */
const NARROW =
  /^[\x20-\x7e\u00a1-\u00ac\u00ae-\u024f\u2010-\u2016\u2018-\u2027\u2190-\u2193\u221e\u2261\u2500-\u25a1\u25b0-\u25b2\u25b8\u25bc\u25c6\u25cb-\u25d3\u2713\u2717\u2800-\u28ff]*$/;
/** Controls, formats (bidi, zero-width), surrogates, private and unassigned, line separators, invisible fillers. */
const HOSTILE = /[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu;
/** Variation selectors and the key cap: emulators disagree about what they do to the width. */
const SELECTORS = /[\ufe00-\ufe0f\u20e3]/g;
const SKIN_TONES = /(?<=\p{Extended_Pictographic})[\u{1f3fb}-\u{1f3ff}]/gu;
const REGIONAL_INDICATORS = /[\u{1f1e6}-\u{1f1ff}]/gu;
const FIRST_REGIONAL_INDICATOR = 0x1f1e6;
/** Two marks on a base are writing, more are decoration that covers other lines. */
const EXCESS_MARKS = /([\p{Mn}\p{Me}]{2})[\p{Mn}\p{Me}]+/gu;
const MARKS = /[\p{Mn}\p{Me}]/gu;

const graphemes = new Intl.Segmenter(undefined, { granularity: "grapheme" });

/** Cells that `text` takes; control sequences count as nothing. */
export function cellWidth(text: string): number {
  return NARROW.test(text) ? text.length : stringWidth(text);
}

/** Safe as it is, and as many cells as it has UTF-16 units. */
function isSimple(text: string, charset: Charset): boolean {
  return charset === "ascii" ? PLAIN.test(text) : NARROW.test(text);
}

/** `text` on one line without anything that could steer the terminal; what is replaced stays visible as `�` or `?`. */
export function cellSafe(text: string, charset: Charset): string {
  if (isSimple(text, charset)) return text;
  const safe = text
    .replace(SELECTORS, "")
    .replace(HOSTILE, "\ufffd")
    .replace(SKIN_TONES, "")
    .replace(REGIONAL_INDICATORS, (flag) =>
      String.fromCharCode(65 + (flag.codePointAt(0) ?? 0) - FIRST_REGIONAL_INDICATOR),
    )
    .replace(EXCESS_MARKS, "$1");
  return charset === "ascii" ? toAscii(safe) : safe;
}

/** Typography that has a plain form of the same width. */
const PLAIN_FORMS: Readonly<Record<string, string>> = {
  "…": "~",
  "–": "-",
  "—": "-",
  "·": "-",
  "×": "x",
  "‘": "'",
  "’": "'",
  "“": '"',
  "”": '"',
};

/** Latin letters lose their accents; every other grapheme becomes as many `?` as it had cells. */
function toAscii(text: string): string {
  let ascii = "";
  for (const { segment } of graphemes.segment(text)) {
    if (PLAIN.test(segment)) {
      ascii += segment;
      continue;
    }
    const base = PLAIN_FORMS[segment] ?? segment.normalize("NFD").replace(MARKS, "");
    ascii += PLAIN.test(base) ? base : "?".repeat(Math.max(1, stringWidth(segment)));
  }
  return ascii;
}

/** At most `width` cells of `text`, never cut inside a grapheme; what was cut ends in `…` (`~` in ASCII). */
export function clip(text: string, width: number, charset: Charset): string {
  if (width <= 0) return "";
  if (isSimple(text, charset))
    return text.length <= width ? text : text.slice(0, width - 1) + cutMark(charset);
  const key = `${charset} ${width} ${text}`;
  const known = clipped.get(key);
  if (known !== undefined) return known;
  const result = clipUncommon(text, width, charset);
  if (clipped.size >= MAX_REMEMBERED) clipped.clear();
  if (key.length <= MAX_REMEMBERED_LENGTH) clipped.set(key, result);
  return result;
}

/** Names come again with every frame; measuring other scripts is dear. */
const clipped = new Map<string, string>();
const MAX_REMEMBERED = 2000;
const MAX_REMEMBERED_LENGTH = 2000;
/** UTF-16 units looked at for each cell: more than the largest family of emoji takes. */
const UNITS_PER_CELL = 32;

function clipUncommon(text: string, width: number, charset: Charset): string {
  const isLong = text.length > width * UNITS_PER_CELL;
  const safe = cellSafe(isLong ? text.slice(0, width * UNITS_PER_CELL) : text, charset);
  if (!isLong && cellWidth(safe) <= width) return safe;
  return takeCells(safe, width - 1) + cutMark(charset);
}

function cutMark(charset: Charset): string {
  return charset === "ascii" ? "~" : "…";
}

/** As `clip`, but the beginning is what is left out: for paths, whose end tells them apart. */
export function clipStart(text: string, width: number, charset: Charset): string {
  if (width <= 0) return "";
  const isLong = text.length > width * UNITS_PER_CELL;
  const safe = cellSafe(isLong ? text.slice(-width * UNITS_PER_CELL) : text, charset);
  const excess = cellWidth(safe) - width;
  if (excess <= 0 && !isLong) return safe;
  return cutMark(charset) + dropCells(safe, excess + 1);
}

/** Exactly `width` cells: cut or padded with spaces. */
export function fitCells(text: string, width: number, charset: Charset, align: Alignment = "left"): string {
  const cut = clip(text, width, charset);
  const padding = " ".repeat(Math.max(0, width - cellWidth(cut)));
  return align === "left" ? cut + padding : padding + cut;
}

/** `text` in the units that a reader sees as one sign. */
export function splitGraphemes(text: string): string[] {
  return Array.from(graphemes.segment(text), ({ segment }) => segment);
}

/** The longest beginning of `text` that takes at most `width` cells. */
export function takeCells(text: string, width: number): string {
  if (NARROW.test(text)) return text.slice(0, Math.max(0, width));
  let taken = "";
  let cells = 0;
  for (const { segment } of graphemes.segment(text)) {
    cells += cellWidth(segment);
    if (cells > width) break;
    taken += segment;
  }
  return taken;
}

/** `text` without the graphemes that begin in its first `width` cells. */
export function dropCells(text: string, width: number): string {
  if (NARROW.test(text)) return text.slice(Math.max(0, width));
  let cells = 0;
  for (const { segment, index } of graphemes.segment(text)) {
    if (cells >= width) return text.slice(index);
    cells += cellWidth(segment);
  }
  return "";
}

/** `text` in lines of at most `width` cells, broken at spaces where there are any; at most `maxLines`, the last cut. */
export function wrap(text: string, width: number, maxLines: number, charset: Charset): string[] {
  const lines: string[] = [];
  const bounded = text.slice(0, (width + 1) * maxLines * UNITS_PER_CELL);
  let rest = cellSafe(bounded, charset).trim();
  while (rest !== "" && lines.length < maxLines - 1 && cellWidth(rest) > width) {
    const head = takeCells(rest, width + 1);
    const space = head.lastIndexOf(" ");
    const line = space > 0 ? head.slice(0, space) : takeCells(rest, width);
    if (line === "") break;
    lines.push(line);
    rest = rest.slice(line.length).trimStart();
  }
  if (rest !== "" && maxLines > 0) lines.push(clip(rest, width, charset));
  return lines;
}
