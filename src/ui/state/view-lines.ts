/** How many lines the cursor of a screen can stand on, and how many of them are seen at once. */
import type { DhtSnapshot } from "../../session/session-view.ts";
import type { ScreenPlan } from "../layout/screen-plan.ts";
import { treeLines } from "./file-tree.ts";
import { type DetailsView, type DhtTab, findTorrent, type World } from "./ui-state.ts";

export function lineCountOf(view: DetailsView, { snapshot }: Pick<World, "snapshot">): number {
  const torrent = findTorrent(snapshot, view.id);
  if (torrent === undefined) return 0;
  switch (view.tab) {
    case "peers":
      return torrent.peers.length;
    case "files":
      return treeLines(torrent.files, view.folded).length;
    case "dht":
      return torrent.dhtTrail?.steps.length ?? 0;
    case "log":
      return snapshot.log.filter(({ torrentId }) => torrentId === view.id).length;
    case "overview":
    case "pieces":
      return 0;
  }
}

/** Lines of the list on a tab of the DHT screen. */
export function dhtLineCount(tab: DhtTab, { details, bootstrap }: DhtSnapshot): number {
  switch (tab) {
    case "table":
      return details?.buckets.length ?? 0;
    case "lookups":
      return details?.lookups.length ?? 0;
    case "network":
      return bootstrap.length;
  }
}

/** Lines of the tab that are not lines of its table: the head, and what stands above or below. */
const BESIDE_TABLE: Readonly<Record<DetailsView["tab"], number>> = {
  overview: 0,
  pieces: 0,
  peers: 4,
  files: 1,
  dht: 6,
  log: 0,
};

export function tableLines({ tab }: DetailsView, { body }: ScreenPlan): number {
  return Math.max(
    0,
    body.height - (isRoomy(body.height) ? BESIDE_TABLE[tab] : Math.min(1, BESIDE_TABLE[tab])),
  );
}

/** With fewer lines the table is everything. */
export function isRoomy(height: number): boolean {
  return height >= 12;
}
