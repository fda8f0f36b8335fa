/** S: peers are connected, and pieces do not come. OK, K: they do, or nothing more is wanted. */
import type { DiagnosisFacts, PeerFacts, SwarmSizeFacts } from "./diagnosis-facts.ts";
import type { DiagnosisRule } from "./diagnosis-rule.ts";
import { countText, durationText, groupedDigits, percentText, rateText, sizeText } from "./figures.ts";
import { webSeedLine } from "./network-rules.ts";

/** dashboard list, S2 and S3: choking and silence are normal for less. */
const STALL_MS = 60_000;
/** Rates breathe: one moment in which the single source is slow is no news. */
const SOLE_SOURCE_HOLDS_MS = 10_000;
/** The part that one peer has takes about as long as everything together, or longer: the rest does not matter. */
const SOLE_SOURCE_DOMINATES = 0.9;
/** dashboard list, K3. */
const UNREACHED_MS = 1_800_000;
/** Peers come one after another, each with its own pieces: what they lack together shows after a while. */
const PIECES_SETTLE_MS = 10_000;
/** Nothing for this long, with somebody connected: it stands still. */
const DRY_MS = 10_000;
/** Below half of its own median a download is slower than usual (dashboard list, OK2). */
const SLOW_SHARE = 0.5;

const isDownloading = ({ phase }: DiagnosisFacts): boolean => phase === "downloading";
const isSeeding = ({ phase }: DiagnosisFacts): boolean => phase === "seeding";
/** By when the last payload came: rates of slow transfers are zero between two blocks. */
const isFlowing = ({ flow }: DiagnosisFacts): boolean => flow.hasReceived && flow.idleMs < DRY_MS;

/** Missing pieces on no peer are a reason to worry while others still come, and the reason once they do not. */
const worstWhenDry = (facts: DiagnosisFacts) => (isFlowing(facts) ? "notice" : "problem");

export const PIECE_RULES: readonly DiagnosisRule[] = [
  {
    code: "S6",
    stage: "pieces",
    severity: "problem",
    when: (facts) => isDownloading(facts) && facts.pieces.unobtainable !== undefined,
    say: ({ pieces }) => ({
      sentence: `Piece ${groupedDigits(pieces.unobtainable ?? 0)} fails its check whoever sends it: the torrent itself seems broken.`,
      remedy: "Everything else is still downloaded.",
    }),
  },
  {
    code: "S1",
    lingers: true,
    stage: "pieces",
    severity: worstWhenDry,
    enterAfterMs: PIECES_SETTLE_MS,
    when: (facts) => isDownloading(facts) && facts.pieces.unavailable > 0 && !hasNothingNew(facts),
    say: ({ pieces, peers, size, ignoredWebSeeds }) => ({
      sentence: `${groupedDigits(pieces.unavailable)} of ${countText(pieces.total, "piece is", "pieces are")} on no connected peer. Reachable: ${percentText(pieces.reachableRatio)}.`,
      evidence: [...seenLine(peers, size), ...webSeedLine(ignoredWebSeeds)],
      remedy: "More peers are looked for; whoever has these pieces may come back.",
    }),
  },
  {
    code: "S2",
    lingers: true,
    stage: "link",
    severity: "problem",
    enterAfterMs: STALL_MS,
    when: (facts) => isDownloading(facts) && isAllChoked(facts),
    say: ({ flow }) => ({
      sentence:
        flow.choking === 1
          ? "The only peer that has what we need is choking us."
          : `All ${groupedDigits(flow.choking)} peers that have what we need are choking us.`,
      evidence: [`Nothing has arrived for ${durationText(flow.idleMs)}.`],
      remedy: "They serve others now; turns change every half minute, and uploading earns one.",
    }),
  },
  {
    code: "S3",
    lingers: true,
    stage: "link",
    severity: "problem",
    when: (facts) =>
      isDownloading(facts) &&
      facts.flow.snubbed > 0 &&
      facts.flow.sending === 0 &&
      facts.flow.idleMs >= STALL_MS,
    say: ({ flow }) => ({
      sentence: `${countText(flow.snubbed, "peer has promised data and sends", "peers have promised data and send")} none.`,
      evidence: [`Nothing has arrived for ${durationText(flow.idleMs)}.`],
      remedy: "What they owe is asked from others where there are any.",
    }),
  },
  {
    code: "S4",
    lingers: true,
    stage: "pieces",
    severity: "problem",
    enterAfterMs: PIECES_SETTLE_MS,
    when: (facts) => isDownloading(facts) && hasNothingNew(facts),
    say: ({ peers, size, ignoredWebSeeds }) => ({
      sentence: `${countText(peers.connected, "peer", "peers")} connected, none has anything that is missing here.`,
      evidence: [...seenLine(peers, size), ...webSeedLine(ignoredWebSeeds)],
      remedy: "Waiting for somebody who has more; looking for more peers.",
    }),
  },
  {
    code: "S5",
    lingers: true,
    stage: "pieces",
    severity: "notice",
    enterAfterMs: SOLE_SOURCE_HOLDS_MS,
    when: (facts) => isDownloading(facts) && isFlowing(facts) && isHeldBySoleSource(facts),
    say: ({ pieces, peers, size, missingBytes, flow }) => ({
      sentence: `${sizeText(pieces.soleSource?.bytes ?? 0)} exists only on one peer (${soleRateText(pieces)}): finishing depends on it.`,
      evidence: [
        `At the present rates that part takes ${secondsText(soleSourceSeconds(pieces))}, all that is missing ${secondsText(missingBytes / flow.downBytesPerSecond)}.`,
        ...seenLine(peers, size),
      ],
      remedy: "It is fetched before what others have; more peers are looked for.",
    }),
  },
];

export const FINE_RULES: readonly DiagnosisRule[] = [
  {
    code: "OK2",
    lingers: true,
    stage: "none",
    severity: "notice",
    enterAfterMs: 10_000,
    when: (facts) => isDownloading(facts) && isFlowing(facts) && isSlowerThanUsual(facts),
    say: ({ flow, peers }) => ({
      sentence: `Slower than usual: ${rateText(flow.downBytesPerSecond)}, ${countText(peers.connected, "peer", "peers")} connected.`,
      evidence: [
        `Median of the last 10 minutes: ${rateText(flow.medianDownBytesPerSecond ?? 0)}.`,
        ...(flow.waitingForDisk > 0 ? ["The disk is slower than the network at present."] : []),
      ],
    }),
  },
  {
    code: "OK1",
    stage: "none",
    severity: "fine",
    when: (facts) => (isDownloading(facts) && isFlowing(facts)) || facts.phase === "finished",
    say: ({ phase, flow, peers }) => ({
      sentence:
        phase === "finished"
          ? "Done."
          : flow.sending > 0
            ? `Fine: ${flow.sending} of ${countText(peers.connected, "peer sends", "peers send")}.`
            : `Fine: ${rateText(flow.downBytesPerSecond)}, ${countText(peers.connected, "peer", "peers")} connected.`,
    }),
  },
  {
    code: "S0",
    stage: "link",
    severity: "notice",
    when: isDownloading,
    say: ({ peers }) => ({
      sentence: `Connected to ${countText(peers.connected, "peer", "peers")}; waiting for the first data.`,
    }),
  },
  {
    code: "K1",
    stage: "seed",
    severity: "notice",
    when: (facts) =>
      isSeeding(facts) &&
      facts.peers.interested > 0 &&
      facts.pieces.copies < 1 &&
      (facts.size.estimatedSeeds ?? 0) === 0,
    say: ({ peers, size }) => ({
      sentence: `You are the last seed: ${countText(peers.interested, "peer still needs", "peers still need")} pieces.`,
      evidence: [
        "Among the connected peers, no other complete copy exists.",
        ...(size.estimatedSeeds === 0 ? ["The DHT knows of no other seed."] : []),
      ],
      remedy: "Keep sharing until another copy is complete.",
    }),
  },
  {
    code: "K0",
    stage: "seed",
    severity: "fine",
    when: (facts) => isSeeding(facts) && facts.peers.interested > 0,
    say: ({ peers, flow }) => ({
      sentence: `Sharing with ${countText(peers.interested, "peer", "peers")}${flow.upBytesPerSecond > 0 ? `: ${rateText(flow.upBytesPerSecond)}` : ""}.`,
    }),
  },
  {
    code: "K3",
    stage: "seed",
    severity: "notice",
    enterAfterMs: UNREACHED_MS,
    when: (facts) => isSeeding(facts) && !facts.peers.hasIncoming,
    say: ({ net }) => ({
      sentence: "Nobody has reached you since you began to seed: your port seems closed.",
      evidence: [`For ${durationText(UNREACHED_MS)} or longer.`, net.reach.sentence],
      remedy: "Open the port in the firewall or forward it in the router, so that more peers can ask you.",
    }),
  },
  {
    code: "K2",
    stage: "seed",
    severity: "fine",
    when: isSeeding,
    say: () => ({ sentence: "Complete. Nobody asks for it right now." }),
  },
];

/** "Seen 14 of about 22 peers": how much of the swarm a statement about pieces rests on (BEP 33). */
function seenLine(peers: PeerFacts, { estimatedPeers }: SwarmSizeFacts): readonly string[] {
  if (estimatedPeers === undefined) return [];
  const all = Math.max(estimatedPeers, peers.connected);
  return [`Seen ${groupedDigits(peers.connected)} of about ${countText(all, "peer", "peers")}.`];
}

/** How long the part that only one peer has takes at its present rate; never mind how fast the others are. */
function soleSourceSeconds({ soleSource }: DiagnosisFacts["pieces"]): number {
  return soleSource === undefined ? 0 : soleSource.bytes / soleSource.bytesPerSecond;
}

function soleRateText({ soleSource }: DiagnosisFacts["pieces"]): string {
  const rate = soleSource?.bytesPerSecond ?? 0;
  return rate === 0 ? "silent at present" : rateText(rate);
}

/** With one peer altogether there is nothing to tell apart. */
function isHeldBySoleSource({ pieces, peers, flow, missingBytes }: DiagnosisFacts): boolean {
  if (pieces.unavailable > 0 || peers.connected < 2) return false;
  return soleSourceSeconds(pieces) > SOLE_SOURCE_DOMINATES * (missingBytes / flow.downBytesPerSecond);
}

function secondsText(seconds: number): string {
  return Number.isFinite(seconds) ? `about ${durationText(seconds * 1_000)}` : "for ever";
}

function isAllChoked({ flow }: DiagnosisFacts): boolean {
  return flow.choking > 0 && flow.sending === 0 && flow.snubbed === 0;
}

/** Nobody who is connected ever had anything for us; who did, and has no more, leaves pieces on no peer (S1). */
function hasNothingNew({ pieces, flow }: DiagnosisFacts): boolean {
  return !flow.hasReceived && pieces.missing > 0 && pieces.unavailable === pieces.missing;
}

function isSlowerThanUsual({ flow }: DiagnosisFacts): boolean {
  const { medianDownBytesPerSecond: median } = flow;
  return median !== undefined && flow.downBytesPerSecond < SLOW_SHARE * median;
}
