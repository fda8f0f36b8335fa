/** What a scenario leaves in a folder: its figures as JSON, the same in words and tables, and a chart. */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";

export interface LabReport {
  /** Of the files, without an ending. */
  readonly name: string;
  readonly figures: object;
  readonly markdown: string;
  readonly chart: string;
}

export async function writeLabFiles(folder: string, report: LabReport): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, `${report.name}.json`), `${JSON.stringify(report.figures, null, 1)}\n`);
  await writeFile(join(folder, `${report.name}.md`), report.markdown);
  await writeFile(join(folder, `${report.name}.svg`), report.chart);
}
