/**
 * Which columns a table shows at which width. Each table lists its columns once, with the width of terminal from
 * which each is worth its cells; the flexible one takes what is left. Pure.
 */
import type { Alignment } from "../terminal/cell-text.ts";

export interface Column<Id extends string> {
  readonly id: Id;
  readonly title: string;
  readonly align: Alignment;
  /** Cells without the gap; the least for flexible columns. */
  readonly width: number;
  /** Empty cells in front. */
  readonly gap: number;
}

export interface ColumnSpec<Id extends string> extends Column<Id> {
  /** Terminal columns from which it is shown. */
  readonly from: number;
  /** Width by terminal columns, the last entry that is reached counts. */
  readonly wider?: readonly (readonly [fromColumns: number, width: number])[];
  /** Share of the cells left over; 0 for columns of fixed width. */
  readonly flex?: number;
}

/** The columns to show in `columns` cells, which they fill exactly unless not even the first fits. */
export function planColumns<Id extends string>(
  specs: readonly ColumnSpec<Id>[],
  columns: number,
): readonly Column<Id>[] {
  const shown = specs
    .filter((spec) => columns >= spec.from)
    .map((spec) => ({ ...spec, width: widthAt(spec, columns) }));
  const taken = shown.reduce((sum, spec) => sum + spec.gap + spec.width, 0);
  const flexes = shown.reduce((sum, spec) => sum + (spec.flex ?? 0), 0);
  let left = columns - taken;
  let flexLeft = flexes;
  return shown.map((spec) => {
    const flex = spec.flex ?? 0;
    const share = flexLeft === 0 ? 0 : Math.floor((left * flex) / flexLeft);
    flexLeft -= flex;
    left -= share;
    const width = Math.max(0, spec.width + share);
    return { id: spec.id, title: spec.title, align: spec.align, gap: spec.gap, width };
  });
}

function widthAt<Id extends string>(spec: ColumnSpec<Id>, columns: number): number {
  return spec.wider?.findLast(([from]) => columns >= from)?.[1] ?? spec.width;
}

export type TorrentColumnId =
  | "marker"
  | "name"
  | "size"
  | "done"
  | "bar"
  | "health"
  | "copies"
  | "seeds"
  | "peers"
  | "down"
  | "up"
  | "eta"
  | "why";

/** The main list. `down` and `up` take their titles from the glyphs. */
export const TORRENT_COLUMNS: readonly ColumnSpec<TorrentColumnId>[] = [
  { id: "marker", title: "", align: "left", width: 3, gap: 0, from: 0 },
  { id: "name", title: "NAME", align: "left", width: 0, gap: 0, from: 0, flex: 4 },
  { id: "size", title: "SIZE", align: "right", width: 8, gap: 1, from: 76 },
  { id: "done", title: "DONE", align: "right", width: 5, gap: 1, from: 0 },
  {
    id: "bar",
    title: "",
    align: "left",
    width: 8,
    gap: 1,
    from: 76,
    wider: [
      [100, 12],
      [140, 14],
      [200, 20],
    ],
  },
  { id: "health", title: "HEALTH", align: "left", width: 9, gap: 2, from: 56 },
  { id: "copies", title: "COPIES", align: "right", width: 6, gap: 1, from: 112 },
  { id: "seeds", title: "SEEDS", align: "right", width: 5, gap: 1, from: 140 },
  { id: "peers", title: "PEERS", align: "right", width: 6, gap: 1, from: 90 },
  { id: "down", title: "", align: "right", width: 6, gap: 1, from: 0 },
  { id: "up", title: "", align: "right", width: 6, gap: 1, from: 76 },
  { id: "eta", title: "ETA", align: "right", width: 6, gap: 1, from: 36 },
  { id: "why", title: "WHY", align: "left", width: 10, gap: 2, from: 132, flex: 3 },
];

export type PeerColumnId =
  | "marker"
  | "address"
  | "client"
  | "has"
  | "down"
  | "up"
  | "flags"
  | "source"
  | "activity";

export const PEER_COLUMNS: readonly ColumnSpec<PeerColumnId>[] = [
  { id: "marker", title: "", align: "left", width: 3, gap: 0, from: 0 },
  {
    id: "address",
    title: "ADDRESS",
    align: "left",
    width: 15,
    gap: 0,
    from: 0,
    wider: [
      [60, 18],
      [100, 22],
      [120, 26],
    ],
  },
  { id: "client", title: "CLIENT", align: "left", width: 12, gap: 1, from: 78, wider: [[120, 20]] },
  { id: "has", title: "HAS", align: "right", width: 4, gap: 1, from: 0 },
  { id: "down", title: "", align: "right", width: 6, gap: 1, from: 0 },
  { id: "up", title: "", align: "right", width: 6, gap: 1, from: 60 },
  { id: "flags", title: "FLAGS", align: "left", width: 6, gap: 2, from: 110 },
  { id: "source", title: "FROM", align: "left", width: 8, gap: 2, from: 110 },
  { id: "activity", title: "WHAT IT IS DOING", align: "left", width: 0, gap: 2, from: 0, flex: 1 },
];

export type FileColumnId = "marker" | "wanted" | "path" | "size" | "done" | "bar" | "priority" | "reach";

export const FILE_COLUMNS: readonly ColumnSpec<FileColumnId>[] = [
  { id: "marker", title: "", align: "left", width: 2, gap: 0, from: 0 },
  { id: "wanted", title: "", align: "left", width: 3, gap: 0, from: 0 },
  { id: "path", title: "FILE", align: "left", width: 0, gap: 1, from: 0, flex: 1 },
  { id: "size", title: "SIZE", align: "right", width: 8, gap: 1, from: 48 },
  { id: "done", title: "DONE", align: "right", width: 5, gap: 1, from: 0 },
  { id: "bar", title: "", align: "left", width: 10, gap: 1, from: 72, wider: [[120, 20]] },
  { id: "priority", title: "FETCH", align: "left", width: 7, gap: 2, from: 60 },
  { id: "reach", title: "REACH", align: "right", width: 6, gap: 1, from: 54 },
];

export type StepColumnId = "marker" | "number" | "address" | "bits" | "answer" | "peers";

/** The nodes that a search in the DHT asked. */
export const STEP_COLUMNS: readonly ColumnSpec<StepColumnId>[] = [
  { id: "marker", title: "", align: "left", width: 2, gap: 0, from: 0 },
  { id: "number", title: "#", align: "right", width: 3, gap: 0, from: 0 },
  { id: "address", title: "NODE", align: "left", width: 15, gap: 2, from: 0, flex: 1 },
  { id: "bits", title: "BITS", align: "right", width: 5, gap: 1, from: 56 },
  { id: "answer", title: "ANSWER", align: "right", width: 8, gap: 2, from: 0 },
  { id: "peers", title: "PEERS", align: "right", width: 5, gap: 2, from: 44 },
];
