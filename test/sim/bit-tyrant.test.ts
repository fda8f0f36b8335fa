/** What a strategist pays whom: the best return first, never more than its line, less to the faithful and more to the reluctant. */
import { describe, expect, test } from "vitest";
import { BitTyrant } from "../../src/sim/bit-tyrant.ts";
import type { ChokerPeer } from "../../src/wire/index.ts";

const UP = 100_000;
type Facts = { -readonly [Key in keyof ChokerPeer]: ChokerPeer[Key] };

/** Peers that give at constant rates while they do not choke us, and take 50,000 bytes a second while they may. */
class TyrantWorld {
  readonly tyrant = new BitTyrant(UP);
  readonly peers: Facts[] = [];
  readonly gives: number[] = [];
  nowMs = 0;

  join(givesPerSecond: number): void {
    this.gives.push(givesPerSecond);
    this.peers.push({
      slot: this.peers.length,
      isInterested: true,
      isUnchoked: false,
      isChokingUs: givesPerSecond === 0,
      isSnubbing: false,
      isAsking: false,
      connectedAtMs: 0,
      unchokedAtMs: 0,
      chokedAtMs: 0,
      receivedBytes: 0,
      sentBytes: 0,
      haveRatio: 0,
    });
  }

  /** Payload sent to each in these seconds. */
  pass(seconds: number): number[] {
    const before = this.peers.map(({ sentBytes }) => sentBytes);
    for (let second = 0; second < seconds; second++) {
      const facts = { nowMs: this.nowMs, isSeeding: false, pieceBytes: 16_384, peers: this.peers };
      const { unchoked } = this.tyrant.round(facts);
      for (const peer of this.peers) {
        peer.isUnchoked = unchoked.includes(peer.slot);
        if (peer.isUnchoked) peer.sentBytes += 50_000;
        peer.receivedBytes += this.gives[peer.slot] as number;
      }
      this.nowMs += 1_000;
    }
    return this.peers.map(({ sentBytes, slot }) => sentBytes - (before[slot] as number));
  }
}

describe("a strategist", () => {
  test("spends no more than its line, on those who give most for it", () => {
    const world = new TyrantWorld();
    for (const gives of [10_000, 20_000, 30_000, 40_000, 50_000, 60_000, 70_000]) world.join(gives);
    world.pass(20);
    const sent = world.pass(10);

    expect(sent.slice(0, 2)).toEqual([0, 0]);
    expect(Math.min(...sent.slice(2))).toBeGreaterThan(0);
    // The last look may find that a peer had a second's worth too much.
    expect(sent.reduce((sum, bytes) => sum + bytes, 0)).toBeLessThanOrEqual(10 * UP + 5 * 50_000);
  });

  test("offers less to who keeps giving, and more to who does not answer", () => {
    const [faithful, reluctant] = [new TyrantWorld(), new TyrantWorld()];
    faithful.join(30_000);
    reluctant.join(0);
    const [first] = faithful.pass(10);
    reluctant.pass(10);
    faithful.pass(80);
    reluctant.pass(80);

    expect(faithful.pass(10)[0]).toBeLessThan(0.7 * (first as number));
    expect(reluctant.pass(10)[0]).toBeGreaterThan(1.5 * (first as number));
  });
});
