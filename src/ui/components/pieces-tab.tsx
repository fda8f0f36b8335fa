/** The map of pieces and the histogram of how rare the missing ones are. */
import { memo, type ReactNode } from "react";
import { progressBar } from "../format/charts.ts";
import { pieceMapRows } from "../format/piece-map.ts";
import type { PieceMapModel, PiecesModel } from "../model/pieces-model.ts";
import type { Glyphs } from "../theme/glyphs.ts";
import type { Segment, Tone } from "../theme/themes.ts";
import { availabilityTone, runs } from "./detail-lines.ts";
import { LineWriter } from "./line-writer.ts";
import { Lines } from "./lines.tsx";
import { useLook } from "./look.ts";

interface PiecesTabProps {
  readonly pieces: PiecesModel | null;
  readonly columns: number;
  readonly height: number;
}

type Line = readonly Segment[];

export const PiecesTab = memo(function PiecesTab({ pieces, columns, height }: PiecesTabProps): ReactNode {
  const { glyphs } = useLook();
  return <Lines lines={piecesLines(pieces, columns, height, glyphs)} height={height} />;
});

const LABEL_CELLS = 14;
const COUNT_CELLS = 7;
const MAX_BAR_CELLS = 60;

function piecesLines(
  pieces: PiecesModel | null,
  columns: number,
  height: number,
  glyphs: Glyphs,
): readonly Line[] {
  const start = (): LineWriter => new LineWriter(columns, glyphs).gap(1);
  if (pieces === null) {
    return [
      [],
      start().gap(2).text("The pieces are not known yet: they come with the file list.", "dim").segments,
    ];
  }
  const rarity = rarityLines(pieces, columns, glyphs);
  const head = [start().text(pieces.summary, "strong").segments, legend(columns, glyphs)];
  const mapLines = Math.max(1, height - head.length - rarity.length - 2);
  const map = pieces.map === null ? [] : mapRows(pieces.map, columns - 2, mapLines, glyphs);
  const lines = [...head, ...map.map((row) => paintRow(row, columns, glyphs))];
  // Where both do not fit, the map says more.
  return height >= head.length + rarity.length + 3 ? [...lines, [], ...rarity] : lines;
}

function mapRows(map: PieceMapModel, width: number, height: number, glyphs: Glyphs): readonly string[] {
  return pieceMapRows(map, Math.max(1, width), height, glyphs);
}

function legend(columns: number, glyphs: Glyphs): Line {
  const line = new LineWriter(columns, glyphs).gap(1);
  const entry = (sign: string, word: string, tone: Tone): void => {
    line.text(sign, tone).text(` ${word}  `, "dim");
  };
  entry(glyphs.have[9] ?? "", "here", "down");
  entry(glyphs.have[5] ?? "", "partly", "down");
  entry(glyphs.active, "on its way", "accent");
  entry("1-9", "peers that have it", "ok");
  entry("0", "nobody", "alarm");
  return line.segments;
}

function paintRow(row: string, columns: number, glyphs: Glyphs): Line {
  const line = new LineWriter(columns, glyphs).gap(1);
  for (const run of runs(row)) {
    const sign = run.charAt(0);
    line.text(run, /\d/.test(sign) ? availabilityTone(sign) : sign === glyphs.active ? "accent" : "down");
  }
  return line.segments;
}

function rarityLines({ rarity, copies }: PiecesModel, columns: number, glyphs: Glyphs): readonly Line[] {
  const bar = Math.max(0, Math.min(MAX_BAR_CELLS, columns - LABEL_CELLS - COUNT_CELLS - 3));
  return [
    new LineWriter(columns, glyphs)
      .gap(1)
      .text("MISSING PIECES", "key")
      .text("  by the peers that have them; copies ", "dim")
      .text(copies, "strong").segments,
    ...rarity.map(
      ({ label, count, ratio, tone }) =>
        new LineWriter(columns, glyphs)
          .gap(1)
          .cell(label, LABEL_CELLS, tone)
          .cell(count, COUNT_CELLS, tone, "right")
          .gap(1)
          .text(progressBar(ratio, bar, glyphs).full, tone).segments,
    ),
  ];
}
