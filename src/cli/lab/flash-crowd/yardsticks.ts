/** What a flash crowd is held against: the bound that no way of sharing can beat, and a server on the same line. */
import type { CrowdLinks } from "../../../sim/index.ts";

/**
 * The fluid bound of peer-to-peer distribution (Kumar and Ross, "Peer-assisted file distribution: the minimum distribution
 * time", 2006) for a crowd that is there from the start: nobody can have the file before the publisher has sent it
 * once, before its own line has taken it in, or before all uplinks together have sent it to everybody.
 */
export function fluidBoundMs(totalBytes: number, peers: number, { publisher, peer }: CrowdLinks): number {
  const seconds = Math.max(
    totalBytes / publisher.upBytesPerSecond,
    totalBytes / peer.downBytesPerSecond,
    (peers * totalBytes) / (publisher.upBytesPerSecond + peers * peer.upBytesPerSecond),
  );
  return 1_000 * seconds;
}

/** Median completion where the publisher serves everybody itself, all at once and in equal shares, from `atMs` on. */
export function clientServerMs(totalBytes: number, arrivalsMs: readonly number[], links: CrowdLinks): number {
  const arrivals = [...arrivalsMs].sort((a, b) => a - b);
  const completions: number[] = [];
  /** Bytes that everybody who is there has had since the beginning: whoever comes needs `totalBytes` from there. */
  let level = 0;
  let nowMs = 0;
  const present: { readonly doneAt: number; readonly arrivedMs: number }[] = [];
  while (arrivals.length > 0 || present.length > 0) {
    const rate = shareOf(links, present.length) / 1_000;
    const next = present[0];
    const doneMs = next === undefined ? Number.POSITIVE_INFINITY : nowMs + (next.doneAt - level) / rate;
    const arrivesMs = arrivals[0] ?? Number.POSITIVE_INFINITY;
    const atMs = Math.min(doneMs, arrivesMs);
    if (present.length > 0) level += (atMs - nowMs) * rate;
    nowMs = atMs;
    if (arrivesMs <= doneMs) {
      arrivals.shift();
      present.push({ doneAt: level + totalBytes, arrivedMs: atMs });
    } else {
      present.shift();
      completions.push(atMs - (next?.arrivedMs ?? 0));
    }
  }
  return completions.sort((a, b) => a - b)[Math.floor(completions.length / 2)] ?? 0;
}

function shareOf({ publisher, peer }: CrowdLinks, present: number): number {
  return Math.min(peer.downBytesPerSecond, publisher.upBytesPerSecond / Math.max(1, present));
}
