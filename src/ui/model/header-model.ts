/** The first line of every screen: rates, the DHT, the port, free space and the time. */
import type { DhtSnapshot, SessionSnapshot } from "../../session/session-view.ts";
import { formatBytesRoughly, formatCount, formatRate } from "../format/quantities.ts";
import { isStuck } from "../state/torrent-filter.ts";

export type Mark = "good" | "weak" | "bad" | "idle";

export interface HeaderModel {
  /** The private network that this Starling is in; null in the one that everybody is in. */
  readonly network: { readonly name: string; readonly mode: string } | null;
  readonly down: string;
  readonly up: string;
  readonly isMovingDown: boolean;
  readonly isMovingUp: boolean;
  readonly dht: { readonly mark: Mark; readonly text: string; readonly shortText: string };
  /** Null before the socket is bound. */
  readonly port: { readonly number: string; readonly isReached: boolean } | null;
  readonly free: string | null;
  readonly isSpaceShort: boolean;
  readonly problems: number;
  readonly clock: string;
}

/** Less free space than this is worth a colour. */
const SHORT_OF_SPACE_BYTES = 1_000_000_000;

export function buildHeader(snapshot: SessionSnapshot, clock: string): HeaderModel {
  const { downBytesPerSecond, upBytesPerSecond, freeBytes } = snapshot;
  return {
    network: snapshot.dht.network,
    down: formatRate(downBytesPerSecond),
    up: formatRate(upBytesPerSecond),
    isMovingDown: downBytesPerSecond >= 1,
    isMovingUp: upBytesPerSecond >= 1,
    dht: dhtSummary(snapshot.dht),
    port: portSummary(snapshot),
    free: freeBytes === null ? null : formatBytesRoughly(freeBytes),
    isSpaceShort: freeBytes !== null && freeBytes < SHORT_OF_SPACE_BYTES,
    problems: snapshot.torrents.filter(isStuck).length,
    clock,
  };
}

/** Good and doubtful contacts of both families: the number that other clients call "nodes". */
export function countNodes(dht: DhtSnapshot): number {
  return dht.goodNodes + dht.doubtfulNodes + dht.goodNodes6;
}

function dhtSummary(dht: DhtSnapshot): HeaderModel["dht"] {
  const nodes = formatCount(countNodes(dht));
  switch (dht.state) {
    case "off":
      return { mark: "idle", text: "off", shortText: "off" };
    case "bootstrapping": {
      if (dht.bootstrap.length === 0 && countNodes(dht) === 0) {
        return { mark: "bad", text: "no way in", shortText: "none" };
      }
      const isSilent = dht.bootstrap.length > 0 && dht.bootstrap.every(({ state }) => isDead(state));
      if (isSilent) return { mark: "bad", text: "no contact", shortText: "none" };
      return { mark: "idle", text: "joining", shortText: "..." };
    }
    case "joining":
      return { mark: "weak", text: `joining, ${nodes} nodes`, shortText: nodes };
    case "joined":
      return { mark: "good", text: `${nodes} nodes`, shortText: nodes };
    case "lost":
      return { mark: "bad", text: "contact lost", shortText: "lost" };
  }
}

function isDead(state: DhtSnapshot["bootstrap"][number]["state"]): boolean {
  return state === "silent" || state === "unresolved";
}

function portSummary({ listening, reachability }: SessionSnapshot): HeaderModel["port"] {
  if (listening === null) return null;
  const isReached = reachability.verdict === "connected";
  return { number: listening.slice(listening.lastIndexOf(":") + 1), isReached };
}
