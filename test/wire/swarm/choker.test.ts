/** Who is uploaded to: givers while we download, everybody in turns while we seed (BEP 3). */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { SeededRandom } from "../../../src/sim/index.ts";
import {
  type ChokeDecision,
  type ChokeRound,
  Choker,
  type ChokerConfig,
  type ChokerPeer,
} from "../../../src/wire/swarm/choker.ts";
import { fewerFuzzRuns } from "../../support/fuzz-runs.ts";

const ROUND_MS = 10_000;
const PIECE_BYTES = 262_144;

type Facts = { -readonly [Key in keyof ChokerPeer]: ChokerPeer[Key] };

/** Peers that give and take at constant rates, and a choker whose decisions are carried out. */
class ChokerWorld {
  readonly choker: Choker;
  readonly peers = new Map<number, Facts>();
  /** Bytes a second by slot. */
  readonly gives = new Map<number, number>();
  readonly takes = new Map<number, number>();
  isSeeding = false;
  nowMs = 0;

  constructor(config: Partial<ChokerConfig> = {}, seed: number | string = 1) {
    this.choker = new Choker(new SeededRandom(seed), { slots: 4, seedPolicy: "round-robin", ...config });
  }

  join(
    slot: number,
    facts: Partial<Facts> & { givesPerSecond?: number; takesPerSecond?: number } = {},
  ): void {
    const { givesPerSecond = 0, takesPerSecond = 0, ...rest } = facts;
    this.gives.set(slot, givesPerSecond);
    this.takes.set(slot, takesPerSecond);
    this.peers.set(slot, {
      slot,
      isInterested: true,
      isUnchoked: false,
      isChokingUs: true,
      isSnubbing: false,
      isAsking: false,
      connectedAtMs: this.nowMs,
      unchokedAtMs: 0,
      chokedAtMs: 0,
      receivedBytes: 0,
      sentBytes: 0,
      haveRatio: 0,
      ...rest,
    });
  }

  leave(slot: number): void {
    this.peers.delete(slot);
    this.choker.peerLeft(slot);
  }

  /** Time passes; whoever is unchoked takes, and everybody gives. */
  pass(ms: number): void {
    this.nowMs += ms;
    for (const peer of this.peers.values()) {
      peer.receivedBytes += ((this.gives.get(peer.slot) ?? 0) * ms) / 1_000;
      if (peer.isUnchoked) peer.sentBytes += ((this.takes.get(peer.slot) ?? 0) * ms) / 1_000;
      peer.isAsking = peer.isUnchoked && (this.takes.get(peer.slot) ?? 0) > 0;
    }
  }

  round(): ChokeDecision {
    return this.#apply(this.choker.round(this.#facts()));
  }

  fill(): ChokeDecision {
    return this.#apply(this.choker.fill(this.#facts()));
  }

  rounds(count: number, afterEach: (decision: ChokeDecision) => void = () => undefined): void {
    for (let i = 0; i < count; i++) {
      this.pass(ROUND_MS);
      afterEach(this.round());
    }
  }

  get unchoked(): number[] {
    return [...this.peers.values()].filter((peer) => peer.isUnchoked).map((peer) => peer.slot);
  }

  #facts(): ChokeRound {
    return {
      nowMs: this.nowMs,
      isSeeding: this.isSeeding,
      pieceBytes: PIECE_BYTES,
      peers: [...this.peers.values()].map((peer) => ({ ...peer })),
    };
  }

  #apply(decision: ChokeDecision): ChokeDecision {
    for (const peer of this.peers.values()) {
      const isUnchoked = decision.unchoked.includes(peer.slot);
      if (isUnchoked && !peer.isUnchoked) peer.unchokedAtMs = this.nowMs;
      if (!isUnchoked && peer.isUnchoked) peer.chokedAtMs = this.nowMs;
      peer.isUnchoked = isUnchoked;
    }
    return decision;
  }
}

describe("while downloading", () => {
  test("a round with nobody to try out is a round like any other", () => {
    const world = new ChokerWorld();
    world.join(1, { isInterested: false });
    world.join(2, { isUnchoked: true });

    expect(world.round().optimistic).toEqual([]);
  });

  test("those who give most have the regular slots", () => {
    const world = new ChokerWorld();
    for (let slot = 0; slot < 10; slot++) world.join(slot, { givesPerSecond: slot * 10_000 });
    world.rounds(12, ({ unchoked, optimistic }) => {
      const regular = unchoked.filter((slot) => !optimistic.includes(slot));
      const best = [9, 8, 7, 6].filter((slot) => !optimistic.includes(slot));
      expect(regular).toEqual(best.slice(0, 3));
    });
  });

  test("strict: slots stay empty rather than go to those who had pieces and give nothing", () => {
    const world = new ChokerWorld({ slots: 8, leechPolicy: "strict" });
    for (let slot = 0; slot < 3; slot++) world.join(slot, { givesPerSecond: 10_000, takesPerSecond: 10_000 });
    for (let slot = 3; slot < 8; slot++) world.join(slot, { takesPerSecond: 200_000 });
    world.rounds(30);

    const { unchoked, optimistic } = world.round();
    expect(unchoked.filter((slot) => !optimistic.includes(slot)).sort()).toEqual([0, 1, 2]);
  });

  test("prop-share: who gives three times as much is let in more often, and nobody who gives is left out", () => {
    const world = new ChokerWorld({ slots: 2, leechPolicy: "prop-share" });
    for (let slot = 0; slot < 6; slot++) world.join(slot, { givesPerSecond: slot < 3 ? 10_000 : 30_000 });
    const rounds = [0, 0, 0, 0, 0, 0];
    world.rounds(400, ({ unchoked, optimistic }) => {
      for (const slot of unchoked) if (!optimistic.includes(slot)) rounds[slot] = (rounds[slot] ?? 0) + 1;
    });
    const [low, high] = [rounds.slice(0, 3), rounds.slice(3)];

    expect(Math.min(...rounds)).toBeGreaterThan(0);
    expect(Math.min(...high)).toBeGreaterThan(1.5 * Math.max(...low));
  });

  test("of those who give nothing at present, who owes us least comes first", () => {
    const world = new ChokerWorld({ slots: 1 });
    const asks = { takesPerSecond: 100 };
    world.join(0, { ...asks, sentBytes: 9 * PIECE_BYTES });
    world.join(1, { ...asks, sentBytes: 2 * PIECE_BYTES });
    world.join(2, { ...asks, sentBytes: 9 * PIECE_BYTES, receivedBytes: 9 * PIECE_BYTES });
    world.rounds(3);
    expect(world.unchoked).toEqual([2]);

    world.leave(2);
    world.rounds(1);
    expect(world.unchoked).toEqual([1]);
  });

  test("who took and gave nothing is tried out in one turn of four, and has what slots nobody else wants", () => {
    const world = new ChokerWorld({ slots: 2 });
    world.join(0, { givesPerSecond: 100_000 });
    for (let slot = 1; slot < 6; slot++) world.join(slot, { sentBytes: 9 * PIECE_BYTES });
    world.rounds(3);
    let tried = 0;
    world.rounds(120, ({ unchoked, optimistic }) => {
      expect(unchoked).toHaveLength(2);
      tried += optimistic.length;
    });

    expect(tried).toBe(30);
  });

  test("who is new is tried out before who took and gave nothing", () => {
    const world = new ChokerWorld({ slots: 2 });
    world.join(0, { givesPerSecond: 100_000 });
    for (let slot = 1; slot < 6; slot++) world.join(slot, { sentBytes: 9 * PIECE_BYTES });
    world.join(6);
    world.join(7, { sentBytes: 9 * PIECE_BYTES, receivedBytes: 3 * PIECE_BYTES });
    let [fair, all] = [0, 0];
    world.rounds(120, ({ optimistic }) => {
      all += optimistic.length;
      if (optimistic.some((slot) => slot >= 6)) fair++;
    });

    expect(fair / all).toBeGreaterThan(0.7);
  });

  test("what counts is what was given in the last two rounds, not before", () => {
    const world = new ChokerWorld({ slots: 1 });
    world.join(0, { givesPerSecond: 1_000_000 });
    world.join(1, { givesPerSecond: 50_000 });
    world.rounds(6);
    expect(world.unchoked).toEqual([0]);
    world.gives.set(0, 0);
    world.rounds(1);
    expect(world.unchoked).toEqual([0]);
    world.rounds(1);
    expect(world.unchoked).toEqual([1]);
  });

  test("a peer that connected a moment ago is not ranked by its first block alone", () => {
    const world = new ChokerWorld({ slots: 1 });
    world.join(0, { givesPerSecond: 100_000 });
    world.rounds(3);
    world.join(1, { receivedBytes: 16_384 });
    world.pass(1);
    world.round();
    expect(world.unchoked).toEqual([0]);
  });

  test("a snubbing peer gives its regular slot to others, and takes one that nobody else wants", () => {
    const world = new ChokerWorld({ slots: 2 });
    world.join(0, { givesPerSecond: 100_000, isSnubbing: true });
    world.rounds(2);
    expect(world.unchoked).toEqual([0]);
    world.join(1);
    world.join(2);
    world.rounds(3);
    const before = world.unchoked;
    world.rounds(1, ({ unchoked, optimistic }) => {
      expect(unchoked.filter((slot) => !optimistic.includes(slot))).not.toContain(0);
    });
    expect(before).toHaveLength(2);
  });

  test("who had a slot and asked for nothing comes after who took much and gave nothing", () => {
    const world = new ChokerWorld({ slots: 4 });
    for (let slot = 0; slot < 6; slot++) world.join(slot);
    world.rounds(1);
    world.join(6, { takesPerSecond: 10_000, sentBytes: 50 * PIECE_BYTES });
    // From here on every slot was held by some of the six for two rounds.
    world.rounds(3);
    world.rounds(6, ({ unchoked }) => expect(unchoked).toContain(6));
    world.leave(6);
    world.rounds(2);
    expect(world.unchoked).toHaveLength(4);
  });

  test("who asks for something again is what others are", () => {
    const world = new ChokerWorld({ slots: 1 });
    world.join(0);
    world.rounds(4);
    world.takes.set(0, 10_000);
    world.join(1, { takesPerSecond: 10_000, sentBytes: 50 * PIECE_BYTES });
    world.rounds(4, ({ unchoked }) => expect(unchoked).toEqual([0]));
  });

  test("the optimistic slot is somebody else's every thirty seconds", () => {
    const world = new ChokerWorld();
    for (let slot = 0; slot < 12; slot++) world.join(slot, { givesPerSecond: slot < 3 ? 100_000 : 0 });
    const tried: number[] = [];
    world.rounds(31, ({ optimistic }) => {
      expect(optimistic).toHaveLength(1);
      tried.push(optimistic[0] as number);
    });
    // Every peer that was chosen stays for three rounds, and is not chosen twice in a row.
    for (let i = 0; i < 30; i += 3) {
      expect(new Set(tried.slice(i, i + 3)).size).toBe(1);
      expect(tried[i + 3]).not.toBe(tried[i]);
    }
    expect(new Set(tried).size).toBeGreaterThan(4);
  });

  test("newcomers are three times as likely to be tried out", () => {
    let newcomers = 0;
    const trials = 2_000;
    for (let seed = 0; seed < trials; seed++) {
      const world = new ChokerWorld({ slots: 2 }, seed);
      for (let slot = 0; slot < 4; slot++) world.join(slot, { connectedAtMs: -100_000 });
      for (let slot = 4; slot < 8; slot++) world.join(slot);
      if (world.round().optimistic.some((slot) => slot >= 4)) newcomers++;
    }
    expect(newcomers / trials).toBeGreaterThan(0.7);
    expect(newcomers / trials).toBeLessThan(0.8);
  });

  test("who was tried out and gives more than others stays", () => {
    const world = new ChokerWorld({ slots: 2 });
    for (let slot = 0; slot < 5; slot++) world.join(slot, { givesPerSecond: 1_000 });
    world.rounds(1);
    const [tried] = world.round().optimistic as [number];
    world.gives.set(tried, 500_000);
    world.rounds(6);
    expect(world.unchoked).toContain(tried);
  });

  test("when the optimistic peer leaves or loses interest, the next round tries somebody else", () => {
    const world = new ChokerWorld();
    for (let slot = 0; slot < 9; slot++) world.join(slot);
    const [first] = world.round().optimistic as [number];
    world.leave(first);
    world.pass(ROUND_MS);
    const [second] = world.round().optimistic as [number];
    expect(second).not.toBe(first);
    (world.peers.get(second) as Facts).isInterested = false;
    world.pass(ROUND_MS);
    expect(world.round().optimistic).not.toContain(second);
  });
});

describe("while seeding", () => {
  function serviceOf(config: Partial<ChokerConfig>, takesPerSecond: number, peers: number): number[] {
    const world = new ChokerWorld({ slots: 5, ...config });
    world.isSeeding = true;
    for (let slot = 0; slot < peers; slot++) world.join(slot, { takesPerSecond });
    world.rounds(18 * 60);
    return [...world.peers.values()].map((peer) => peer.sentBytes);
  }

  for (const takesPerSecond of [20_000, 200_000, 5_000_000]) {
    test(`everybody gets equal service at ${takesPerSecond} bytes a second`, () => {
      const served = serviceOf({}, takesPerSecond, 20);
      const mean = served.reduce((sum, bytes) => sum + bytes, 0) / served.length;
      for (const bytes of served) {
        expect(bytes).toBeGreaterThan(0.7 * mean);
        expect(bytes).toBeLessThan(1.4 * mean);
      }
    });
  }

  test("peers that are unchoked and take nothing do not hold the slots", () => {
    const world = new ChokerWorld({ slots: 5 });
    world.isSeeding = true;
    for (let slot = 0; slot < 5; slot++) world.join(slot);
    world.rounds(1);
    for (let slot = 5; slot < 10; slot++) world.join(slot, { takesPerSecond: 100_000 });
    world.rounds(60);
    for (let slot = 5; slot < 10; slot++)
      expect((world.peers.get(slot) as Facts).sentBytes).toBeGreaterThan(100_000 * 60);
  });

  test("the policy `fastest` stays with those that take most", () => {
    const world = new ChokerWorld({ slots: 3, seedPolicy: "fastest" });
    world.isSeeding = true;
    for (let slot = 0; slot < 8; slot++) world.join(slot, { takesPerSecond: 1_000 * (slot + 1) });
    world.rounds(120);
    let fast = 0;
    world.rounds(30, ({ unchoked }) => {
      if (unchoked.includes(7)) fast++;
    });
    expect(fast).toBe(30);
  });

  test("the policy `anti-leech` prefers those at their start and near their end", () => {
    const world = new ChokerWorld({ slots: 3, seedPolicy: "anti-leech" });
    world.isSeeding = true;
    [0.5, 0.45, 0.01, 0.99, 0.55, 0.4].forEach((haveRatio, slot) => {
      world.join(slot, { haveRatio });
    });
    world.rounds(10, ({ unchoked, optimistic }) => {
      const others = [2, 3].filter((slot) => !optimistic.includes(slot));
      expect(unchoked).toEqual(expect.arrayContaining(others));
    });
  });
});

describe("slots", () => {
  test("`auto` begins with five and grows while the uplink fills them, then shrinks again", () => {
    const world = new ChokerWorld({ slots: "auto" });
    world.isSeeding = true;
    for (let slot = 0; slot < 30; slot++) world.join(slot, { takesPerSecond: 200_000 });
    expect(world.round().slots).toBe(5);
    const grown: number[] = [];
    world.rounds(40, ({ slots }) => {
      grown.push(slots);
    });
    expect(Math.max(...grown)).toBeGreaterThan(20);
    for (const slot of world.peers.keys()) world.takes.set(slot, 500);
    world.rounds(3);
    expect(world.round().slots).toBe(5);
  });

  test("a lone slot is given to the best, none is optimistic", () => {
    const world = new ChokerWorld({ slots: 1 });
    for (let slot = 0; slot < 4; slot++) world.join(slot, { givesPerSecond: slot * 1_000 });
    world.rounds(8, ({ unchoked, optimistic }) => {
      expect(optimistic).toEqual([]);
      expect(unchoked).toEqual([3]);
    });
  });

  test("no slots means nobody", () => {
    const world = new ChokerWorld({ slots: 0 });
    world.join(0);
    expect(world.round().unchoked).toEqual([]);
    expect(world.fill().unchoked).toEqual([]);
  });

  test("a peer that becomes interested between rounds gets a free slot at once", () => {
    const world = new ChokerWorld();
    world.join(0, { isInterested: false });
    world.rounds(1);
    expect(world.unchoked).toEqual([]);
    (world.peers.get(0) as Facts).isInterested = true;
    world.fill();
    expect(world.unchoked).toEqual([0]);
  });

  test("in whatever order things happen: no slot too many, none for the uninterested, and fill chokes nobody", () => {
    const step = fc.record({
      kind: fc.constantFrom("join", "leave", "interest", "snub", "round", "fill"),
      slot: fc.nat({ max: 11 }),
    });
    const slots = fc.oneof(fc.constant("auto" as const), fc.integer({ min: 0, max: 6 }));
    fc.assert(
      fc.property(
        slots,
        fc.boolean(),
        fc.array(step, { maxLength: 60 }),
        fc.nat(),
        (slots, isSeeding, steps, seed) => {
          const world = new ChokerWorld({ slots }, seed);
          world.isSeeding = isSeeding;
          for (const { kind, slot } of steps) {
            world.pass(1_000);
            const peer = world.peers.get(slot);
            if (kind === "join" && peer === undefined)
              world.join(slot, { givesPerSecond: slot * 1_000, takesPerSecond: 5_000 });
            if (kind === "leave" && peer !== undefined) world.leave(slot);
            if (kind === "interest" && peer !== undefined) peer.isInterested = !peer.isInterested;
            if (kind === "snub" && peer !== undefined) peer.isSnubbing = !peer.isSnubbing;
            if (kind === "round") checkRound(world);
            if (kind === "fill") checkFill(world);
          }
        },
      ),
      { numRuns: fewerFuzzRuns(10) },
    );
  });
});

function checkRound(world: ChokerWorld): void {
  const { unchoked, optimistic, slots } = world.round();
  const interested = [...world.peers.values()].filter((peer) => peer.isInterested).map((peer) => peer.slot);
  expect(new Set(unchoked).size).toBe(unchoked.length);
  expect(unchoked.length).toBe(Math.min(slots, interested.length));
  expect(interested).toEqual(expect.arrayContaining([...unchoked]));
  expect(unchoked).toEqual(expect.arrayContaining([...optimistic]));
}

function checkFill(world: ChokerWorld): void {
  const before = world.unchoked;
  const { unchoked, slots } = world.fill();
  expect(unchoked).toEqual(expect.arrayContaining(before));
  const added = unchoked.filter((slot) => !before.includes(slot));
  for (const slot of added) expect(world.peers.get(slot)?.isInterested).toBe(true);
  const interested = unchoked.filter((slot) => world.peers.get(slot)?.isInterested === true);
  if (added.length > 0) expect(interested.length).toBeLessThanOrEqual(slots);
}
