/** The pieces of a torrent: the map, and how rare the missing ones are. */
import type { TorrentSnapshot } from "../../session/session-view.ts";
import { formatBytes, formatCopies, formatCount, formatPercent } from "../format/quantities.ts";
import type { Tone } from "../theme/themes.ts";

export interface PiecesModel {
  readonly summary: string;
  /** Null until the session has answered. */
  readonly map: PieceMapModel | null;
  readonly rarity: readonly RarityModel[];
  readonly copies: string;
}

export interface PieceMapModel {
  readonly have: string;
  readonly copies: string;
  readonly active: string;
}

export interface RarityModel {
  readonly label: string;
  readonly count: string;
  /** 0 to 1 of the largest class, in steps that a bar can show. */
  readonly ratio: number;
  readonly tone: Tone;
}

const CLASSES: readonly { readonly label: string; readonly tone: Tone }[] = [
  { label: "on nobody", tone: "broken" },
  { label: "on one", tone: "look" },
  { label: "on two", tone: "plain" },
  { label: "on 3 or 4", tone: "ok" },
  { label: "on 5 or more", tone: "ok" },
];
const BAR_STEPS = 160;

/** Null before the pieces are known. */
export function buildPieces(torrent: TorrentSnapshot): PiecesModel | null {
  const { pieceCount, pieceBytes, havePieces, rarity, pieces, copies } = torrent;
  if (pieceCount === null || pieceBytes === null) return null;
  const largest = Math.max(1, ...rarity);
  return {
    summary:
      `${formatCount(havePieces)} of ${formatCount(pieceCount)} pieces of ${formatBytes(pieceBytes)}` +
      (torrent.reachableRatio === null ? "" : `, reachable ${formatPercent(torrent.reachableRatio, 1)}`),
    map: pieces === null ? null : { have: pieces.have, copies: pieces.copies, active: pieces.active },
    rarity: CLASSES.map(({ label, tone }, index) => {
      const count = rarity[index] ?? 0;
      const ratio = Math.ceil((count / largest) * BAR_STEPS) / BAR_STEPS;
      return { label, count: formatCount(count), ratio, tone: count === 0 ? "dim" : tone };
    }),
    copies: copies === null ? "?" : formatCopies(copies),
  };
}

/** Share of the missing pieces that are on at most one peer, as the AVAIL line says it; "" when there are none. */
export function rareText({ rarity }: TorrentSnapshot): string {
  const missing = rarity.reduce((sum, count) => sum + count, 0);
  const rare = (rarity[0] ?? 0) + (rarity[1] ?? 0);
  return rare === 0 ? "" : formatPercent(rare / missing, 1);
}
