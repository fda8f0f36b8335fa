/**
 * Composes one line of a screen from pieces of text with a meaning. Never wider than asked, whatever is written:
 * text is made safe, measured in cells and cut.
 */
import { type Alignment, cellWidth, clip, clipStart, fitCells } from "../terminal/cell-text.ts";
import type { Glyphs } from "../theme/glyphs.ts";
import type { Segment, Tone } from "../theme/themes.ts";

export class LineWriter {
  readonly segments: Segment[] = [];
  readonly #width: number;
  readonly #glyphs: Glyphs;
  #used = 0;

  constructor(width: number, glyphs: Glyphs) {
    this.#width = Math.max(0, width);
    this.#glyphs = glyphs;
  }

  /** Cells written. */
  get used(): number {
    return this.#used;
  }

  get left(): number {
    return this.#width - this.#used;
  }

  /** As much of `text` as fits. */
  text(text: string, tone: Tone = "plain"): this {
    return this.#push(clip(text, this.left, this.#glyphs.charset), tone);
  }

  /** `text` in exactly `width` cells. */
  cell(text: string, width: number, tone: Tone = "plain", align: Alignment = "left"): this {
    return this.#push(fitCells(text, Math.min(width, this.left), this.#glyphs.charset, align), tone);
  }

  /** As much of the end of `text` as fits into `width` cells, padded to them. */
  endCell(text: string, width: number, tone: Tone = "plain"): this {
    const bounded = Math.min(width, this.left);
    const { charset } = this.#glyphs;
    return this.#push(fitCells(clipStart(text, bounded, charset), bounded, charset), tone);
  }

  gap(cells: number): this {
    return this.#push(" ".repeat(Math.max(0, Math.min(cells, this.left))), "plain");
  }

  /** Spaces up to the cell `column`. */
  to(column: number): this {
    return this.gap(column - this.#used);
  }

  /** `glyph` as often as it fits into the rest of the line but `spare` cells. */
  rule(tone: Tone = "dim", spare = 0): this {
    return this.#push(this.#glyphs.rule.repeat(Math.max(0, this.left - spare)), tone);
  }

  /** Everything that `other` holds. */
  append(other: LineWriter): this {
    for (const { text, tone } of other.segments) this.text(text, tone);
    return this;
  }

  #push(text: string, tone: Tone): this {
    if (text === "") return this;
    const last = this.segments.at(-1);
    if (last?.tone === tone) this.segments[this.segments.length - 1] = { text: last.text + text, tone };
    else this.segments.push({ text, tone });
    this.#used += cellWidth(text);
    return this;
  }
}

/** `left` and `right` at the ends of a line of `width` cells; `right` has precedence. */
export function spread(
  width: number,
  glyphs: Glyphs,
  writeLeft: (line: LineWriter) => void,
  writeRight: (line: LineWriter) => void,
): Segment[] {
  const right = new LineWriter(width, glyphs);
  writeRight(right);
  const left = new LineWriter(width - right.used - (right.used > 0 ? 1 : 0), glyphs);
  writeLeft(left);
  return new LineWriter(width, glyphs)
    .append(left)
    .to(width - right.used)
    .append(right).segments;
}
