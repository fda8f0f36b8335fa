import { describe, expect, test } from "vitest";
import { type Endpoint, endpoint } from "../../src/core/endpoint.ts";
import { KrpcDecoder } from "../../src/dht/krpc-decoder.ts";
import { KrpcEncoder } from "../../src/dht/krpc-encoder.ts";
import type { KrpcMessage } from "../../src/dht/krpc-message.ts";
import {
  MAX_OUTSTANDING,
  MAX_OUTSTANDING_PER_PARTY,
  QUERY_TIMEOUT_MS,
  type Query,
  QueryTracker,
} from "../../src/dht/query-tracker.ts";
import { World } from "../../src/sim/index.ts";

const ALICE = endpoint("9.9.9.9", 6881);
const STALL_MS = 1_000;

/** A tracker whose queries write down what becomes of them. */
function aTracker() {
  const world = new World("tracker");
  const log: string[] = [];
  const tracker = new QueryTracker(world.clock, world.random, "public", () => log.push("timed out"));
  const owner = {
    queryAnswered: () => log.push("answered"),
    queryStalled: () => log.push("stalled"),
    queryFailed: (_query: Query, failure: string) => log.push(`failed: ${failure}`),
  };
  const ask = (to: Endpoint = ALICE) => tracker.begin(to, undefined, owner, undefined, STALL_MS);
  return { world, log, tracker, ask };
}

/** A message that carries `transaction`. */
function replyTo(transaction: number): KrpcMessage {
  const decoder = new KrpcDecoder();
  const encoder = new KrpcEncoder({ version: new Uint8Array(0), readOnly: false });
  decoder.decode(encoder.ping(transaction, new Uint8Array(20)).slice());
  return decoder.message;
}

describe("the query tracker", () => {
  test("takes a reply with the right transaction, address and port, once", () => {
    const { tracker, ask } = aTracker();
    const query = ask();
    expect(tracker.take(replyTo(query.transaction), ALICE)).toBe(query);
    expect(tracker.take(replyTo(query.transaction), ALICE)).toBeUndefined();
  });

  test("takes no reply from another port or address, and none with a guessed transaction, D6, DH13", () => {
    const { tracker, ask } = aTracker();
    const query = ask();
    expect(tracker.take(replyTo(query.transaction), endpoint("9.9.9.9", 6882))).toBeUndefined();
    expect(tracker.take(replyTo(query.transaction), endpoint("9.9.9.8", 6881))).toBeUndefined();
    for (let guess = 0; guess < 65_536; guess++) {
      if (guess !== query.transaction) expect(tracker.take(replyTo(guess), ALICE)).toBeUndefined();
    }
    expect(tracker.take(replyTo(query.transaction), ALICE)).toBe(query);
  });

  test("draws transactions that do not follow from one another", () => {
    const { tracker, ask } = aTracker();
    const drawn = Array.from({ length: 1_000 }, (_, i) => {
      const to = endpoint(`20.0.${i >> 8}.${i & 255}`, 1);
      const query = ask(to);
      tracker.take(replyTo(query.transaction), to);
      return query.transaction;
    });
    expect(new Set(drawn).size).toBe(1_000);
    const steps = new Set(drawn.slice(1).map((it, i) => it - (drawn[i] as number)));
    expect(steps.size).toBeGreaterThan(990);
  });

  test("says that a query stalls, listens on, and gives up after 15 seconds", () => {
    const { world, log, tracker, ask } = aTracker();
    ask();
    world.runFor(STALL_MS - 1);
    expect(log).toEqual([]);
    world.runFor(1);
    expect(log).toEqual(["stalled"]);
    world.runFor(QUERY_TIMEOUT_MS - STALL_MS);
    expect(log).toEqual(["stalled", "timed out", "failed: timeout"]);
    expect(tracker.size).toBe(0);
  });

  test("takes a reply that comes after the stall", () => {
    const { world, log, tracker, ask } = aTracker();
    const query = ask();
    world.runFor(10_000);
    expect(tracker.take(replyTo(query.transaction), ALICE)).toBe(query);
    world.runFor(60_000);
    expect(log).toEqual(["stalled"]);
  });

  test("allows 256 queries at once and three to one address", () => {
    const { tracker, ask } = aTracker();
    for (let i = 0; i < MAX_OUTSTANDING_PER_PARTY; i++) {
      expect(tracker.obstacle(ALICE)).toBeUndefined();
      ask();
    }
    expect(tracker.obstacle(endpoint("9.9.9.9", 1))).toBe("full");
    for (let i = tracker.size; i < MAX_OUTSTANDING; i++) ask(endpoint(`20.0.${i >> 8}.${i & 255}`, 1));
    expect(tracker.obstacle(endpoint("1.1.1.1", 1))).toBe("full");
  });

  test("tells an address that is busy from one that answers nothing", () => {
    const { world, tracker, ask } = aTracker();
    for (let i = 0; i < MAX_OUTSTANDING_PER_PARTY; i++) ask();
    expect(tracker.obstacle(ALICE)).toBe("full");
    world.runFor(STALL_MS);
    expect(tracker.obstacle(ALICE)).toBe("silent");
  });

  test("hands over all queries to an address that cannot be reached", () => {
    const { world, log, tracker, ask } = aTracker();
    const [first, second] = [ask(), ask()];
    ask(endpoint("1.1.1.1", 1));
    expect(tracker.takeAllTo(ALICE)).toEqual([first, second]);
    expect(tracker.size).toBe(1);
    world.runFor(STALL_MS);
    expect(log).toEqual(["stalled"]);
  });
});
