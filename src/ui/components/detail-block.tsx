/** The selected torrent below the list, in as many lines as the plan gives it. */
import { Box } from "ink";
import { memo, type ReactNode } from "react";
import { areaChart } from "../format/charts.ts";
import { formatRateShort } from "../format/quantities.ts";
import type { DetailKind } from "../layout/screen-plan.ts";
import type { DetailModel } from "../model/detail-model.ts";
import { wrap } from "../terminal/cell-text.ts";
import type { Glyphs } from "../theme/glyphs.ts";
import type { Segment } from "../theme/themes.ts";
import {
  availabilityLine,
  chainLine,
  detailTitle,
  haveLine,
  LABEL_CELLS,
  labelled,
  rateLine,
  timeLeft,
  whyLines,
} from "./detail-lines.ts";
import { LineWriter } from "./line-writer.ts";
import { Lines } from "./lines.tsx";
import { useLook } from "./look.ts";

interface DetailBlockProps {
  readonly detail: DetailModel;
  readonly kind: DetailKind;
  readonly height: number;
  readonly columns: number;
}

export const DetailBlock = memo(function DetailBlock({
  detail,
  kind,
  height,
  columns,
}: DetailBlockProps): ReactNode {
  const { glyphs } = useLook();
  if (kind === "panels") return <DetailPanels detail={detail} height={height} columns={columns} />;
  return <Lines lines={detailLines(detail, kind, columns, glyphs)} height={height} />;
});

function detailLines(
  detail: DetailModel,
  kind: DetailKind,
  columns: number,
  glyphs: Glyphs,
): readonly (readonly Segment[])[] {
  switch (kind) {
    case "none":
    case "panels":
      return [];
    case "line":
      return whyLines(detail, columns, 1, glyphs);
    case "short":
      return [
        detailTitle(detail, columns, glyphs),
        ...whyLines(detail, columns, 2, glyphs),
        chainLine(detail, columns, glyphs),
      ];
    case "full":
      return [
        detailTitle(detail, columns, glyphs),
        ...whyLines(detail, columns, 2, glyphs),
        chainLine(detail, columns, glyphs),
        haveLine(detail, columns, glyphs),
        availabilityLine(detail, columns, glyphs),
        rateLine(detail, columns, glyphs),
      ];
  }
}

interface DetailPanelsProps {
  readonly detail: DetailModel;
  readonly height: number;
  readonly columns: number;
}

/** Lines below the two panels: HAVE and AVAIL over the whole width. */
const STRIP_LINES = 2;

/** Wide terminals: the rate as a chart beside WHY, CHAIN and the facts. */
const DetailPanels = memo(function DetailPanels({ detail, height, columns }: DetailPanelsProps): ReactNode {
  const { glyphs } = useLook();
  const panelLines = height - 1 - STRIP_LINES;
  const leftColumns = Math.floor(columns / 2);
  const rightColumns = columns - leftColumns;
  return (
    <Box flexDirection="column" height={height} flexShrink={0}>
      <Lines lines={[detailTitle(detail, columns, glyphs)]} height={1} />
      <Box height={panelLines} flexShrink={0}>
        <Lines
          lines={chartLines(detail, leftColumns, panelLines, glyphs)}
          height={panelLines}
          width={leftColumns}
        />
        <Lines
          lines={factLines(detail, rightColumns, panelLines, glyphs)}
          height={panelLines}
          width={rightColumns}
        />
      </Box>
      <Lines
        lines={[haveLine(detail, columns, glyphs), availabilityLine(detail, columns, glyphs)]}
        height={STRIP_LINES}
      />
    </Box>
  );
});

/** Cells of the axis at the left of a chart: `12.4M`. */
const AXIS_CELLS = LABEL_CELLS;

/** A titled chart of the newest samples, with the largest of them at its axis. */
export function chartLines(
  detail: DetailModel,
  width: number,
  height: number,
  glyphs: Glyphs,
): readonly (readonly Segment[])[] {
  const isDown = detail.direction === "down";
  const title = labelled(width, glyphs, isDown ? glyphs.downWord : glyphs.upWord);
  title.text(detail.rate, "strong").text(`  ${isDown ? timeLeft(detail) : detail.eta}`, "dim");
  const chartHeight = height - 1;
  const chartWidth = Math.max(1, width - AXIS_CELLS - 2);
  const rows = areaChart(detail.samples, chartWidth, chartHeight, glyphs);
  const largest = detail.samples.slice(-chartWidth).reduce((most, sample) => Math.max(most, sample), 0);
  return [
    title.segments,
    ...rows.map((cells, row) => {
      const axis = row === 0 ? formatRateShort(largest) : row === chartHeight - 1 ? "0" : "";
      const line = new LineWriter(width, glyphs).cell(axis, AXIS_CELLS - 1, "dim", "right").gap(1);
      return line.text(cells, detail.direction).segments;
    }),
  ];
}

/** WHY with its evidence, CHAIN, and what is known about the transfer. */
function factLines(
  detail: DetailModel,
  width: number,
  height: number,
  glyphs: Glyphs,
): readonly (readonly Segment[])[] {
  const lines: (readonly Segment[])[] = [
    ...whyLines(detail, width, 2, glyphs),
    chainLine(detail, width, glyphs),
  ];
  const evidence = detail.evidence.flatMap((fact) => wrap(fact, width - LABEL_CELLS - 1, 2, glyphs.charset));
  for (const fact of evidence.slice(0, Math.max(0, height - lines.length - 1))) {
    lines.push(new LineWriter(width, glyphs).gap(LABEL_CELLS).text(fact, "dim").segments);
  }
  for (const { label, text } of detail.facts) {
    if (lines.length >= height) break;
    if (label === "CONTENT" || label === "TAKEN" || label === "GIVEN" || label === "PEERS") {
      lines.push(factLine(label, text, width, glyphs));
    }
  }
  return lines;
}

/** Cells of the labels of facts. */
export const FACT_LABEL_CELLS = 10;

export function factLine(label: string, text: string, width: number, glyphs: Glyphs): readonly Segment[] {
  return new LineWriter(width, glyphs).gap(1).text(label, "dim").to(FACT_LABEL_CELLS).text(text).segments;
}
