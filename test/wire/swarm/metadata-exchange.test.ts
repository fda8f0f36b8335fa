/** Metadata from many peers, of which some lie (BEP 9). Case WI15 is that of the threat catalogue. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { equalBytes } from "../../../src/core/bytes.ts";
import { infoHashFrom } from "../../../src/core/ids.ts";
import { sha1 } from "../../../src/core/sha1.ts";
import { SeededRandom } from "../../../src/sim/index.ts";
import {
  MetadataExchange,
  type MetadataOutcome,
  MetadataServer,
} from "../../../src/wire/swarm/metadata-exchange.ts";
import { fewerFuzzRuns } from "../../support/fuzz-runs.ts";

const BLOCK = 16_384;
const MIB = 1024 * 1024;

function metadataOf(lengthBytes: number): Uint8Array {
  return new SeededRandom(`metadata ${lengthBytes}`).bytes(lengthBytes);
}

function exchangeFor(rawInfo: Uint8Array, seed: number | string = 1): MetadataExchange {
  return new MetadataExchange({ infoHash: infoHashFrom(sha1(rawInfo)), random: new SeededRandom(seed) });
}

function blockOf(bytes: Uint8Array, block: number): Uint8Array {
  return bytes.subarray(block * BLOCK, (block + 1) * BLOCK);
}

/** `toEqual` takes a tenth of a second for some hundred KiB. */
function sameBytes(a: Uint8Array | undefined, b: Uint8Array): boolean {
  return a !== undefined && equalBytes(a, b);
}

function flipped(bytes: Uint8Array): Uint8Array {
  const copy = bytes.slice();
  copy[0] = (copy[0] as number) ^ 1;
  return copy;
}

/** Everything that may be asked of the peer now. */
function askAll(exchange: MetadataExchange, slot: number, nowMs: number): number[] {
  const blocks: number[] = [];
  for (let block = exchange.ask(slot, nowMs); block >= 0; block = exchange.ask(slot, nowMs))
    blocks.push(block);
  return blocks;
}

/** The peer answers all that it is asked, from `bytes`, until nothing more is asked or a whole was judged. */
function serveAll(
  exchange: MetadataExchange,
  slot: number,
  bytes: Uint8Array,
  nowMs: number,
): MetadataOutcome[] {
  const outcomes: MetadataOutcome[] = [];
  for (
    let blocks = askAll(exchange, slot, nowMs);
    blocks.length > 0;
    blocks = askAll(exchange, slot, nowMs)
  ) {
    for (const block of blocks) {
      const outcome = exchange.data(slot, block, bytes.length, blockOf(bytes, block), nowMs);
      outcomes.push(outcome);
      if (outcome.kind !== "accepted") return outcomes;
    }
  }
  return outcomes;
}

describe("metadata from one honest peer", () => {
  for (const lengthBytes of [1, BLOCK - 1, BLOCK, BLOCK + 1, 5 * BLOCK, 5 * BLOCK + 7]) {
    test(`of ${lengthBytes} bytes arrives exact`, () => {
      const rawInfo = metadataOf(lengthBytes);
      const exchange = exchangeFor(rawInfo);
      expect(exchange.peerOffers(0, "a", lengthBytes)).toBe(true);
      expect(serveAll(exchange, 0, rawInfo, 0).at(-1)).toEqual({ kind: "complete", rawInfo, liars: [] });
      expect(exchange.isComplete).toBe(true);
      expect(exchange.progressRatio).toBe(1);
      expect(exchange.bufferedBytes).toBe(0);
      expect(askAll(exchange, 0, 0)).toEqual([]);
    });
  }

  test("is copied: the bytes of a message may be overwritten afterwards", () => {
    const rawInfo = metadataOf(2 * BLOCK);
    const exchange = exchangeFor(rawInfo);
    exchange.peerOffers(0, "a", rawInfo.length);
    const [first, second] = askAll(exchange, 0, 0) as [number, number];
    const buffer = blockOf(rawInfo, first).slice();
    exchange.data(0, first, rawInfo.length, buffer, 0);
    buffer.fill(0);
    expect(exchange.data(0, second, rawInfo.length, blockOf(rawInfo, second), 0).kind).toBe("complete");
  });

  test("is asked for two blocks at a time", () => {
    const exchange = exchangeFor(metadataOf(9 * BLOCK));
    exchange.peerOffers(0, "a", 9 * BLOCK);
    expect(askAll(exchange, 0, 0)).toHaveLength(2);
  });

  test("is taken late rather than never", () => {
    const rawInfo = metadataOf(BLOCK);
    const exchange = exchangeFor(rawInfo);
    exchange.peerOffers(0, "a", BLOCK);
    expect(askAll(exchange, 0, 0)).toEqual([0]);
    exchange.tick(10_000);
    expect(exchange.data(0, 0, BLOCK, rawInfo, 14_000).kind).toBe("complete");
  });
});

describe("what a peer may say", () => {
  test("a size below 1 byte or beyond 32 MiB is not believed, and holds no memory", () => {
    const exchange = exchangeFor(metadataOf(BLOCK));
    for (const size of [0, -1, 1.5, Number.NaN, 32 * MIB + 1, 2 ** 31, Number.POSITIVE_INFINITY])
      expect(exchange.peerOffers(0, "a", size)).toBe(false);
    expect(exchange.likelySizeBytes).toBeUndefined();
    expect(exchange.peerOffers(0, "a", 32 * MIB)).toBe(true);
    expect(askAll(exchange, 0, 0)).toHaveLength(2);
    expect(exchange.bufferedBytes).toBe(0);
  });

  test("blocks that it was not asked for are not taken, nor twice", () => {
    const rawInfo = metadataOf(8 * BLOCK);
    const exchange = exchangeFor(rawInfo);
    const block = blockOf(rawInfo, 0);
    expect(exchange.data(0, 0, rawInfo.length, block, 0).kind).toBe("unrequested");
    exchange.peerOffers(0, "a", rawInfo.length);
    for (const piece of [-1, 8, 2 ** 32, Number.NaN])
      expect(exchange.data(0, piece, rawInfo.length, block, 0).kind).toBe("unrequested");
    const [asked] = askAll(exchange, 0, 0) as [number];
    exchange.data(0, asked, rawInfo.length, blockOf(rawInfo, asked), 0);
    expect(exchange.data(0, asked, rawInfo.length, blockOf(rawInfo, asked), 0).kind).toBe("unrequested");
  });

  test("blocks of a wrong length or of another whole are malformed", () => {
    const rawInfo = metadataOf(BLOCK + 5);
    for (const [total, bytes] of [
      [rawInfo.length, new Uint8Array(3)],
      [rawInfo.length, new Uint8Array(BLOCK + 1)],
      [rawInfo.length, new Uint8Array(0)],
      [rawInfo.length + 1, blockOf(rawInfo, 0)],
    ] as const) {
      const exchange = exchangeFor(rawInfo);
      exchange.peerOffers(0, "a", rawInfo.length);
      askAll(exchange, 0, 0);
      expect(exchange.data(0, 0, total, bytes, 0).kind).toBe("malformed");
      expect(exchange.bufferedBytes).toBe(0);
    }
  });

  test("a reject sends us elsewhere for 20 to 70 seconds", () => {
    const exchange = exchangeFor(metadataOf(BLOCK));
    exchange.peerOffers(0, "a", BLOCK);
    exchange.peerOffers(1, "b", BLOCK);
    expect(askAll(exchange, 0, 0)).toEqual([0]);
    exchange.rejected(0, 0, 0);
    expect(askAll(exchange, 0, 19_999)).toEqual([]);
    expect(askAll(exchange, 1, 0)).toEqual([0]);
    exchange.rejected(1, 0, 0);
    expect(askAll(exchange, 0, 70_000)).toEqual([0]);
  });

  test("silence sends us to a second peer after a second, and gives the peer up after ten", () => {
    const exchange = exchangeFor(metadataOf(BLOCK));
    exchange.peerOffers(0, "a", BLOCK);
    exchange.peerOffers(1, "b", BLOCK);
    expect(askAll(exchange, 0, 0)).toEqual([0]);
    expect(askAll(exchange, 1, 999)).toEqual([]);
    expect(askAll(exchange, 1, 1_000)).toEqual([0]);
    exchange.tick(10_000);
    expect(askAll(exchange, 0, 10_000)).toEqual([]);
  });

  test("a set of more than 8 MiB waits for smaller ones, as long as it is their turn", () => {
    const exchange = exchangeFor(metadataOf(2 * BLOCK));
    const hugeBytes = 32 * MIB - 1;
    exchange.peerOffers(0, "liar", hugeBytes);
    exchange.peerOffers(1, "slow", 2 * BLOCK);
    exchange.ask(1, 0);
    const fill = (nowMs: number) => {
      for (let block = exchange.ask(0, nowMs); block >= 0; block = exchange.ask(0, nowMs)) {
        const bytes = new Uint8Array(Math.min(BLOCK, hugeBytes - block * BLOCK));
        if (exchange.data(0, block, hugeBytes, bytes, nowMs).kind !== "accepted") break;
      }
    };

    fill(0);
    expect(exchange.bufferedBytes).toBe(8 * MIB);
    fill(9_999);
    expect(exchange.bufferedBytes).toBe(8 * MIB);
    exchange.tick(10_000);
    fill(10_000);
    expect(exchange.bufferedBytes).toBe(0); // complete, wrong and thrown away
  });

  test("the size that most claim is the likely one", () => {
    const exchange = exchangeFor(metadataOf(BLOCK));
    exchange.peerOffers(0, "a", 5);
    exchange.peerOffers(1, "b", 7);
    exchange.peerOffers(2, "c", 7);
    expect(exchange.likelySizeBytes).toBe(7);
    exchange.peerLeft(1);
    exchange.peerLeft(2);
    expect(exchange.likelySizeBytes).toBe(5);
  });

  test("a peer that leaves while it had the turn alone gives it back", () => {
    const rawInfo = metadataOf(4 * BLOCK);
    const exchange = poisonedExchange(rawInfo);
    expect(askAll(exchange, 0, 1_000)).toHaveLength(2);
    expect(askAll(exchange, 1, 1_000)).toEqual([]);
    exchange.peerLeft(0);
    expect(askAll(exchange, 1, 1_000)).toHaveLength(2);
  });

  test("a peer that claims another size while it had the turn alone gives it back", () => {
    const rawInfo = metadataOf(4 * BLOCK);
    const exchange = poisonedExchange(rawInfo);
    askAll(exchange, 0, 1_000);
    exchange.peerOffers(0, "liar", 77);
    expect(serveAll(exchange, 1, rawInfo, 1_000).at(-1)?.kind).toBe("complete");
  });
});

/** "liar" (slot 0) and "honest" (slot 1) have completed a wrong whole together. */
function poisonedExchange(rawInfo: Uint8Array): MetadataExchange {
  const exchange = exchangeFor(rawInfo);
  exchange.peerOffers(0, "liar", rawInfo.length);
  exchange.peerOffers(1, "honest", rawInfo.length);
  const wrong = exchange.ask(0, 0);
  exchange.data(0, wrong, rawInfo.length, flipped(blockOf(rawInfo, wrong)), 0);
  expect(serveAll(exchange, 1, rawInfo, 0)).toContainEqual({
    kind: "poisoned",
    ban: [],
    suspects: expect.arrayContaining(["liar", "honest"]),
  });
  return exchange;
}

describe("a wrong whole", () => {
  test("of one peer bans it", () => {
    const rawInfo = metadataOf(3 * BLOCK);
    const exchange = exchangeFor(rawInfo);
    exchange.peerOffers(0, "liar", rawInfo.length);
    const outcomes = serveAll(exchange, 0, flipped(rawInfo), 0);
    expect(outcomes.at(-1)).toEqual({ kind: "poisoned", ban: ["liar"], suspects: [] });
    expect(exchange.bufferedBytes).toBe(0);
    expect(askAll(exchange, 0, 0)).toEqual([]);
  });

  test("of several bans nobody yet; the right whole tells who lied", () => {
    const rawInfo = metadataOf(4 * BLOCK);
    const exchange = poisonedExchange(rawInfo);
    const outcome = serveAll(exchange, 1, rawInfo, 11_000).at(-1);
    expect(outcome).toEqual({ kind: "complete", rawInfo, liars: ["liar"] });
  });

  test("is fetched from one peer at a time from then on, which leaves no doubt", () => {
    const rawInfo = metadataOf(4 * BLOCK);
    const exchange = poisonedExchange(rawInfo);
    const wrong = flipped(rawInfo);
    expect(serveAll(exchange, 0, wrong, 1_000).at(-1)).toEqual({
      kind: "poisoned",
      ban: ["liar"],
      suspects: [],
    });
    expect(serveAll(exchange, 1, rawInfo, 1_000).at(-1)?.kind).toBe("complete");
  });

  test("mixes no late block of one peer into the whole of another", () => {
    const rawInfo = metadataOf(4 * BLOCK);
    const exchange = exchangeFor(rawInfo);
    exchange.peerOffers(0, "liar", rawInfo.length);
    exchange.peerOffers(1, "honest", rawInfo.length);
    const [first, second] = askAll(exchange, 0, 0) as [number, number];
    exchange.data(0, first, rawInfo.length, flipped(blockOf(rawInfo, first)), 0);
    serveAll(exchange, 1, rawInfo, 0);
    // The liar was asked for the last block; after three seconds the honest peer is, too.
    expect(serveAll(exchange, 1, rawInfo, 3_000).at(-1)?.kind).toBe("poisoned");
    exchange.data(0, second, rawInfo.length, flipped(blockOf(rawInfo, second)), 3_000);
    const outcome = serveAll(exchange, 1, rawInfo, 4_000).at(-1);
    expect(outcome).toEqual({ kind: "complete", rawInfo, liars: ["liar"] });
  });
});

type Habit = "honest" | "silent" | "rejecting" | "wrong" | "dripping" | "short" | "half wrong";

interface ScriptedPeer {
  readonly habit: Habit;
  readonly sizeBytes: number;
}

interface Run {
  readonly completedAtMs: number | undefined;
  readonly rawInfo: Uint8Array | undefined;
  readonly banned: Set<string>;
  readonly mostBufferedBytes: number;
}

/** Peers answer within the second, or as their habit is; malformed answers and bans close the connection. */
function run(rawInfo: Uint8Array, peers: readonly ScriptedPeer[], seed: number, limitMs: number): Run {
  const random = new SeededRandom(seed);
  const exchange = exchangeFor(rawInfo, seed);
  const banned = new Set<string>();
  const nameOf = (slot: number): string => `${peers[slot]?.habit} ${slot}`;
  const leave = (slot: number): void => {
    present.delete(slot);
    exchange.peerLeft(slot);
  };
  const present = new Set(peers.keys());
  const owed: { readonly slot: number; readonly block: number; readonly atMs: number }[] = [];
  let mostBufferedBytes = 0;
  peers.forEach(({ sizeBytes }, slot) => {
    if (!exchange.peerOffers(slot, nameOf(slot), sizeBytes)) present.delete(slot);
  });

  const answer = (slot: number, block: number, nowMs: number): Uint8Array | undefined => {
    const { habit, sizeBytes } = peers[slot] as ScriptedPeer;
    const length = Math.min(BLOCK, sizeBytes - block * BLOCK);
    const right = blockOf(rawInfo, block);
    const like = right.length === length ? right : new Uint8Array(length);
    let bytes: Uint8Array | undefined = like;
    if (habit === "wrong" || habit === "dripping") bytes = flipped(like);
    if (habit === "half wrong" && random.integer(2) === 0) bytes = flipped(like);
    if (habit === "short") bytes = like.subarray(1);
    if (habit === "rejecting") exchange.rejected(slot, block, nowMs);
    if (habit === "rejecting") bytes = undefined;
    return bytes;
  };

  for (let nowMs = 0; nowMs <= limitMs; nowMs += 250) {
    for (const debt of owed.splice(0)) {
      if (debt.atMs > nowMs) owed.push(debt);
      if (debt.atMs > nowMs || !present.has(debt.slot)) continue;
      const bytes = answer(debt.slot, debt.block, nowMs);
      if (bytes === undefined) continue;
      const outcome = exchange.data(
        debt.slot,
        debt.block,
        (peers[debt.slot] as ScriptedPeer).sizeBytes,
        bytes,
        nowMs,
      );
      if (outcome.kind === "malformed") leave(debt.slot);
      const culprits =
        outcome.kind === "complete" ? outcome.liars : outcome.kind === "poisoned" ? outcome.ban : [];
      for (const name of culprits) banned.add(name);
      for (const slot of [...present]) if (culprits.includes(nameOf(slot))) leave(slot);
      if (outcome.kind === "complete")
        return { completedAtMs: nowMs, rawInfo: outcome.rawInfo, banned, mostBufferedBytes };
    }
    mostBufferedBytes = Math.max(mostBufferedBytes, exchange.bufferedBytes);
    if (nowMs % 1_000 === 0) exchange.tick(nowMs);
    for (const slot of present) {
      const { habit } = peers[slot] as ScriptedPeer;
      for (const block of askAll(exchange, slot, nowMs)) {
        const delayMs = habit === "dripping" ? 9_000 : 250;
        if (habit !== "silent") owed.push({ slot, block, atMs: nowMs + delayMs });
      }
    }
  }
  return { completedAtMs: undefined, rawInfo: undefined, banned, mostBufferedBytes };
}

function liarsAmong(names: Iterable<string>): string[] {
  return [...names].filter((name) => !name.startsWith("honest"));
}

describe("a swarm with liars", () => {
  test("WI15 with five liars of ten, the right bytes are there within 30 seconds", () => {
    const rawInfo = metadataOf(20 * BLOCK + 99);
    const sizes = [rawInfo.length, rawInfo.length, 1, 32 * MIB - 1, 2 ** 31];
    const liars = sizes.map((sizeBytes): ScriptedPeer => ({ habit: "wrong", sizeBytes }));
    const honest = sizes.map((): ScriptedPeer => ({ habit: "honest", sizeBytes: rawInfo.length }));
    for (let seed = 0; seed < 20; seed++) {
      const result = run(rawInfo, [...liars, ...honest], seed, 30_000);
      expect(sameBytes(result.rawInfo, rawInfo)).toBe(true);
      expect(liarsAmong(result.banned)).toEqual([...result.banned]);
      expect(result.mostBufferedBytes).toBeLessThanOrEqual(2 * rawInfo.length + 16 * MIB);
    }
  });

  test("WI15 while one honest peer stays, the right bytes come, and no honest peer is banned", () => {
    const habits = fc.constantFrom<Habit>(
      "silent",
      "rejecting",
      "wrong",
      "dripping",
      "short",
      "half wrong",
      "honest",
    );
    const claims = fc.constantFrom("true", "one", "huge", "other", "near");
    const liar = fc.record({ habit: habits, claim: claims });
    const length = fc.constantFrom(1, BLOCK, 3 * BLOCK + 5, 12 * BLOCK);
    fc.assert(
      fc.property(
        length,
        fc.array(liar, { maxLength: 12 }),
        fc.nat({ max: 12 }),
        fc.nat(),
        (lengthBytes, others, place, seed) => {
          const rawInfo = metadataOf(lengthBytes);
          const sizeOf = { true: lengthBytes, one: 1, huge: 4 * MIB, other: 40_000, near: lengthBytes + 1 };
          const peers = others.map(
            ({ habit, claim }, i): ScriptedPeer => ({
              habit,
              sizeBytes: habit === "honest" ? lengthBytes : sizeOf[claim] + (claim === "other" ? i : 0),
            }),
          );
          peers.splice(Math.min(place, peers.length), 0, { habit: "honest", sizeBytes: lengthBytes });
          const result = run(rawInfo, peers, seed, 600_000);
          expect(sameBytes(result.rawInfo, rawInfo)).toBe(true);
          expect([...result.banned].filter((name) => name.startsWith("honest"))).toEqual([]);
          expect(result.mostBufferedBytes).toBeLessThanOrEqual(3 * 4 * MIB);
        },
      ),
      { numRuns: fewerFuzzRuns(20) },
    );
  });

  test("many invented sizes, each claimed by more than the true one, do not shut it out", () => {
    const rawInfo = metadataOf(6 * BLOCK);
    const peers: ScriptedPeer[] = [];
    for (let i = 0; i < 16; i++) peers.push({ habit: "dripping", sizeBytes: 8 * MIB + Math.floor(i / 2) });
    peers.push({ habit: "honest", sizeBytes: rawInfo.length });
    expect(sameBytes(run(rawInfo, peers, 3, 120_000).rawInfo, rawInfo)).toBe(true);
  });

  test("liars that drip the true size do not hold the turn for ever", () => {
    const rawInfo = metadataOf(30 * BLOCK);
    const peers: ScriptedPeer[] = [];
    for (let i = 0; i < 5; i++) peers.push({ habit: "dripping", sizeBytes: rawInfo.length });
    peers.push({ habit: "honest", sizeBytes: rawInfo.length });
    const result = run(rawInfo, peers, 4, 120_000);
    expect(sameBytes(result.rawInfo, rawInfo)).toBe(true);
    expect([...result.banned].filter((name) => name.startsWith("honest"))).toEqual([]);
  });
});

describe("serving metadata", () => {
  test("gives each block, and nothing beyond the end", () => {
    const rawInfo = metadataOf(2 * BLOCK + 3);
    const server = new MetadataServer(rawInfo);
    expect(server.sizeBytes).toBe(rawInfo.length);
    expect([0, 1, 2].map((block) => server.serve(0, block, 0))).toEqual(
      [0, 1, 2].map((b) => blockOf(rawInfo, b)),
    );
    for (const block of [-1, 3, 0.5, Number.NaN, 2 ** 32]) expect(server.serve(0, block, 0)).toBeUndefined();
  });

  test("gives each peer twice the whole and 64 blocks a minute, whatever others take", () => {
    const server = new MetadataServer(metadataOf(2 * BLOCK));
    const served = (slot: number, nowMs: number): number => {
      let count = 0;
      while (server.serve(slot, 0, nowMs) !== undefined) count++;
      return count;
    };
    expect(served(0, 0)).toBe(2 * 2 + 64);
    expect(served(0, 59_999)).toBe(0);
    expect(served(1, 59_999)).toBe(2 * 2 + 64);
    expect(served(0, 60_000)).toBe(2 * 2 + 64);
    server.peerLeft(1);
    expect(served(1, 60_000)).toBe(2 * 2 + 64);
  });
});
