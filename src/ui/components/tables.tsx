/** The tables of peers and files, and the lines of events. */
import { memo, type ReactNode } from "react";
import { progressBar } from "../format/charts.ts";
import {
  type Column,
  FILE_COLUMNS,
  type FileColumnId,
  PEER_COLUMNS,
  type PeerColumnId,
  planColumns,
} from "../layout/table-columns.ts";
import type { EventRowModel, FileRowModel, PeerRowModel, TableModel } from "../model/table-models.ts";
import type { Glyphs } from "../theme/glyphs.ts";
import type { Segment, Tone } from "../theme/themes.ts";
import { LineWriter } from "./line-writer.ts";
import { Lines } from "./lines.tsx";
import { useLook } from "./look.ts";
import { headLine, rowLine, scrollPosition, writeCell } from "./table.ts";

interface TableProps<Row> {
  readonly table: TableModel<Row>;
  readonly columns: number;
  readonly height: number;
  /** Shown in place of rows while there are none. */
  readonly placeholder: string;
}

export const PeerTable = memo(function PeerTable(props: TableProps<PeerRowModel>): ReactNode {
  const { glyphs } = useLook();
  const planned = planColumns(PEER_COLUMNS, props.columns);
  return (
    <Table
      {...props}
      head={planned}
      lineOf={(row, isSelected) => peerLine(row, planned, isSelected, props.columns, glyphs)}
    />
  );
});

export const FileTable = memo(function FileTable(props: TableProps<FileRowModel>): ReactNode {
  const { glyphs } = useLook();
  const planned = planColumns(FILE_COLUMNS, props.columns);
  return (
    <Table
      {...props}
      head={planned}
      lineOf={(row, isSelected) => fileLine(row, planned, isSelected, props.columns, glyphs)}
    />
  );
});

interface AnyTableProps<Row> extends TableProps<Row> {
  readonly head: readonly Column<string>[];
  readonly lineOf: (row: Row, isSelected: boolean) => readonly Segment[];
}

/** A head and the visible rows, or a sentence while there are none. */
export function Table<Row>({
  table,
  columns,
  height,
  placeholder,
  head,
  lineOf,
}: AnyTableProps<Row>): ReactNode {
  const { glyphs } = useLook();
  const position = scrollPosition(table.top, table.rows.length, table.total);
  const lines =
    table.total === 0
      ? [[], new LineWriter(columns, glyphs).gap(3).text(placeholder, "dim").segments]
      : [
          headLine(head, columns, glyphs, position),
          ...table.rows.map((row, index) => lineOf(row, index === table.cursor)),
        ];
  return <Lines lines={lines} height={height} selected={table.cursor < 0 ? -1 : table.cursor + 1} />;
}

function peerLine(
  row: PeerRowModel,
  planned: readonly Column<PeerColumnId>[],
  isSelected: boolean,
  width: number,
  glyphs: Glyphs,
): Segment[] {
  return rowLine(planned, width, glyphs, (line, column) => {
    const text = column.id === "marker" ? (isSelected ? glyphs.cursor : "") : row[column.id];
    writeCell(line, column, text, peerTone(row, column.id));
  });
}

function peerTone(row: PeerRowModel, id: PeerColumnId): Tone {
  if (!row.isConnected) return "dim";
  if (id === "down" || id === "up") return row[id] === "0" ? "dim" : id;
  return "plain";
}

const CHOICE_SIGNS: Readonly<Record<FileRowModel["wanted"], string>> = { yes: "x", no: " ", some: "-" };

function fileLine(
  row: FileRowModel,
  planned: readonly Column<FileColumnId>[],
  isSelected: boolean,
  width: number,
  glyphs: Glyphs,
): Segment[] {
  const tone: Tone = row.wanted === "no" ? "dim" : "plain";
  return rowLine(planned, width, glyphs, (line, column) => {
    switch (column.id) {
      case "marker":
        line.text(isSelected ? glyphs.cursor : " ").text(row.isAlarming ? glyphs.attention : "", "look");
        break;
      case "wanted":
        line.text(`[${CHOICE_SIGNS[row.wanted]}]`, tone);
        break;
      case "path":
        writeTreeName(line, row, column.width, tone, glyphs);
        break;
      case "bar": {
        const { full, empty } = progressBar(row.barRatio, column.width, glyphs);
        line.text(full, row.barRatio >= 1 ? "ok" : "down").text(empty, "dim");
        break;
      }
      case "reach":
        writeCell(line, column, row.reach, row.isReachable ? tone : "look");
        break;
      case "size":
      case "done":
      case "priority":
        writeCell(line, column, row[column.id], tone);
    }
  });
}

/** Cells that each folder moves its content to the right; deep trees stop moving in time for names to be read. */
const INDENT_CELLS = 2;
const MAX_INDENT_SHARE = 0.4;

function writeTreeName(line: LineWriter, row: FileRowModel, width: number, tone: Tone, glyphs: Glyphs): void {
  const indent = Math.min(row.depth * INDENT_CELLS, Math.floor(width * MAX_INDENT_SHARE));
  const isFolder = row.kind === "folder";
  const sign = isFolder ? `${row.isFolded ? glyphs.folded : glyphs.unfolded} ` : "";
  line.gap(indent).text(sign, "dim");
  // The end of a file's name tells what it is.
  if (isFolder) line.cell(row.name, width - indent - sign.length, "strong");
  else line.endCell(row.name, width - indent, tone);
}

interface EventListProps {
  readonly rows: readonly EventRowModel[];
  readonly columns: number;
  readonly height: number;
}

/** Newest at the bottom, as in a log. */
export const EventList = memo(function EventList({ rows, columns, height }: EventListProps): ReactNode {
  const { glyphs } = useLook();
  const lines =
    rows.length === 0
      ? [[], new LineWriter(columns, glyphs).gap(3).text("Nothing has happened yet.", "dim").segments]
      : rows.map(
          ({ time, text }) =>
            new LineWriter(columns, glyphs).gap(1).text(time, "dim").gap(2).text(text).segments,
        );
  return <Lines lines={lines} height={height} />;
});
