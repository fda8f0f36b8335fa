/** `starling files TORRENT`: its files, numbered as `--select` counts them. */
import type { FileSnapshot } from "../../session/session-view.ts";
import type { ProfileFlags } from "../arguments/profile.ts";
import { withEngine } from "../engine/with-engine.ts";
import type { Output } from "../output/output.ts";
import { bytesText, percentText } from "../output/quantity-text.ts";
import { type Column, tableLines } from "../output/table.ts";
import { showView, type ViewFlags } from "../views/show-view.ts";
import { askDetails, torrentIn } from "../views/torrent-details.ts";

type NumberedFile = FileSnapshot & { readonly number: number };

const COLUMNS: readonly Column<NumberedFile>[] = [
  { title: "NO", cell: ({ number }) => String(number), isFigure: true },
  { title: "WANTED", cell: ({ priority }) => priorityText(priority) },
  {
    title: "DONE",
    cell: ({ haveBytes, lengthBytes }) => percentText(lengthBytes === 0 ? 1 : haveBytes / lengthBytes),
    isFigure: true,
  },
  { title: "SIZE", cell: ({ lengthBytes }) => bytesText(lengthBytes), isFigure: true },
  { title: "PATH", cell: ({ path }) => path },
];

export async function runFiles(
  operands: readonly string[],
  flags: ProfileFlags & ViewFlags,
  output: Output,
): Promise<number> {
  return await withEngine(flags, async (engine) => {
    const { id, name, files } = await askDetails(engine, operands[0] as string);
    if (files.length === 0) output.note(`The files of ${name} are not known yet.`);
    const numbered = (files: readonly FileSnapshot[] = []): readonly NumberedFile[] =>
      files.map((file, i) => ({ number: i + 1, ...file }));
    const view = {
      type: "files",
      lines: (snapshot, form) => tableLines(numbered(torrentIn(snapshot, id)?.files), COLUMNS, form),
      fields: (snapshot) => ({ id, name, files: numbered(torrentIn(snapshot, id)?.files) }),
    } satisfies Parameters<typeof showView>[1];
    return await showView(engine, view, flags, output);
  });
}

/** The steps that `TorrentSnapshot.files` documents: 0, 1, 4, 7. */
function priorityText(priority: number): string {
  if (priority === 0) return "no";
  if (priority < 4) return "low";
  return priority === 4 ? "yes" : "high";
}
