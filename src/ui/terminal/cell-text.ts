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
  return PLAIN.test(text) ? text.length : stringWidth(text);
}

/** `text` on one line without anything that could steer the terminal; what is replaced stays visible as `�` or `?`. */
export function cellSafe(text: string, charset: Charset): string {
  if (PLAIN.test(text)) return text;
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
  const safe = cellSafe(text, charset);
  if (cellWidth(safe) <= width) return safe;
  const mark = charset === "ascii" ? "~" : "…";
  return takeCells(safe, width - 1) + mark;
}

/** As `clip`, but the beginning is what is left out: for paths, whose end tells them apart. */
export function clipStart(text: string, width: number, charset: Charset): string {
  if (width <= 0) return "";
  const safe = cellSafe(text, charset);
  const excess = cellWidth(safe) - width;
  if (excess <= 0) return safe;
  const mark = charset === "ascii" ? "~" : "…";
  return mark + dropCells(safe, excess + 1);
}

/** Exactly `width` cells: cut or padded with spaces. */
export function fitCells(text: string, width: number, charset: Charset, align: Alignment = "left"): string {
  const cut = clip(text, width, charset);
  const padding = " ".repeat(Math.max(0, width - cellWidth(cut)));
  return align === "left" ? cut + padding : padding + cut;
}

/** The longest beginning of `text` that takes at most `width` cells. */
export function takeCells(text: string, width: number): string {
  if (PLAIN.test(text)) return text.slice(0, Math.max(0, width));
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
  if (PLAIN.test(text)) return text.slice(Math.max(0, width));
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
  let rest = cellSafe(text, charset).trim();
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
