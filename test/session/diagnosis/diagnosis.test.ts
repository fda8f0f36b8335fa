import { expect, test } from "vitest";
import { chainMarks } from "../../../src/session/diagnosis/chain.ts";
import { DIAGNOSIS_RULES, DiagnosisTracker, diagnose } from "../../../src/session/diagnosis/diagnosis.ts";
import type { DiagnosisFacts } from "../../../src/session/diagnosis/diagnosis-facts.ts";
import { CHAIN_STAGES } from "../../../src/session/diagnosis/diagnosis-rule.ts";
import { DRY, NOBODY, someFacts } from "../support/facts.ts";

const failed = (code: string, message = "What went wrong.") =>
  someFacts({
    phase: "failed",
    failure: { code, message, hint: "What to do." } as DiagnosisFacts["failure"],
  });

const alone = (changes: Parameters<typeof someFacts>[0] = {}) =>
  someFacts({ peers: NOBODY, flow: DRY, ...changes });

const NO_CONTACTS = { state: "bootstrapping", goodNodes: 0, knownNodes: 0 } as const;
const fetching = (ratio: number, idleMs = 0, rejected = 0) => ({ ratio, idleMs, rejected });

/** One fixture for each code: the facts, and the sentence that a user reads. */
const FIXTURES: readonly [code: string, facts: DiagnosisFacts, sentence: string][] = [
  ["U1", someFacts({ phase: "paused" }), "You paused this."],
  ["U3", someFacts({ wantsNothing: true }), "No file of this torrent is selected."],
  ["U4", someFacts({ phase: "checking", checkedRatio: 0.714 }), "Checking what is on disk: 71.4 %."],
  [
    "U5",
    someFacts({ flow: { bindingLimit: { direction: "down", bytesPerSecond: 1_048_576 } } }),
    "Your download limit of 1.0 MiB/s is what holds it.",
  ],
  ["U6", failed("TORRENT_PRIVATE"), "What went wrong."],
  ["U7", failed("TORRENT_INVALID"), "What went wrong."],
  ["U8", someFacts({ phase: "moving" }), "Its data is being moved to the folder that you chose."],
  ["U2", someFacts({ phase: "queued" }), "Waits for its turn: as many torrents run as you allow at once."],
  [
    "E1",
    { ...failed("DISK_FULL"), disk: { freeBytes: 214_748_364, damagedPieces: 0 } },
    "The disk is full: needs 3.1 GiB, 205 MiB free in /downloads.",
  ],
  ["E2", failed("PATH_NOT_WRITABLE"), "What went wrong."],
  ["E3", failed("PATH_NOT_FOUND"), "What went wrong."],
  ["E4", failed("DISK_ERROR"), "What went wrong."],
  [
    "E5",
    someFacts({ pieces: { recentlyBad: 3, recentlyBanned: ["10.0.0.9"] } }),
    "A peer sends damaged data (blocked 10.0.0.9).",
  ],
  [
    "E6",
    someFacts({ phase: "seeding", disk: { damagedPieces: 2 } }),
    "2 pieces on disk are not what the torrent says.",
  ],
  ["N1", someFacts({ net: { isUp: false } }), "No network interface is up."],
  [
    "N3",
    alone({ dht: { ...NO_CONTACTS, queriesOut: 64, repliesIn: 0 } }),
    "UDP seems blocked: 64 packets sent, nothing came back.",
  ],
  [
    "D1",
    alone({ dht: NO_CONTACTS }),
    "No bootstrap node is set, and nobody of the DHT is known from before.",
  ],
  [
    "D3",
    alone({
      dht: { ...NO_CONTACTS, foreignIn: 3, bootstrap: [{ address: "10.20.0.1:6881", state: "silent" }] },
    }),
    "Whoever answers belongs to another DHT network than yours.",
  ],
  [
    "D2",
    alone({
      dht: {
        ...NO_CONTACTS,
        bootstrap: [
          { address: "10.20.0.1:6881", state: "silent" },
          { address: "boot.lab.example:6881", state: "unresolved" },
        ],
      },
    }),
    "None of your 2 bootstrap nodes answers, so no peers can be found.",
  ],
  [
    "D4",
    alone({ dht: { state: "joining", goodNodes: 7, knownNodes: 9 }, lookups: { finished: 0 } }),
    "Joining the DHT: 9 nodes so far, usually done within 20 s.",
  ],
  [
    "D5",
    alone({ dht: { state: "lost", goodNodes: 0, knownNodes: 12 } }),
    "Lost contact with the DHT (sleep, network change?).",
  ],
  ["D6", alone({ dht: { enabled: false, state: "off" } }), "The DHT is switched off and no peer is known."],
  ["L1", alone({ lookups: { isActive: true, finished: 0 } }), "Looking for peers in the DHT (300 nodes)."],
  ["L2", alone(), "The DHT is fine (312 nodes), but nobody announces this hash."],
  ["L3", alone({ lookups: { foundOnlyUs: true } }), "Only you announce this hash."],
  [
    "C0",
    alone({ peers: { ...NOBODY, candidates: 5, connecting: 12 } }),
    "Connecting: 17 peers known, none connected yet.",
  ],
  [
    "C1",
    alone({ peers: { ...NOBODY, candidates: 17, failedDials: 17, timedOutDials: 12, refusedDials: 5 } }),
    "17 peers known, none reachable: 12 timed out, 5 refused.",
  ],
  [
    "C2",
    alone({
      peers: {
        ...NOBODY,
        candidates: 17,
        failedDials: 17,
        timedOutDials: 12,
        refusedDials: 5,
        hasIncoming: false,
      },
    }),
    "17 peers known, none reachable, and nobody reaches you: your own port seems closed too.",
  ],
  [
    "C3",
    alone({ peers: { ...NOBODY, candidates: 4, failedDials: 4, timedOutDials: 1, noHandshakeDials: 3 } }),
    "4 peers known; they answer, but not for this torrent.",
  ],
  [
    "M0",
    someFacts({ phase: "resolving", metadata: fetching(0.444), flow: DRY }),
    "Fetching the file list from 14 peers: 44.4 %.",
  ],
  [
    "M1",
    someFacts({ phase: "resolving", metadata: fetching(0), flow: DRY }),
    "14 peers connected, none can send the file list yet.",
  ],
  [
    "M2",
    someFacts({ phase: "resolving", metadata: fetching(0.5, 47_000), flow: DRY }),
    "The file list came to 50 % and then stood still for 47 s.",
  ],
  [
    "M3",
    someFacts({ phase: "resolving", metadata: fetching(0.5, 0, 2), flow: DRY }),
    "A file list arrived that does not belong to this hash (2 times).",
  ],
  [
    "S1",
    someFacts({ pieces: { unavailable: 34, reachableRatio: 0.986 } }),
    "34 of 2,404 pieces are on no connected peer. Reachable: 98.6 %.",
  ],
  ["S2", someFacts({ flow: { ...DRY, choking: 14 } }), "All 14 peers that have what we need are choking us."],
  [
    "S3",
    someFacts({ flow: { ...DRY, snubbed: 3, choking: 2 } }),
    "3 peers have promised data and send none.",
  ],
  [
    "S4",
    someFacts({
      peers: { connected: 9 },
      pieces: { missing: 700, unavailable: 700 },
      flow: { ...DRY, hasReceived: false },
    }),
    "9 peers connected, none has anything that is missing here.",
  ],
  [
    "S5",
    someFacts({ pieces: { soleSource: { bytes: 21_000_000, bytesPerSecond: 12_000 } } }),
    "20 MiB exists only on one peer (12 KiB/s): finishing depends on it.",
  ],
  [
    "S0",
    someFacts({ flow: { ...DRY, hasReceived: false, idleMs: 500 } }),
    "Connected to 14 peers; waiting for the first data.",
  ],
  [
    "S6",
    someFacts({ pieces: { unobtainable: 1_234 } }),
    "Piece 1,234 fails its check whoever sends it: the torrent itself seems broken.",
  ],
  ["OK1", someFacts(), "Fine: 9 of 14 peers send."],
  [
    "OK2",
    someFacts({ flow: { downBytesPerSecond: 1_000_000 } }),
    "Slower than usual: 977 KiB/s, 14 peers connected.",
  ],
  [
    "K0",
    someFacts({ phase: "seeding", flow: { ...DRY, upBytesPerSecond: 409_600 } }),
    "Sharing with 2 peers: 400 KiB/s.",
  ],
  [
    "K1",
    someFacts({
      phase: "seeding",
      flow: DRY,
      peers: { interested: 3 },
      size: { estimatedPeers: 3, estimatedSeeds: 0 },
      pieces: { missing: 0, copies: 0.4 },
    }),
    "You are the last seed: 3 peers still need pieces.",
  ],
  [
    "K3",
    someFacts({ phase: "seeding", flow: DRY, peers: { ...NOBODY, hasIncoming: false } }),
    "Nobody has reached you since you began to seed: your port seems closed.",
  ],
  [
    "K2",
    someFacts({ phase: "seeding", flow: DRY, peers: NOBODY, pieces: { missing: 0 } }),
    "Complete. Nobody asks for it right now.",
  ],
];

test.each(FIXTURES)("%s is diagnosed from its facts and says so in one sentence", (code, facts, sentence) => {
  expect(diagnose(facts)).toMatchObject({ code, sentence });
});

test("the list is tried in the order in which data needs things", () => {
  expect(DIAGNOSIS_RULES.map((rule) => rule.code).join(" ")).toBe(
    "U1 U2 U8 U6 U7 U3 U4 E1 E2 E3 E4 E6 E5 N1 N3 D6 D1 D3 D2 D5 D4 L3 L2 L1 " +
      "C3 C2 C1 C0 M3 M1 M2 M0 S6 S1 S2 S3 S4 S5 U5 OK2 OK1 S0 K1 K0 K3 K2",
  );
});

test("every code of the list has a fixture", () => {
  const covered = new Set(FIXTURES.map(([code]) => code));

  expect(DIAGNOSIS_RULES.map((rule) => rule.code).filter((code) => !covered.has(code))).toEqual([]);
});

test("no sentence, evidence or remedy contains a number that is none", () => {
  for (const [code, facts] of FIXTURES) {
    const { sentence, evidence, remedy } = diagnose(facts);
    for (const text of [sentence, remedy, ...evidence]) {
      expect(`${code} ${text}`).not.toMatch(/NaN|undefined|null|Infinity|\s{2}/);
    }
  }
});

test("a problem breaks exactly one link of the chain: its own stage", () => {
  for (const [code, facts] of FIXTURES) {
    const diagnosis = diagnose(facts);
    const marks = chainMarks(facts, diagnosis);
    const broken = CHAIN_STAGES.filter((stage) => marks[stage] === "broken");
    const isLink =
      diagnosis.severity === "problem" && CHAIN_STAGES.some((stage) => stage === diagnosis.stage);
    expect([code, broken]).toEqual([code, isLink ? [diagnosis.stage] : []]);
  }
});

test("links before the broken one hold, later ones are not reached", () => {
  const facts = alone({
    dht: { ...NO_CONTACTS, bootstrap: [{ address: "10.20.0.1:6881", state: "silent" }] },
  });

  expect(chainMarks(facts, diagnose(facts))).toEqual({
    disk: "ok",
    net: "ok",
    dht: "broken",
    peers: "unreached",
    link: "unreached",
    pieces: "unreached",
  });
});

test("a healthy download has a whole chain", () => {
  const facts = someFacts();

  expect(Object.values(chainMarks(facts, diagnose(facts)))).toEqual(["ok", "ok", "ok", "ok", "ok", "ok"]);
});

test("a torrent that was refused reached nothing", () => {
  const facts = failed("TORRENT_PRIVATE");

  expect(new Set(Object.values(chainMarks(facts, diagnose(facts))))).toEqual(new Set(["unreached"]));
});

test("each bootstrap node is listed with what became of it", () => {
  const facts = alone({
    dht: {
      ...NO_CONTACTS,
      bootstrap: [
        { address: "10.20.0.1:6881", state: "silent" },
        { address: "boot.lab.example:6881", state: "unresolved" },
      ],
    },
  });

  expect(diagnose(facts).evidence).toEqual([
    "10.20.0.1:6881: no reply",
    "boot.lab.example:6881: name not found (DNS)",
  ]);
});

test("bootstrap nodes get time to answer before they are called silent", () => {
  const bootstrap = [{ address: "10.20.0.1:6881", state: "asked" as const }];

  const early = alone({ dht: { ...NO_CONTACTS, bootstrap, runningMs: 3_000 }, lookups: { finished: 0 } });
  const late = alone({ dht: { ...NO_CONTACTS, bootstrap, runningMs: 15_000 }, lookups: { finished: 0 } });

  expect(diagnose(early).code).toBe("D4");
  expect(diagnose(late).code).toBe("D2");
});

test("a dead DHT is no reason while peers are connected", () => {
  const facts = someFacts({ dht: { ...NO_CONTACTS, bootstrap: [] } });

  expect(diagnose(facts).code).toBe("OK1");
  expect(chainMarks(facts, diagnose(facts)).dht).toBe("weak");
});

test("web servers that are not used are named where nobody else has the data", () => {
  expect(diagnose(alone({ ignoredWebSeeds: 2 })).evidence).toContain(
    "2 web servers named by the torrent are not used.",
  );
});

test("further troubles are named beside the first", () => {
  const facts = someFacts({ pieces: { unavailable: 34 }, flow: { ...DRY, choking: 5 } });

  expect(diagnose(facts)).toMatchObject({ code: "S1", severity: "problem", also: ["S2"] });
});

test("pieces on no peer are a notice while others arrive", () => {
  expect(diagnose(someFacts({ pieces: { unavailable: 34 } })).severity).toBe("notice");
});

test("being choked is said after a minute, not before", () => {
  const tracker = new DiagnosisTracker();
  const choked = someFacts({ flow: { ...DRY, choking: 14 } });

  expect(tracker.update(choked, 0).code).toBe("S0");
  expect(tracker.update(choked, 59_000).code).toBe("S0");
  expect(tracker.update(choked, 60_000).code).toBe("S2");
});

test("a line that flickers stays for five seconds, with the numbers it was said with", () => {
  const tracker = new DiagnosisTracker();
  const unavailable = someFacts({ pieces: { unavailable: 34, reachableRatio: 0.986 } });
  expect(tracker.update(unavailable, 0).code).toBe("OK1");
  const said = tracker.update(unavailable, 10_000).sentence;

  expect(tracker.update(someFacts(), 14_000).sentence).toBe(said);
  expect(tracker.update(someFacts(), 15_000).code).toBe("OK1");
});

test("what the user does is said at once", () => {
  const tracker = new DiagnosisTracker();
  tracker.update(someFacts({ pieces: { unavailable: 34 } }), 0);
  tracker.update(someFacts({ pieces: { unavailable: 34 } }), 10_000);

  expect(tracker.update(someFacts({ phase: "paused" }), 11_000).code).toBe("U1");
});

test("a closed port of our own is blamed only when others have had time to come", () => {
  const tracker = new DiagnosisTracker();
  const unreachable = alone({
    peers: { ...NOBODY, candidates: 5, failedDials: 5, timedOutDials: 5, hasIncoming: false },
  });

  expect(tracker.update(unreachable, 0).code).toBe("C1");
  expect(tracker.update(unreachable, 120_000)).toMatchObject({
    code: "C2",
    evidence: expect.arrayContaining(["Only outgoing connections so far."]),
  });
});

test.each(["dht", "mapped"] as const)(
  "a port that others get through to (%s) is not called closed",
  (verdict) => {
    const tracker = new DiagnosisTracker();
    const unreachable = alone({
      net: { reach: { verdict, sentence: "" } },
      peers: { ...NOBODY, candidates: 5, failedDials: 5, timedOutDials: 5, hasIncoming: false },
    });
    tracker.update(unreachable, 0);

    expect(tracker.update(unreachable, 120_000).code).toBe("C1");
  },
);

test("a single source is a reason only beside others that would be faster", () => {
  const soleSource = { bytes: 21_000_000, bytesPerSecond: 12_000 };

  expect(diagnose(someFacts({ pieces: { soleSource }, peers: { connected: 1 } })).code).toBe("OK1");
  expect(
    diagnose(someFacts({ pieces: { soleSource: { ...soleSource, bytesPerSecond: 500_000 } } })).code,
  ).toBe("OK1");
});

test("nobody is called the last seed while the DHT counts another", () => {
  const facts = someFacts({
    phase: "seeding",
    flow: DRY,
    pieces: { missing: 0, copies: 0.4 },
    size: { estimatedPeers: 4, estimatedSeeds: 2 },
  });

  expect(diagnose(facts).code).toBe("K0");
});

test("what is said of pieces says on how much of the swarm it rests", () => {
  const facts = someFacts({ pieces: { unavailable: 34 } });

  expect(diagnose(facts).evidence).toContain("Seen 14 of about 22 peers.");
});

test("a remark does not hide a problem that stands later in the list", () => {
  const facts = someFacts({
    pieces: { recentlyBad: 1, recentlyBanned: ["10.0.0.9"] },
    flow: { ...DRY, choking: 5 },
  });

  expect(diagnose(facts)).toMatchObject({ code: "S2", also: ["E5"] });
});
