/** A torrent's search in the DHT: its figures, the way from far to near, and each node that was asked. */
import { Box } from "ink";
import { memo, type ReactNode } from "react";
import { planColumns, STEP_COLUMNS, type StepColumnId } from "../layout/table-columns.ts";
import { NEAR_BITS } from "../model/dht-details-model.ts";
import type { TableModel } from "../model/table-models.ts";
import type { StepRowModel, TrailModel } from "../model/trail-model.ts";
import { isRoomy } from "../state/view-lines.ts";
import type { Glyphs } from "../theme/glyphs.ts";
import type { Segment } from "../theme/themes.ts";
import { LABEL_CELLS, labelled } from "./detail-lines.ts";
import { LineWriter } from "./line-writer.ts";
import { Lines } from "./lines.tsx";
import { useLook } from "./look.ts";
import { rowLine, writeCell } from "./table.ts";
import { Table } from "./tables.tsx";

interface TrailTabProps {
  readonly trail: TrailModel | null;
  readonly steps: TableModel<StepRowModel>;
  readonly columns: number;
  readonly height: number;
}

/** Lines above the table, the empty one included. */
const HEAD_LINES = 5;

export const TrailTab = memo(function TrailTab({ trail, steps, columns, height }: TrailTabProps): ReactNode {
  const { glyphs } = useLook();
  if (trail === null) {
    const text = "No DHT runs: peers come from other peers and by hand.";
    return (
      <Lines
        lines={[[], new LineWriter(columns, glyphs).gap(3).text(text, "dim").segments]}
        height={height}
      />
    );
  }
  const headLines = isRoomy(height) ? HEAD_LINES : 0;
  const planned = planColumns(STEP_COLUMNS, columns);
  return (
    <Box flexDirection="column" height={height} flexShrink={0}>
      <Lines lines={trailLines(trail, columns, glyphs)} height={headLines} />
      <Table
        table={steps}
        columns={columns}
        height={height - headLines}
        placeholder={trail.state === "searching now" ? "Nobody has answered yet." : "Nobody was asked yet."}
        head={planned}
        lineOf={(row, isSelected) =>
          rowLine(planned, columns, glyphs, (line, column) => {
            const text = cellOf(row, column.id, isSelected, glyphs);
            writeCell(line, column, text, row.hasAnswered ? "plain" : "dim");
          })
        }
      />
    </Box>
  );
});

function cellOf(row: StepRowModel, id: StepColumnId, isSelected: boolean, glyphs: Glyphs): string {
  if (id === "marker") return isSelected ? glyphs.cursor : "";
  return row[id];
}

function trailLines(trail: TrailModel, columns: number, glyphs: Glyphs): readonly (readonly Segment[])[] {
  const next = trail.next === "" ? "" : `  ${trail.next}`;
  return [
    labelled(columns, glyphs, "LOOKUP").gap(1).text(trail.state, "strong").text(next, "dim").segments,
    new LineWriter(columns, glyphs).gap(LABEL_CELLS + 1).text(trail.figures).segments,
    wayLine(trail.bits, columns, glyphs),
    labelled(columns, glyphs, "STORED").gap(1).text(trail.stored.text, trail.stored.tone).segments,
    [],
  ];
}

/** `far o--o---o----o-oo near`: where the nodes that answered stand, by the bits that they share with the hash. */
function wayLine(bits: readonly number[], columns: number, glyphs: Glyphs): readonly Segment[] {
  const line = labelled(columns, glyphs, "WAY").gap(1).text("far ", "dim");
  const cells = Math.max(4, Math.min(60, line.left - 6));
  const most = Math.max(NEAR_BITS / 2, ...bits) + 1;
  const places = new Set(bits.map((count) => Math.min(cells - 1, Math.floor((count * cells) / most))));
  for (let cell = 0; cell < cells; cell++) {
    if (places.has(cell)) line.text(glyphs.node, "ok");
    else line.text(glyphs.rule, "dim");
  }
  return line.text(" near", "dim").segments;
}
