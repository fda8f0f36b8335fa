/** The main list: a line per torrent, only those that are visible. Slots are reused as the list scrolls. */
import { Box } from "ink";
import { memo, type ReactNode } from "react";
import { gauge, progressBar } from "../format/charts.ts";
import type { Region } from "../layout/screen-plan.ts";
import { type Column, planColumns, TORRENT_COLUMNS, type TorrentColumnId } from "../layout/table-columns.ts";
import type { RowModel } from "../model/row-model.ts";
import type { TableModel } from "../model/table-models.ts";
import type { Glyphs } from "../theme/glyphs.ts";
import type { Segment, Tone } from "../theme/themes.ts";
import type { LineWriter } from "./line-writer.ts";
import { Line, Lines } from "./lines.tsx";
import { useLook } from "./look.ts";
import { headLine, rowLine, scrollPosition, writeCell } from "./table.ts";

/** Cells of the health gauge; the number stands behind it. */
const GAUGE_CELLS = 5;

const PHASE_TONES: Readonly<Record<RowModel["phase"], Tone>> = {
  resolving: "accent",
  checking: "accent",
  downloading: "down",
  seeding: "up",
  finished: "ok",
  moving: "accent",
  queued: "dim",
  paused: "dim",
  failed: "broken",
};

interface TorrentListProps {
  readonly torrents: TableModel<RowModel>;
  readonly columns: number;
  readonly heads: Region;
  readonly list: Region;
}

export const TorrentList = memo(function TorrentList({
  torrents,
  columns,
  heads,
  list,
}: TorrentListProps): ReactNode {
  const { glyphs } = useLook();
  const planned = planColumns(TORRENT_COLUMNS, columns);
  const position = scrollPosition(torrents.top, torrents.rows.length, torrents.total);
  const slots = Array.from({ length: list.height }, (_, slot) => (
    <TorrentRow
      // biome-ignore lint/suspicious/noArrayIndexKey: a slot is a place on the screen; its identity is its index
      key={slot}
      row={torrents.rows[slot]}
      isSelected={slot === torrents.cursor}
      width={columns}
    />
  ));
  return (
    <Box flexDirection="column" height={heads.height + list.height} flexShrink={0}>
      {heads.height > 0 ? <Lines lines={[headLine(planned, columns, glyphs, position)]} height={1} /> : null}
      {slots}
    </Box>
  );
});

interface TorrentRowProps {
  readonly row: RowModel | undefined;
  readonly isSelected: boolean;
  readonly width: number;
}

const NO_SEGMENTS: readonly Segment[] = [];

const TorrentRow = memo(function TorrentRow({ row, isSelected, width }: TorrentRowProps): ReactNode {
  const { glyphs } = useLook();
  if (row === undefined) return <Line segments={NO_SEGMENTS} />;
  const planned = planColumns(TORRENT_COLUMNS, width);
  const segments = rowLine(planned, width, glyphs, (line, column) =>
    writeTorrentCell(line, column, row, isSelected, glyphs),
  );
  return <Line segments={segments} isSelected={isSelected} />;
});

function writeTorrentCell(
  line: LineWriter,
  column: Column<TorrentColumnId>,
  row: RowModel,
  isSelected: boolean,
  glyphs: Glyphs,
): void {
  const isResting = row.phase === "paused" || row.phase === "queued" || row.phase === "finished";
  const textTone: Tone = isResting ? "dim" : "plain";
  switch (column.id) {
    case "marker":
      if (isSelected) line.text(glyphs.cursor);
      else line.text(row.needsAttention ? glyphs.attention : " ", row.isStuck ? "broken" : "look");
      line.text(
        row.isStuck ? glyphs.phase.failed : glyphs.phase[row.phase],
        row.isStuck ? "broken" : PHASE_TONES[row.phase],
      );
      if (row.isMarked) line.text(glyphs.mark, "strong");
      break;
    case "name":
      writeCell(line, column, row.name, row.isStuck ? "strong" : textTone);
      break;
    case "bar":
      writeBar(line, column.width, row.barRatio, row.isStuck ? "broken" : PHASE_TONES[row.phase], glyphs);
      break;
    case "health":
      writeHealth(line, row.health, glyphs);
      break;
    case "down":
      writeCell(line, column, row.down, row.down === "0" ? "dim" : "down");
      break;
    case "up":
      writeCell(line, column, row.up, row.up === "0" ? "dim" : "up");
      break;
    case "why":
      writeCell(line, column, row.why, row.whyTone);
      break;
    case "size":
    case "done":
    case "copies":
    case "seeds":
    case "peers":
    case "eta":
      writeCell(line, column, row[column.id], textTone);
      break;
  }
}

function writeBar(line: LineWriter, width: number, ratio: number | null, tone: Tone, glyphs: Glyphs): void {
  if (ratio === null) return;
  const { full, empty } = progressBar(ratio, width, glyphs);
  line.text(full, tone).text(empty, "dim");
}

function writeHealth(line: LineWriter, health: RowModel["health"], glyphs: Glyphs): void {
  if (health === null) return;
  const { full, empty } = gauge(health.value / 100, GAUGE_CELLS, glyphs);
  line.text(full, health.tone).text(empty, "dim").cell(String(health.value), 4, health.tone, "right");
}
