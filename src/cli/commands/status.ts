/** `starling status`: the running engine and its torrents at a glance. */
import type { ProfileFlags } from "../arguments/profile.ts";
import { withEngine } from "../engine/with-engine.ts";
import type { Output } from "../output/output.ts";
import { durationText } from "../output/quantity-text.ts";
import { tableLines } from "../output/table.ts";
import { problemLines, sessionLines } from "../views/session-lines.ts";
import { showView, type ViewFlags } from "../views/show-view.ts";
import { TORRENT_COLUMNS, torrentFields } from "../views/torrent-columns.ts";

export async function runStatus(
  _operands: readonly string[],
  flags: ProfileFlags & ViewFlags,
  output: Output,
): Promise<number> {
  return await withEngine(flags, (engine) => {
    const { pid, life, startedAtUnixMs } = engine.engine;
    const place = life === "dashboard" ? "in a terminal" : "in the background";
    return showView(
      engine,
      {
        type: "status",
        lines: (snapshot, form) => [
          `starling runs ${place} (pid ${pid}) since ${durationText(Math.max(0, Date.now() - startedAtUnixMs))}`,
          ...sessionLines(snapshot),
          ...problemLines(snapshot.torrents),
          ...(snapshot.torrents.length === 0 ? [] : [""]),
          ...tableLines(snapshot.torrents, TORRENT_COLUMNS, form),
        ],
        fields: ({ torrents, log, ...session }) => ({
          pid,
          life,
          startedAtUnixMs,
          ...session,
          torrents: torrents.map(torrentFields),
        }),
      },
      flags,
      output,
    );
  });
}
