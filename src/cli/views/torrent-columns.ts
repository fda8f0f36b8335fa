/** What `ls` and `status` show of a torrent. */
import type { TorrentSnapshot } from "../../session/session-view.ts";
import { bytesText, durationText, percentText, rateText } from "../output/quantity-text.ts";
import type { Column } from "../output/table.ts";

/** Digits of a hash that name a torrent among a thousand. */
const SHOWN_HASH_DIGITS = 8;

export const TORRENT_COLUMNS: readonly Column<TorrentSnapshot>[] = [
  {
    title: "ID",
    cell: ({ id }) => id.slice(0, SHOWN_HASH_DIGITS),
    plainCell: ({ id }) => id,
  },
  { title: "STATE", cell: ({ phase }) => phase },
  { title: "DONE", cell: ({ progressRatio }) => percentText(progressRatio), isFigure: true },
  {
    title: "SIZE",
    cell: ({ totalBytes }) => (totalBytes === null ? "–" : bytesText(totalBytes)),
    isFigure: true,
  },
  { title: "DOWN", cell: ({ downBytesPerSecond }) => rateOrNothing(downBytesPerSecond), isFigure: true },
  { title: "UP", cell: ({ upBytesPerSecond }) => rateOrNothing(upBytesPerSecond), isFigure: true },
  {
    title: "LEFT",
    cell: ({ etaSeconds }) => (etaSeconds === null ? "–" : durationText(etaSeconds * 1_000)),
    isFigure: true,
  },
  {
    title: "RATIO",
    cell: ({ uploadRatio }) => (uploadRatio === null ? "–" : uploadRatio.toFixed(2)),
    isFigure: true,
  },
  { title: "PEERS", cell: ({ counts }) => String(counts.connectedPeers), isFigure: true },
  { title: "NAME", cell: ({ name }) => name },
];

/** A torrent for `--json`: the snapshot without what only a screen draws and what has a command of its own. */
export function torrentFields(torrent: TorrentSnapshot): object {
  const { haveStrip, availabilityStrip, peers, files, ...fields } = torrent;
  return fields;
}

function rateOrNothing(bytesPerSecond: number): string {
  return bytesPerSecond === 0 ? "–" : rateText(bytesPerSecond);
}
