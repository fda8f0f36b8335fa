/** The lines that explain one torrent: WHY, CHAIN, HAVE, AVAIL and its rate, each as wide as it may be. */
import { availabilityStrip, haveStrip, sparkline } from "../format/charts.ts";
import type { DetailModel } from "../model/detail-model.ts";
import { wrap } from "../terminal/cell-text.ts";
import type { Glyphs } from "../theme/glyphs.ts";
import type { Segment, Tone } from "../theme/themes.ts";
import { LineWriter } from "./line-writer.ts";

/** Cells of the labels at the left of each line. */
export const LABEL_CELLS = 7;
/** Cells behind a strip for its number; narrow terminals show the number alone. */
const FIGURE_CELLS = 28;
const NARROW_FIGURE_CELLS = 9;
const NARROW_COLUMNS = 64;

type Lines = readonly (readonly Segment[])[];

export function labelled(width: number, glyphs: Glyphs, label: string): LineWriter {
  return new LineWriter(width, glyphs).gap(1).text(label, "key").to(LABEL_CELLS);
}

/** `──── name ──────── FAIR 64 · 14 peers ─` */
export function detailTitle(detail: DetailModel, width: number, glyphs: Glyphs): readonly Segment[] {
  const right = new LineWriter(Math.max(0, width - 20), glyphs);
  right.gap(1).text(detail.status.word, detail.status.tone);
  if (width >= NARROW_COLUMNS) right.text(` ${glyphs.bullet} ${detail.swarm}`, "dim");
  right.gap(1).text(glyphs.rule, "dim");
  const line = new LineWriter(width, glyphs).text(glyphs.rule.repeat(4), "dim").gap(1);
  const name = new LineWriter(line.left - right.used - 2, glyphs).text(detail.name, "strong");
  return line.append(name).gap(1).rule("dim", right.used).append(right).segments;
}

/** The sentence and, if there is room, what can be done about it: exactly `lineCount` lines. */
export function whyLines(detail: DetailModel, width: number, lineCount: number, glyphs: Glyphs): Lines {
  const text = detail.why.remedy === "" ? detail.why.sentence : `${detail.why.sentence} ${detail.why.remedy}`;
  const lines = wrap(text, width - LABEL_CELLS - 1, lineCount, glyphs.charset);
  return Array.from({ length: lineCount }, (_, index) => {
    const line =
      index === 0 ? labelled(width, glyphs, "WHY") : new LineWriter(width, glyphs).gap(LABEL_CELLS);
    return line.text(lines[index] ?? "", detail.why.tone).segments;
  });
}

const MARK_TONES: Readonly<Record<"ok" | "weak" | "broken" | "unreached", Tone>> = {
  ok: "ok",
  weak: "look",
  broken: "broken",
  unreached: "dim",
};

/** `CHAIN disk ✓  net ✓  dht ✗  peers ·`; closer together, then without the label, where it is narrow. */
export function chainLine(detail: DetailModel, width: number, glyphs: Glyphs): readonly Segment[] {
  const words = detail.chain.map(({ stage, mark }) => `${stage} ${glyphs.chain[mark]}`.length);
  const length = words.reduce((sum, word) => sum + word, 0) + LABEL_CELLS;
  const gap = length + 2 * (words.length - 1) < width ? 2 : 1;
  const isTight = length + words.length - 1 >= width;
  const line = isTight ? new LineWriter(width, glyphs).gap(1) : labelled(width, glyphs, "CHAIN");
  for (const { stage, mark } of detail.chain) {
    line.text(stage, mark === "unreached" ? "dim" : "plain").gap(isTight ? 0 : 1);
    line.text(isTight ? glyphs.chainShort[mark] : glyphs.chain[mark], MARK_TONES[mark]).gap(gap);
  }
  return line.segments;
}

export function haveLine(detail: DetailModel, width: number, glyphs: Glyphs): readonly Segment[] {
  const line = labelled(width, glyphs, "HAVE");
  if (detail.have === null)
    return line.text("nothing yet: the file list is still being looked for", "dim").segments;
  const strip = haveStrip(detail.have.strip, stripCells(width), glyphs);
  const tone: Tone = detail.direction === "up" ? "ok" : "down";
  for (const run of runs(strip)) line.text(run, run.startsWith(glyphs.have[0] ?? "") ? "dim" : tone);
  line.gap(2).text(detail.have.percent, "strong");
  if (width >= NARROW_COLUMNS) line.text(`  reachable ${detail.have.reachable}`, "dim");
  return line.segments;
}

export function availabilityLine(detail: DetailModel, width: number, glyphs: Glyphs): readonly Segment[] {
  const line = labelled(width, glyphs, "AVAIL");
  if (detail.availability === null) return line.text("not known yet", "dim").segments;
  for (const run of runs(availabilityStrip(detail.availability.strip, stripCells(width)))) {
    line.text(run, availabilityTone(run.charAt(0)));
  }
  line.gap(2).text(detail.availability.copies, "strong");
  if (width >= NARROW_COLUMNS) line.text(" copies", "dim");
  if (width >= NARROW_COLUMNS && detail.availability.rare !== "")
    line.text(`  rare ${detail.availability.rare}`, "dim");
  return line.segments;
}

/** None is an alarm, one a risk. */
export function availabilityTone(digit: string): Tone {
  if (digit === "0") return "alarm";
  return digit === "1" ? "look" : "ok";
}

export function rateLine(detail: DetailModel, width: number, glyphs: Glyphs): readonly Segment[] {
  const isDown = detail.direction === "down";
  const line = labelled(width, glyphs, isDown ? glyphs.downWord : glyphs.upWord);
  line
    .text(sparkline(detail.samples, stripCells(width), glyphs), detail.direction)
    .gap(2)
    .text(detail.rate, "strong");
  if (width >= NARROW_COLUMNS) line.text(`  ${isDown ? timeLeft(detail) : detail.eta}`, "dim");
  return line.segments;
}

/** `22m left`; what is said instead of a time stands alone. */
export function timeLeft({ eta }: DetailModel): string {
  if (eta === "?") return "time unknown";
  if (!/^\d/.test(eta)) return eta;
  return eta.replace(/^\S+/, (time) => `${time} left`);
}

function stripCells(width: number): number {
  const figures = width >= NARROW_COLUMNS ? FIGURE_CELLS : NARROW_FIGURE_CELLS;
  return Math.max(4, width - LABEL_CELLS - figures);
}

/** `text` in runs of one sign each. */
export function runs(text: string): string[] {
  return text.match(/(.)\1*/gu) ?? [];
}
