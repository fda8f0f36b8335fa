import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { DhtDetails } from "../../../src/session/session-view.ts";
import { buildDetail } from "../../../src/ui/model/detail-model.ts";
import { buildDhtDetails } from "../../../src/ui/model/dht-details-model.ts";
import { buildDht } from "../../../src/ui/model/dht-model.ts";
import { buildHeader } from "../../../src/ui/model/header-model.ts";
import { statusOf } from "../../../src/ui/model/health.ts";
import { buildPeerCard } from "../../../src/ui/model/peer-card.ts";
import { HISTORY_SAMPLES, RateHistory } from "../../../src/ui/model/rate-history.ts";
import { buildReach } from "../../../src/ui/model/reach-model.ts";
import { buildRow } from "../../../src/ui/model/row-model.ts";
import { shareStructure } from "../../../src/ui/model/share-structure.ts";
import { buildPeerRow } from "../../../src/ui/model/table-models.ts";
import { aDht, aDhtInDetail, aDiagnosis, aPeer, aSnapshot, aTorrent } from "../support/snapshots.ts";

describe("shareStructure", () => {
  test("answers the former value when nothing changed", () => {
    const former = { a: [1, { b: "x" }], c: null };
    expect(shareStructure(former, structuredClone(former))).toBe(former);
  });

  test("keeps every part that did not change", () => {
    const former = { rows: [{ name: "one" }, { name: "two" }], header: { rate: "1" } };
    const next = shareStructure(former, { rows: [{ name: "one" }, { name: "2" }], header: { rate: "1" } });
    expect(next.rows[0]).toBe(former.rows[0]);
    expect(next.header).toBe(former.header);
    expect(next).toEqual({ rows: [{ name: "one" }, { name: "2" }], header: { rate: "1" } });
  });

  test("always equals the newer value", () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (former, next) => {
        expect(shareStructure(former, next)).toEqual(next);
      }),
    );
  });
});

describe("rows", () => {
  test("change only when what is shown changes", () => {
    const row = buildRow(aTorrent());
    const later = buildRow(
      aTorrent({ downBytesPerSecond: 2_601_000, etaSeconds: 1329, progressRatio: 0.7121 }),
    );
    expect(shareStructure(row, later)).toBe(row);
  });

  test.each([
    ["paused", { phase: "paused" as const }, "71%", "paused"],
    ["without a forecast", { etaSeconds: null }, "71%", "?"],
    ["looking for the file list", { phase: "resolving" as const, etaSeconds: 4 }, "meta", "4s"],
    ["seeding", { phase: "seeding" as const }, "seed", "r0.36"],
    ["checking", { phase: "checking" as const }, "71%", "check"],
    ["failed", { phase: "failed" as const }, "71%", "failed"],
  ])("a torrent that is %s says so", (_case, changes, done, eta) => {
    expect(buildRow(aTorrent(changes))).toMatchObject({ done, eta });
  });

  test("what is shared without having been taken is measured by its size", () => {
    const { totals } = aTorrent();
    const shared = aTorrent({
      phase: "seeding",
      haveBytes: 1000,
      totals: { ...totals, downloadedBytes: 0, uploadedBytes: 500 },
    });
    expect(buildRow(shared).eta).toBe("r0.50");
  });
});

describe("health", () => {
  test.each([
    [98, "EXCELLENT 98"],
    [65, "GOOD 65"],
    [40, "FAIR 40"],
    [15, "POOR 15"],
    [14, "STUCK 14"],
  ])("%d reads %s", (health, word) => {
    expect(statusOf(aTorrent({ health })).word).toBe(word);
  });

  test("a problem is stuck whatever its number, and where health says nothing the phase speaks", () => {
    expect(statusOf(aTorrent({ health: 38, diagnosis: aDiagnosis({ severity: "problem" }) })).word).toBe(
      "STUCK 38",
    );
    expect(statusOf(aTorrent({ health: null, phase: "paused" })).word).toBe("PAUSED");
  });
});

describe("the rate history", () => {
  const moving = (rate: number) =>
    aSnapshot({ torrents: [aTorrent({ downBytesPerSecond: rate, upBytesPerSecond: 0 })] });
  const { id } = aTorrent();

  test("gives the newest samples, oldest first", () => {
    const history = new RateHistory();
    for (const rate of [10, 20, 30, 40]) history.sample(moving(rate));
    expect(history.recent(id, "down", 3)).toEqual([20, 30, 40]);
    expect(history.recent(id, "up", 3)).toEqual([0, 0, 0]);
  });

  test("keeps five minutes and then forgets", () => {
    const history = new RateHistory();
    for (let rate = 1; rate <= HISTORY_SAMPLES + 5; rate++) history.sample(moving(rate));
    const samples = history.recent(id, "down", 1000);
    expect([samples.length, samples[0], samples.at(-1)]).toEqual([HISTORY_SAMPLES, 6, HISTORY_SAMPLES + 5]);
  });

  test("costs nothing for what never moved and lets go of what stopped or left", () => {
    const history = new RateHistory();
    history.sample(moving(0));
    expect(history.isMoving).toBe(false);
    history.sample(moving(5));
    for (let sample = 0; sample < HISTORY_SAMPLES; sample++) history.sample(moving(0));
    expect(history.isMoving).toBe(false);
    history.sample(moving(5));
    history.sample(aSnapshot());
    expect(history.isMoving).toBe(false);
  });
});

describe("header and DHT", () => {
  test.each([
    ["off", {}, "idle", "off"],
    ["joining", { goodNodes: 3, doubtfulNodes: 0 }, "weak", "joining, 3 nodes"],
    ["joined", {}, "good", "312 nodes"],
    ["lost", {}, "bad", "contact lost"],
    ["bootstrapping", {}, "idle", "joining"],
    ["bootstrapping", { bootstrap: [], goodNodes: 0, doubtfulNodes: 0 }, "bad", "no way in"],
    ["bootstrapping", { bootstrap: [{ address: "a:1", state: "silent" as const }] }, "bad", "no contact"],
  ] as const)("a DHT that is %s %o is %s: %s", (state, changes, mark, text) => {
    const header = buildHeader(aSnapshot({ dht: aDht({ state, ...changes }) }), "14:02");
    expect(header.dht).toMatchObject({ mark, text });
  });

  test("the port counts as open once somebody came in", () => {
    const { reachability } = aSnapshot();
    const header = (verdict: typeof reachability.verdict) =>
      buildHeader(aSnapshot({ reachability: { ...reachability, verdict } }), "").port;
    expect(header("mapped")).toEqual({ number: "6881", isReached: false });
    expect(header("connected")).toEqual({ number: "6881", isReached: true });
    expect(buildHeader(aSnapshot({ listening: "[::]:51413" }), "").port?.number).toBe("51413");
    expect(buildHeader(aSnapshot({ listening: null }), "").port).toBeNull();
  });

  test("says how long the last lookups took, as the node measured it", () => {
    const timesOf = (details: DhtDetails) => buildDhtDetails(aDht({ details }), [])?.times;
    expect(timesOf(aDhtInDetail())).toBe(
      "last 40: first peers after 130 ms, done after 520 ms, one in a hundred after 1160 ms",
    );
    const none = { lookups: 0, firstPeersMs: null, wholeLookupMs: null };
    expect(timesOf(aDhtInDetail({ lookupTimes: none }))).toBe("");
  });

  test("without any way into the network the DHT says what to do", () => {
    const alone = { state: "bootstrapping", goodNodes: 0, doubtfulNodes: 0, bootstrap: [] } as const;
    expect(buildDht(aDht(alone)).explanation).toContain("--bootstrap");
    const dht = buildDht(aDht({ ...alone, network: { name: "lab", mode: "sealed" } }));
    expect(dht.network).toBe("lab, sealed");
    expect(dht.explanation).toContain("starling dht serve --network lab");
    expect(dht.explanation).not.toContain("--bootstrap");
  });
});

describe("who can reach us", () => {
  const { reachability } = aSnapshot();

  test("is said as the session says it, with the router's part", () => {
    expect(buildReach(reachability)).toEqual({
      text: "Others have connected 4 times in the last hour.",
      tone: "ok",
      router: "192.168.1.1 maps 6881 (PCP), on the outside it is 203.0.113.7",
    });
  });

  test.each([
    ["off", ""],
    ["searching", "asked for the port, no answer yet"],
    ["no-gateway", "there is none that could be asked for the port"],
    ["silent", "192.168.1.1 does not map ports when asked"],
    ["refused", "192.168.1.1 maps no port: it has no room for another mapping"],
  ] as const)("with a router that is %s", (state, text) => {
    const detail = "it has no room for another mapping";
    expect(buildReach({ ...reachability, mapping: { ...reachability.mapping, state, detail } }).router).toBe(
      text,
    );
  });

  test("with a router that lets others in over IPv6", () => {
    const pinholes = ["[2a00:1450::20]:6881"];
    const router = (state: "mapped" | "no-gateway") =>
      buildReach({ ...reachability, mapping: { ...reachability.mapping, state, pinholes } }).router;
    expect(router("mapped")).toMatch(/ 203\.0\.113\.7; lets others in over IPv6 to \[2a00:1450::20\]:6881$/);
    expect(router("no-gateway")).toBe("lets others in over IPv6 to [2a00:1450::20]:6881");
  });

  test("shows with each peer: encrypted, uTP or through a punched hole, which end called", () => {
    expect(buildPeerRow(aPeer({ transport: "utp", encryption: "rc4", isIncoming: true })).flags).toMatch(
      /Eti$/,
    );
    const punched = aPeer({ transport: "utp", isHolePunched: true });
    expect(buildPeerRow(punched).flags).toMatch(/h$/);
    expect(buildPeerCard(punched).lines[0]).toContain("uTP through a punched hole");
  });
});

test("details say nothing that is not known yet", () => {
  const detail = buildDetail(
    aTorrent({
      phase: "resolving",
      totalBytes: null,
      pieceCount: null,
      pieceBytes: null,
      copies: null,
      reachableRatio: null,
    }),
    new RateHistory(),
  );
  expect([detail.have, detail.availability]).toEqual([null, null]);
  expect(JSON.stringify(detail)).not.toMatch(/NaN|null B|undefined/);
});
