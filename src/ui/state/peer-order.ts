/** The order of the table of peers. Ties, and the first order, keep the one in which the session tells them. */
import type { PeerSnapshot } from "../../session/session-view.ts";

export const PEER_SORTS = ["connected", "down", "up", "has", "client", "address"] as const;
export type PeerSortId = (typeof PEER_SORTS)[number];

/** `peers` by `sort`: the largest first, of words the first in the alphabet. */
export function orderPeers(
  peers: readonly PeerSnapshot[],
  sort: PeerSortId,
  isReversed: boolean,
): readonly PeerSnapshot[] {
  const compare = COMPARE[sort];
  const sorted = compare === undefined ? peers : peers.toSorted(compare);
  return isReversed ? sorted.toReversed() : sorted;
}

type Compare = (a: PeerSnapshot, b: PeerSnapshot) => number;

const COMPARE: Readonly<Record<PeerSortId, Compare | undefined>> = {
  connected: undefined,
  down: (a, b) => b.downBytesPerSecond - a.downBytesPerSecond,
  up: (a, b) => b.upBytesPerSecond - a.upBytesPerSecond,
  has: (a, b) => (b.haveRatio ?? -1) - (a.haveRatio ?? -1),
  client: (a, b) => a.client.localeCompare(b.client, "en"),
  address: (a, b) => a.address.localeCompare(b.address, "en", { numeric: true }),
};
