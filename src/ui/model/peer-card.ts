/** One peer in sentences: what flows, who lets whom, how we got to know it. */
import type { PeerSnapshot } from "../../session/session-view.ts";
import { formatBytes, plural } from "../format/quantities.ts";

export interface PeerCard {
  readonly lines: readonly string[];
}

const SOURCES: Readonly<Record<PeerSnapshot["source"], string>> = {
  dht: "found through the DHT",
  pex: "named by another peer",
  lsd: "found on the local network",
  magnet: "named in the magnet link",
  manual: "added by hand",
  incoming: "it connected to us",
  resume: "known from before",
};

const ENCRYPTION_WORDS: Readonly<Record<NonNullable<PeerSnapshot["encryption"]> | "none", string>> = {
  none: "",
  handshake: ", its handshake encrypted",
  rc4: ", encrypted",
  sealed: ", sealed",
};

export function buildPeerCard(peer: PeerSnapshot): PeerCard {
  const hole = peer.isHolePunched ? " through a punched hole" : "";
  const way = `${peer.transport === "utp" ? "uTP" : "TCP"}${hole}${ENCRYPTION_WORDS[peer.encryption ?? "none"]}`;
  const source = peer.isIncoming ? SOURCES.incoming : SOURCES[peer.source];
  const rtt = peer.rttMs === null ? "" : `, round trip ${peer.rttMs} ms`;
  if (peer.state !== "connected") return { lines: [`${source}, ${way}`] };
  const requests =
    peer.pendingRequests === 0 ? "" : `, ${plural(peer.pendingRequests, "request")} on the way`;
  return {
    lines: [
      `Gave us ${formatBytes(peer.downloadedBytes)}, took ${formatBytes(peer.uploadedBytes)}${requests}; ` +
        `${source}, ${way}${rtt}.`,
      `${interestText(peer.amInterested, peer.peerChoking, "It has what we need", "lets us download", "chokes us", "It has nothing that we need")}. ` +
        `${interestText(peer.peerInterested, peer.amChoking, "It wants from us", "may download", "waits for its turn", "It wants nothing from us")}.`,
    ],
  };
}

function interestText(
  isInterested: boolean,
  isChoked: boolean,
  wants: string,
  free: string,
  held: string,
  nothing: string,
): string {
  return isInterested ? `${wants} and ${isChoked ? held : free}` : nothing;
}
