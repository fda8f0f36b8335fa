import { describe, expect, test } from "vitest";
import { endpoint } from "../../../src/core/endpoint.ts";
import type { PexPeer } from "../../../src/wire/protocol/ut-pex.ts";
import { PexLedger } from "../../../src/wire/swarm/pex-ledger.ts";

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
/** From one message of ours to the next. */
const PAUSE = 65 * SECOND;
const START = 5 * SECOND;

const peer = (n: number): PexPeer => ({ address: endpoint(`10.0.${n >> 8}.${n & 0xff}`, 6_881), flags: 0 });
const peers = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => peer(from + i));

describe("what a peer is told", () => {
  test("everybody at first, then only what has changed", () => {
    const ledger = new PexLedger(0);

    expect(ledger.next([peer(1), peer(2)], START)).toEqual({ added: [peer(1), peer(2)], dropped: [] });
    expect(ledger.next([peer(2), peer(3)], START + PAUSE)).toEqual({
      added: [peer(3)],
      dropped: [peer(1).address],
    });
  });

  test("nothing within the first seconds, and nothing twice in little more than a minute", () => {
    const ledger = new PexLedger(0);

    expect(ledger.next([peer(1)], 2_999)).toBeUndefined();
    expect(ledger.next([peer(1)], 3_000)).toBeDefined();
    expect(ledger.next([peer(1), peer(2)], 3_000 + PAUSE - 1)).toBeUndefined();
    expect(ledger.next([peer(1), peer(2)], 3_000 + PAUSE)).toBeDefined();
  });

  test("nothing at all when nothing has changed, and then at once when something does", () => {
    const ledger = new PexLedger(0);
    ledger.next([peer(1)], START);

    expect(ledger.next([peer(1)], START + PAUSE)).toBeUndefined();
    expect(ledger.next([peer(1), peer(2)], START + PAUSE + SECOND)).toEqual({
      added: [peer(2)],
      dropped: [],
    });
  });

  test("who came and went between two messages is not mentioned", () => {
    const ledger = new PexLedger(0);
    ledger.next([peer(1)], START);
    ledger.next([peer(1), peer(2)], START + SECOND);

    expect(ledger.next([peer(1)], START + PAUSE)).toBeUndefined();
  });

  test("fifty at a time: the rest follows, and everybody is dropped in the end", () => {
    const ledger = new PexLedger(0);
    const all = peers(0, 120);
    const added = [0, 1, 2].map((turn) => ledger.next(all, START + turn * PAUSE)?.added.length);
    const dropped = [3, 4, 5, 6].map((turn) => ledger.next([], START + turn * PAUSE)?.dropped.length);

    expect(added).toEqual([50, 50, 20]);
    expect(dropped).toEqual([50, 50, 20, undefined]);
  });
});

describe("the pace of a peer", () => {
  test("one message a minute is in time for ever", () => {
    const ledger = new PexLedger(0);

    for (let minute = 0; minute < 1_000; minute++) expect(ledger.received(minute * MINUTE)).toBe("in-time");
  });

  test("PA15 the third message that comes early is a flood", () => {
    const ledger = new PexLedger(0);

    expect([0, 1, 2, 3].map((second) => ledger.received(second * SECOND))).toEqual([
      "in-time",
      "early",
      "early",
      "flood",
    ]);
  });

  test("a message that was held up on its way is no offence", () => {
    const ledger = new PexLedger(0);
    const held = 14 * SECOND;

    for (let minute = 0; minute < 20; minute++)
      expect(ledger.received(minute * MINUTE + (minute % 2) * -held)).not.toBe("flood");
  });
});
