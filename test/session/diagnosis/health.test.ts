import { expect, test } from "vitest";
import { meanOverRates } from "../../../src/session/diagnosis/departure-rates.ts";
import { etaRange, etaSeconds } from "../../../src/session/diagnosis/eta.ts";
import { type HealthInputs, healthOf, metadataHealth } from "../../../src/session/diagnosis/health.ts";
import { PresenceMeter } from "../../../src/session/diagnosis/presence-meter.ts";
import { RateHistory } from "../../../src/session/diagnosis/rate-history.ts";

const MIB = 1_048_576;

function aSwarm(changes: Partial<HealthInputs>): HealthInputs {
  return {
    missingPieces: 1_000,
    missingBytes: 1_000 * MIB,
    seeds: 0,
    rarity: [1_000],
    givingPeers: 0,
    reservePeers: 0,
    newPeers: 0,
    partialPeers: 12,
    rateBytesPerSecond: 2 * MIB,
    seedDepartures: 0,
    seedSeconds: 0,
    peerDepartures: 0,
    peerSeconds: 0,
    ...changes,
  };
}

const rarity = (copies: number, pieces: number): number[] => [...new Array<number>(copies).fill(0), pieces];

/** The archetypes of the model, best first, each with the score that the model gives. */
const ARCHETYPES: readonly [name: string, swarm: HealthInputs, score: number][] = [
  ["forty seeds, many unchoke us", aSwarm({ seeds: 40, givingPeers: 12, reservePeers: 50 }), 100],
  [
    "no seed, twelve peers with eight copies",
    aSwarm({
      rarity: rarity(8, 1_000),
      givingPeers: 6,
      reservePeers: 4,
      missingBytes: 250 * MIB,
    }),
    91,
  ],
  [
    "no seed, one piece with one source",
    aSwarm({
      rarity: [0, 1, 0, 0, 999],
      givingPeers: 4,
      reservePeers: 4,
      missingBytes: 250 * MIB,
    }),
    89,
  ],
  ["one fast seed, three minutes left", aSwarm({ seeds: 1, givingPeers: 1, missingBytes: 360 * MIB }), 63],
  [
    "970 of 1,000 pieces seen, plenty of peers",
    aSwarm({ rarity: [30, 200, 770], givingPeers: 10, reservePeers: 40 }),
    38,
  ],
  [
    "one slow seed, three hours left",
    aSwarm({ seeds: 1, givingPeers: 1, missingBytes: 675 * MIB, rateBytesPerSecond: 64 * 1_024 }),
    21,
  ],
  [
    "three seeds that all choke us",
    aSwarm({ seeds: 3, missingBytes: 1_300 * MIB, rateBytesPerSecond: 0, reservePeers: 5 }),
    12,
  ],
  ["nobody", aSwarm({}), 0],
];

test.each(ARCHETYPES)("%s", (_, swarm, score) => {
  expect(healthOf(swarm).score).toBe(score);
});

test("the order of the archetypes is as people would order them", () => {
  const scores = ARCHETYPES.map(([, swarm]) => healthOf(swarm).score);

  expect(scores).toEqual([...scores].sort((a, b) => b - a));
});

test("pieces that nobody has cap the score, whatever else is fine", () => {
  const full = aSwarm({ seeds: 0, rarity: [1, 0, 999], givingPeers: 50, reservePeers: 1_000 });

  expect(healthOf(full)).toMatchObject({ finishConfidence: 0, score: 39 });
});

test("more copies never make a swarm sicker", () => {
  const scores = [1, 2, 3, 4, 8].map((copies) => healthOf(aSwarm({ rarity: rarity(copies, 1_000) })).score);

  expect(scores).toEqual([...scores].sort((a, b) => a - b));
});

test("seeds that were seen to leave make the finish less sure", () => {
  const calm = aSwarm({ seeds: 2, seedSeconds: 3_600 });
  const restless = aSwarm({ seeds: 2, seedSeconds: 3_600, seedDepartures: 10 });

  expect(healthOf(restless).finishConfidence).toBeLessThan(healthOf(calm).finishConfidence);
});

test("fetching metadata is worth sixty at most", () => {
  expect(metadataHealth(0, 0)).toBe(0);
  expect(metadataHealth(2, 0)).toBe(30);
  expect(metadataHealth(2, 1)).toBe(60);
});

test("no time is told where nothing flows or pieces are on no peer", () => {
  expect(etaSeconds(1_000, 0, 1)).toBeNull();
  expect(etaSeconds(1_000_000, 10_000, 0.98)).toBeNull();
  expect(etaSeconds(1_000_000, 10_000, 1)).toBe(100);
  expect(etaSeconds(0, 0, 1)).toBe(0);
  expect(etaSeconds(2 ** 48, 65, 1)).toBeNull();
});

test("the range of the time to go comes from the rates of the last minutes", () => {
  const inputs = {
    missingBytes: 1_000_000,
    highRateBytesPerSecond: 20_000,
    lowRateBytesPerSecond: 10_000,
    reachableRatio: 1,
    soleSource: undefined,
  };

  expect(etaRange(inputs)?.lowSeconds).toBeCloseTo(25);
  expect(etaRange(inputs)?.highSeconds).toBeCloseTo(110);
  expect(etaRange({ ...inputs, reachableRatio: 0.9 })).toBeNull();
  expect(etaRange({ ...inputs, lowRateBytesPerSecond: undefined })).toBeNull();
});

test("what one peer alone has may take as long as that peer needs for it", () => {
  const inputs = {
    missingBytes: 1_000_000,
    highRateBytesPerSecond: 20_000,
    lowRateBytesPerSecond: 10_000,
    reachableRatio: 1,
    soleSource: { bytes: 200_000, bytesPerSecond: 1_000 },
  };

  expect(etaRange(inputs)?.highSeconds).toBeCloseTo(220);
});

test("the rate history knows its median after two minutes and survives a burst", () => {
  const history = new RateHistory();
  for (let second = 0; second < 100; second++) history.add(1_000, second * 1_000);
  expect(history.medianBytesPerSecond).toBeUndefined();

  for (let second = 100; second < 140; second++) history.add(50_000, second * 1_000);

  expect(history.medianBytesPerSecond).toBe(1_000);
  expect(history.range).toEqual({ lowBytesPerSecond: 1_000, highBytesPerSecond: 50_000 });
  expect(history.meanBytesPerSecond).toBeGreaterThan(1_000);
});

test("presence counts peer-seconds and departures, seeds apart from others", () => {
  const presence = new PresenceMeter();
  presence.tick(5, 2, 0);
  presence.tick(5, 2, 10_000);
  presence.peerLeft();
  presence.peerLeft();
  presence.tick(3, 1, 20_000);

  expect(presence).toMatchObject({ seedSeconds: 30, peerSeconds: 50, seedDepartures: 1, peerDepartures: 1 });
});

test("a forecast over unknown rates is less sure than one at their mean, and nears it as more is seen", () => {
  const stays = (leaveRate: number): number => Math.exp(-leaveRate * 1_000);

  // Gamma(1, b): the mean of exp(-rate t) is b / (b + t).
  expect(meanOverRates({ departures: 0, seconds: 1_000 }, stays)).toBeCloseTo(0.5, 2);
  expect(meanOverRates({ departures: 999, seconds: 1_000_000 }, stays)).toBeCloseTo(Math.exp(-1), 2);
  expect(meanOverRates({ departures: 5, seconds: 9_000 }, () => 1)).toBeCloseTo(1, 9);
});

test("many pieces with the same few holders are lost together, not one by one", () => {
  const swarm = { partialPeers: 3, missingPieces: 900, missingBytes: 250 * MIB };
  const few = healthOf(aSwarm({ ...swarm, rarity: [0, 1, 0, 899] }));
  const many = healthOf(aSwarm({ ...swarm, rarity: [0, 450, 0, 450] }));

  expect(many.finishConfidence).toBeLessThan(few.finishConfidence);
  expect(many.finishConfidence).toBeGreaterThan(0.5);
});
