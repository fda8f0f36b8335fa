/** Rows as text: aligned under headings for people, or plain: one TAB between columns, no heading, for programs. */

export interface Column<Row> {
  readonly title: string;
  readonly cell: (row: Row) => string;
  /** Figures stand at the right. */
  readonly isFigure?: boolean;
  /** Where a program wants more than a person, such as the whole of a hash. */
  readonly plainCell?: (row: Row) => string;
}

/** The last column is not padded, so names of any width may stand there. */
export function tableLines<Row>(
  rows: readonly Row[],
  columns: readonly Column<Row>[],
  form: "aligned" | "plain",
): readonly string[] {
  if (form === "plain")
    return rows.map((row) => columns.map(({ cell, plainCell = cell }) => plainCell(row)).join("\t"));
  if (rows.length === 0) return [];
  const cells = [
    columns.map(({ title }) => title),
    ...rows.map((row) => columns.map(({ cell }) => cell(row))),
  ];
  const widths = columns.map((_, i) => Math.max(...cells.map((line) => line[i]?.length ?? 0)));
  return cells.map((line) =>
    line
      .map((cell, i) => padded(cell, i))
      .join("  ")
      .trimEnd(),
  );

  function padded(cell: string, i: number): string {
    if (columns[i]?.isFigure === true) return cell.padStart(widths[i] ?? 0);
    return i === columns.length - 1 ? cell : cell.padEnd(widths[i] ?? 0);
  }
}
