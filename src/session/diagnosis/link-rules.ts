/** C and M: peers are known, but none is connected, or none gives the file list. */
import type { DiagnosisFacts, PeerFacts } from "./diagnosis-facts.ts";
import { type DiagnosisRule, needsPeers } from "./diagnosis-rule.ts";
import { countText, durationText, groupedDigits, percentText } from "./figures.ts";

/** dashboard list, M2; peers of the metadata get it in seconds. */
const METADATA_PATIENCE_MS = 30_000;
/** Half of the attempts, dashboard list, C3. */
const MOSTLY = 0.5;
/** Others find us by our announces: before this time it means nothing that nobody came. */
const INCOMING_PATIENCE_MS = 120_000;

function isUnconnected(facts: DiagnosisFacts): boolean {
  return needsPeers(facts) && facts.peers.connected === 0;
}

const isUnreachable = (facts: DiagnosisFacts): boolean => isUnconnected(facts) && areAllTried(facts.peers);

/** As many dials failed as there are peers to dial: everyone had a turn, or nearly so. */
function areAllTried({ candidates, connecting, failedDials }: PeerFacts): boolean {
  return failedDials > 0 && failedDials >= candidates + connecting;
}

/** Something says that others get through to us, if not that they came. */
function isOpen({ net }: DiagnosisFacts): boolean {
  return net.reach.verdict !== "outgoing" && net.reach.verdict !== "unknown";
}

export const LINK_RULES: readonly DiagnosisRule[] = [
  {
    code: "C3",
    stage: "link",
    severity: "problem",
    when: (facts) => isUnreachable(facts) && facts.peers.noHandshakeDials >= MOSTLY * facts.peers.failedDials,
    say: ({ peers }) => ({
      sentence: `${knownPeers(peers)} known; they answer, but not for this torrent.`,
      evidence: [`${dialOutcomes(peers)}.`],
      remedy: "They may have dropped it, or take encrypted connections only. New ones are looked for.",
    }),
  },
  {
    code: "C2",
    stage: "link",
    severity: "problem",
    enterAfterMs: INCOMING_PATIENCE_MS,
    when: (facts) => isUnreachable(facts) && !facts.peers.hasIncoming && !isOpen(facts),
    say: ({ peers, net }) => ({
      sentence: `${knownPeers(peers)} known, none reachable, and nobody reaches you: your own port seems closed too.`,
      evidence: [
        `${dialOutcomes(peers)}.`,
        "Nobody has connected to you since the start.",
        net.reach.sentence,
      ],
      remedy: "Open your port in the firewall or forward it in the router: two closed ends cannot meet.",
    }),
  },
  {
    code: "C1",
    stage: "link",
    severity: "problem",
    when: isUnreachable,
    say: ({ peers }) => ({
      sentence: `${knownPeers(peers)} known, none reachable: ${dialOutcomes(peers)}.`,
      remedy: "They are tried again from time to time, and new ones are looked for.",
    }),
  },
  {
    code: "C0",
    stage: "link",
    severity: "notice",
    when: isUnconnected,
    say: ({ peers }) => ({
      sentence: `Connecting: ${knownPeers(peers)} known, none connected yet.`,
      evidence: peers.failedDials === 0 ? [] : [`${dialOutcomes(peers)} so far.`],
    }),
  },
  {
    code: "M3",
    stage: "link",
    severity: "problem",
    when: ({ metadata }) => metadata !== undefined && metadata.rejected > 0,
    say: ({ metadata, peers }) => ({
      sentence: `A file list arrived that does not belong to this hash (${countText(metadata?.rejected ?? 0, "time", "times")}).`,
      evidence: [connectedLine(peers)],
      remedy: "It was thrown away and is fetched again from others; who sends it twice is banned.",
    }),
  },
  {
    code: "M1",
    stage: "link",
    severity: "problem",
    enterAfterMs: METADATA_PATIENCE_MS,
    when: ({ metadata }) => metadata !== undefined && metadata.ratio === 0,
    say: ({ peers }) => ({
      sentence: `${countText(peers.connected, "peer", "peers")} connected, none can send the file list yet.`,
      remedy: "Waiting for a peer that has it; looking for more.",
    }),
  },
  {
    code: "M2",
    stage: "link",
    severity: "problem",
    when: ({ metadata }) =>
      metadata !== undefined && metadata.ratio > 0 && metadata.idleMs >= METADATA_PATIENCE_MS,
    say: ({ metadata, peers }) => ({
      sentence: `The file list came to ${percentText(metadata?.ratio ?? 0)} and then stood still for ${durationText(metadata?.idleMs ?? 0)}.`,
      evidence: [connectedLine(peers)],
      remedy: "The rest is asked from others.",
    }),
  },
  {
    code: "M0",
    stage: "link",
    severity: "fine",
    when: ({ metadata }) => metadata !== undefined,
    say: ({ metadata, peers }) => ({
      sentence: `Fetching the file list from ${countText(peers.connected, "peer", "peers")}: ${percentText(metadata?.ratio ?? 0)}.`,
    }),
  },
];

/** Attempts by what became of them; peers are tried again, so there may be more attempts than peers. */
function dialOutcomes({ failedDials, timedOutDials, refusedDials, noHandshakeDials }: PeerFacts): string {
  const others = failedDials - timedOutDials - refusedDials - noHandshakeDials;
  const parts: readonly [number, string][] = [
    [timedOutDials, "timed out"],
    [refusedDials, "refused"],
    [noHandshakeDials, "hung up at the handshake"],
    [others, "broke off"],
  ];
  return parts
    .filter(([count]) => count > 0)
    .map(([count, what]) => `${groupedDigits(count)} ${what}`)
    .join(", ");
}

function knownPeers({ candidates, resting, connecting }: PeerFacts): string {
  return countText(candidates + resting + connecting, "peer", "peers");
}

function connectedLine({ connected }: PeerFacts): string {
  return `${countText(connected, "peer is", "peers are")} connected.`;
}
