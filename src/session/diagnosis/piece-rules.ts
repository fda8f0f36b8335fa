/** S: peers are connected, and pieces do not come. OK, K: they do, or nothing more is wanted. */
import type { DiagnosisFacts } from "./diagnosis-facts.ts";
import type { DiagnosisRule } from "./diagnosis-rule.ts";
import { countText, groupedDigits, percentText, rateText } from "./figures.ts";
import { webSeedLine } from "./network-rules.ts";

/** dashboard list, S2 and S3: choking and silence are normal for less. */
const STALL_MS = 60_000;
/** Below half of its own median a download is slower than usual (dashboard list, OK2). */
const SLOW_SHARE = 0.5;

const isDownloading = ({ phase }: DiagnosisFacts): boolean => phase === "downloading";
const isSeeding = ({ phase }: DiagnosisFacts): boolean => phase === "seeding";
const isFlowing = ({ flow }: DiagnosisFacts): boolean => flow.downBytesPerSecond > 0;

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
    when: (facts) =>
      isDownloading(facts) && facts.pieces.unavailable > 0 && facts.pieces.unavailable < facts.pieces.missing,
    say: ({ pieces, ignoredWebSeeds }) => ({
      sentence: `${groupedDigits(pieces.unavailable)} of ${countText(pieces.total, "piece is", "pieces are")} on no connected peer. Reachable: ${percentText(pieces.reachableRatio)}.`,
      evidence: webSeedLine(ignoredWebSeeds),
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
      remedy: "What they owe is asked from others where there are any.",
    }),
  },
  {
    code: "S4",
    lingers: true,
    stage: "pieces",
    severity: "problem",
    when: (facts) => isDownloading(facts) && hasNothingNew(facts),
    say: ({ peers, ignoredWebSeeds }) => ({
      sentence: `${countText(peers.connected, "peer", "peers")} connected, none has anything that is missing here.`,
      evidence: webSeedLine(ignoredWebSeeds),
      remedy: "Waiting for somebody who has more; looking for more peers.",
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
          : `Fine: ${flow.sending} of ${countText(peers.connected, "peer sends", "peers send")}.`,
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
    when: (facts) => isSeeding(facts) && facts.peers.interested > 0 && facts.pieces.copies < 1,
    say: ({ peers }) => ({
      sentence: `You are the last seed: ${countText(peers.interested, "peer still needs", "peers still need")} pieces.`,
      evidence: ["Among the connected peers, no other complete copy exists."],
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
    code: "K2",
    stage: "seed",
    severity: "fine",
    when: isSeeding,
    say: () => ({ sentence: "Complete. Nobody asks for it right now." }),
  },
];

function isAllChoked({ flow }: DiagnosisFacts): boolean {
  return flow.choking > 0 && flow.sending === 0 && flow.snubbed === 0 && flow.downBytesPerSecond === 0;
}

function hasNothingNew({ peers, pieces }: DiagnosisFacts): boolean {
  return peers.connected > 0 && pieces.missing > 0 && pieces.unavailable === pieces.missing;
}

function isSlowerThanUsual({ flow }: DiagnosisFacts): boolean {
  const { medianDownBytesPerSecond: median } = flow;
  return median !== undefined && flow.downBytesPerSecond < SLOW_SHARE * median;
}
