/** `starling ls [FILTER…]`: the torrents, one a line. */
import type { ProfileFlags } from "../arguments/profile.ts";
import { withEngine } from "../engine/with-engine.ts";
import type { Output } from "../output/output.ts";
import { tableLines } from "../output/table.ts";
import { filterTorrents } from "../torrents/filter-torrents.ts";
import { showView, type ViewFlags } from "../views/show-view.ts";
import { TORRENT_COLUMNS, torrentFields } from "../views/torrent-columns.ts";

export async function runLs(
  operands: readonly string[],
  flags: ProfileFlags & ViewFlags,
  output: Output,
): Promise<number> {
  return await withEngine(flags, (engine) =>
    showView(
      engine,
      {
        type: "torrents",
        lines: ({ torrents }, form) => tableLines(filterTorrents(torrents, operands), TORRENT_COLUMNS, form),
        fields: ({ torrents }) => ({ torrents: filterTorrents(torrents, operands).map(torrentFields) }),
      },
      flags,
      output,
    ),
  );
}
