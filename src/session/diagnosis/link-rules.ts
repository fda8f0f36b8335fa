/** C and M: peers are known, but none is connected, or none gives the file list. */
import type { DiagnosisFacts, PeerFacts } from "./diagnosis-facts.ts";
import { type DiagnosisRule, needsPeers } from "./diagnosis-rule.ts";
import { countText, durationText, percentText } from "./figures.ts";

/** dashboard list, M2; peers of the metadata get it in seconds. */
const METADATA_PATIENCE_MS = 30_000;

function isUnconnected(facts: DiagnosisFacts): boolean {
  return needsPeers(facts) && facts.peers.connected === 0;
}

/** As many dials failed as there are peers to dial: everyone had a turn, or nearly so. */
function areAllTried({ candidates, connecting, failedDials }: PeerFacts): boolean {
  return failedDials > 0 && failedDials >= candidates + connecting;
}

export const LINK_RULES: readonly DiagnosisRule[] = [
  {
    code: "C1",
    stage: "link",
    severity: "problem",
    when: (facts) => isUnconnected(facts) && areAllTried(facts.peers),
    say: ({ peers }) => ({
      sentence: `${countText(peers.candidates + peers.connecting, "peer", "peers")} known, none reachable: ${dialOutcomes(peers)}.`,
      evidence: peers.hasIncoming ? [] : ["Nobody has connected to you either: your port seems closed."],
      remedy: "They are tried again from time to time, and new ones are looked for.",
    }),
  },
  {
    code: "C0",
    stage: "link",
    severity: "notice",
    when: isUnconnected,
    say: ({ peers }) => ({
      sentence: `Connecting: ${countText(peers.candidates + peers.connecting, "peer", "peers")} known, none connected yet.`,
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

function dialOutcomes({ failedDials, timedOutDials, refusedDials }: PeerFacts): string {
  if (timedOutDials === undefined || refusedDials === undefined)
    return `${countText(failedDials, "attempt", "attempts")} failed`;
  const others = failedDials - timedOutDials - refusedDials;
  const parts = [`${timedOutDials} timed out`, `${refusedDials} refused`];
  return (others > 0 ? [...parts, `${others} broke off`] : parts).join(", ");
}

function connectedLine({ connected }: PeerFacts): string {
  return `${countText(connected, "peer is", "peers are")} connected.`;
}
