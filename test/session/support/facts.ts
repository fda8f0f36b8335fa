/** Facts of a torrent that downloads well, for tests to break in one place. */
import type { DiagnosisFacts } from "../../../src/session/diagnosis/diagnosis-facts.ts";

type Changes = {
  readonly [Key in keyof DiagnosisFacts]?: Partial<DiagnosisFacts[Key]> | DiagnosisFacts[Key];
};

const UNREACHED = {
  verdict: "outgoing",
  sentence: "Only outgoing connections so far.",
} as const;

export function someFacts(changes: Changes = {}): DiagnosisFacts {
  const base: DiagnosisFacts = {
    phase: "downloading",
    failure: undefined,
    folder: "/downloads",
    wantsNothing: false,
    checkedRatio: 0,
    ignoredWebSeeds: 0,
    missingBytes: 3_328_599_654,
    disk: { freeBytes: 90_000_000_000, damagedPieces: 0 },
    net: { isUp: true, hasTcp: true, reach: UNREACHED },
    dht: {
      enabled: true,
      state: "joined",
      goodNodes: 300,
      knownNodes: 312,
      bootstrap: [],
      queriesOut: 900,
      repliesIn: 800,
      foreignIn: 0,
      runningMs: 60_000,
    },
    lookups: { isActive: false, finished: 2, nextInMs: 252_000, foundOnlyUs: false },
    peers: {
      candidates: 4,
      resting: 0,
      connecting: 0,
      connected: 14,
      connectedSeeds: 1,
      failedDials: 3,
      timedOutDials: 2,
      refusedDials: 1,
      noHandshakeDials: 0,
      hasIncoming: true,
      interested: 2,
    },
    size: { estimatedPeers: 22, estimatedSeeds: 1 },
    metadata: undefined,
    pieces: {
      total: 2_404,
      missing: 700,
      unavailable: 0,
      reachableRatio: 1,
      recentlyBad: 0,
      recentlyBanned: [],
      unobtainable: undefined,
      soleSource: undefined,
      copies: 1.8,
    },
    flow: {
      downBytesPerSecond: 2_600_000,
      upBytesPerSecond: 400_000,
      medianDownBytesPerSecond: 2_500_000,
      hasReceived: true,
      idleMs: 100,
      sending: 9,
      choking: 2,
      snubbed: 0,
      waitingForDisk: 0,
      bindingLimit: undefined,
    },
  };
  const merged: Record<string, unknown> = { ...base };
  for (const [key, change] of Object.entries(changes)) {
    const former = merged[key];
    const isPart = typeof former === "object" && former !== null && typeof change === "object";
    merged[key] = isPart ? { ...former, ...change } : change;
  }
  return merged as unknown as DiagnosisFacts;
}

/** No peer of any kind, and nothing flows. */
export const NOBODY = {
  candidates: 0,
  resting: 0,
  connecting: 0,
  connected: 0,
  connectedSeeds: 0,
  failedDials: 0,
  timedOutDials: 0,
  refusedDials: 0,
  noHandshakeDials: 0,
  interested: 0,
} as const;

export const DRY = { downBytesPerSecond: 0, sending: 0, choking: 0, idleMs: 90_000 } as const;
