/** `starling peers TORRENT`: who it is connected to, and what passes between. */
import type { PeerSnapshot } from "../../session/session-view.ts";
import type { ProfileFlags } from "../arguments/profile.ts";
import { withEngine } from "../engine/with-engine.ts";
import type { Output } from "../output/output.ts";
import { bytesText, percentText, rateText } from "../output/quantity-text.ts";
import { type Column, tableLines } from "../output/table.ts";
import { showView, type ViewFlags } from "../views/show-view.ts";
import { askDetails, torrentIn } from "../views/torrent-details.ts";

const COLUMNS: readonly Column<PeerSnapshot>[] = [
  { title: "ADDRESS", cell: ({ address }) => address },
  { title: "FROM", cell: ({ source, isIncoming }) => (isIncoming ? "incoming" : source) },
  {
    title: "VIA",
    cell: ({ transport, encryption, isHolePunched }) =>
      [transport, ...(encryption === null ? [] : [encryption]), ...(isHolePunched ? ["punched"] : [])].join(
        " ",
      ),
  },
  {
    title: "HAS",
    cell: ({ haveRatio }) => (haveRatio === null ? "–" : percentText(haveRatio)),
    isFigure: true,
  },
  { title: "DOWN", cell: ({ downBytesPerSecond }) => rateText(downBytesPerSecond), isFigure: true },
  { title: "UP", cell: ({ upBytesPerSecond }) => rateText(upBytesPerSecond), isFigure: true },
  { title: "GOT", cell: ({ downloadedBytes }) => bytesText(downloadedBytes), isFigure: true },
  { title: "GAVE", cell: ({ uploadedBytes }) => bytesText(uploadedBytes), isFigure: true },
  { title: "DOING", cell: ({ state, activity }) => (activity === "" ? state : activity) },
  { title: "CLIENT", cell: ({ client }) => client },
];

export async function runPeers(
  operands: readonly string[],
  flags: ProfileFlags & ViewFlags,
  output: Output,
): Promise<number> {
  return await withEngine(flags, async (engine) => {
    const { id, name } = await askDetails(engine, operands[0] as string);
    const view = {
      type: "peers",
      lines: (snapshot, form) => tableLines(torrentIn(snapshot, id)?.peers ?? [], COLUMNS, form),
      fields: (snapshot) => ({ id, name, peers: torrentIn(snapshot, id)?.peers ?? [] }),
    } satisfies Parameters<typeof showView>[1];
    return await showView(engine, view, flags, output);
  });
}
