/** The file picker: what is chosen, whether it fits on the disk, and whether the swarm has it. */
import type { FileSnapshot, TorrentSnapshot } from "../../session/session-view.ts";
import { formatBytes, formatBytesRoughly, formatPercent, plural } from "../format/quantities.ts";
import { chosenPriorities } from "../state/pick-dialog.ts";
import { PICK_FRAME_LINES } from "../state/reconcile.ts";
import { findTorrent, type PickDialog, type World } from "../state/ui-state.ts";
import type { Tone } from "../theme/themes.ts";
import { healthBand } from "./health.ts";
import { type FileRowModel, filesTable, type TableModel } from "./table-models.ts";

export interface PickModel {
  readonly kind: "pick";
  readonly name: string;
  /** What is known of the swarm, or what is waited for. */
  readonly swarm: string;
  readonly folder: string;
  readonly space: string;
  readonly isSpaceShort: boolean;
  readonly summary: string;
  readonly health: { readonly text: string; readonly tone: Tone };
  readonly files: TableModel<FileRowModel>;
  /** Said in place of the files until they are known. */
  readonly waiting: string;
}

/** Null when the torrent is gone. */
export function buildPick(dialog: PickDialog, { snapshot, plan }: World): PickModel | null {
  const torrent = findTorrent(snapshot, dialog.id);
  if (torrent === undefined) return null;
  const { files, totalBytes, counts } = torrent;
  const priorities = chosenPriorities(dialog, files);
  const chosen = files.filter((_, index) => (priorities[index] ?? 0) > 0);
  const chosenBytes = chosen.reduce((sum, { lengthBytes }) => sum + lengthBytes, 0);
  const { freeBytes } = snapshot;
  const isSpaceShort = freeBytes !== null && freeBytes < chosenBytes;
  const isReachKnown = counts.connectedPeers > 0;
  const lines = Math.max(1, plan.body.height - PICK_FRAME_LINES);
  return {
    kind: "pick",
    name: torrent.name,
    swarm: `${plural(counts.connectedPeers, "peer")} connected, ${counts.candidates} more known`,
    folder: torrent.folder,
    space: `needs ${formatBytes(chosenBytes)}${freeBytes === null ? "" : `, ${formatBytesRoughly(freeBytes)} free`}`,
    isSpaceShort,
    summary:
      totalBytes === null
        ? "not known yet"
        : `${chosen.length} of ${files.length} chosen, ${formatBytes(chosenBytes)} of ${formatBytes(totalBytes)}`,
    health: healthOfChoice(torrent, chosen, chosenBytes, isReachKnown),
    files: filesTable(torrent, dialog, priorities, lines, isReachKnown),
    waiting: torrent.diagnosis.sentence,
  };
}

function healthOfChoice(
  { health }: TorrentSnapshot,
  chosen: readonly FileSnapshot[],
  chosenBytes: number,
  isReachKnown: boolean,
): PickModel["health"] {
  if (chosen.length === 0) return { text: "nothing is chosen", tone: "look" };
  if (!isReachKnown) return { text: "looking for who has it", tone: "dim" };
  const reachableBytes = chosen.reduce((sum, file) => sum + file.lengthBytes * file.reachableRatio, 0);
  const band = health === null ? undefined : healthBand(health);
  const word = band === undefined ? "" : `${band.word} ${Math.round(health ?? 0)}  `;
  if (reachableBytes >= chosenBytes) {
    return { text: `${word}nothing chosen is missing from the swarm`, tone: band?.tone ?? "ok" };
  }
  const share = formatPercent(chosenBytes === 0 ? 1 : reachableBytes / chosenBytes, 1);
  return { text: `${word}only ${share} of the choice is on connected peers`, tone: "look" };
}
