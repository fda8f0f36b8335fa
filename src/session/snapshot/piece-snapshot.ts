/** The pieces of a torrent as viewers see them: a map of slices, and how rare the missing ones are. */
import type { SwarmView } from "../../wire/index.ts";
import { MAX_SLICES_SHOWN } from "../session-config.ts";
import type { PieceMapSnapshot } from "../session-view.ts";
import type { Torrent } from "../torrent/torrent.ts";

export function pieceMap({ swarm }: Torrent, { pieceCount }: SwarmView): PieceMapSnapshot {
  const sliceCount = Math.min(pieceCount, MAX_SLICES_SHOWN);
  const { have, availability } = swarm.strips(sliceCount);
  return { sliceCount, have, copies: availability, active: swarm.begunStrip(sliceCount) };
}

/** Wanted missing pieces on nobody, one, two, three or four, five or more peers; the swarm counts its seeds apart. */
export function rarityClasses({ rarity, counts }: SwarmView): readonly number[] {
  const classes = [0, 0, 0, 0, 0];
  for (const [copies, pieces] of rarity.entries()) {
    const index = classOf(copies + counts.connectedSeeds);
    classes[index] = (classes[index] ?? 0) + pieces;
  }
  return classes;
}

function classOf(copies: number): number {
  if (copies <= 2) return copies;
  return copies <= 4 ? 3 : 4;
}

/** Whether somebody has a piece is asked of the swarm. */
export function reachableShareOf({ swarm }: Torrent): (firstPiece: number, endPiece: number) => number {
  return (firstPiece, endPiece) => swarm.reachableShare(firstPiece, endPiece);
}
