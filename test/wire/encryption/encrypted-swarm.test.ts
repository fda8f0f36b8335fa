import { describe, expect, test } from "vitest";
import { SeededRandom } from "../../../src/sim/index.ts";
import type { EncryptionPolicy } from "../../../src/wire/index.ts";
import { aTorrent } from "../support/a-torrent.ts";
import { ScriptedPeer } from "../support/scripted-peer.ts";
import { type SwarmWorld, swarmWorld, type TestPeer } from "../support/swarm-world.ts";

interface Pair {
  readonly w: SwarmWorld;
  readonly leech: TestPeer;
  readonly seed: TestPeer;
}

/** A leech that dials a seed, each with its policy. */
function pair(leechPolicy: EncryptionPolicy, seedPolicy: EncryptionPolicy): Pair {
  const w = swarmWorld();
  const torrent = aTorrent();
  const seed = w.addPeer(torrent, { have: "all", config: { encryption: seedPolicy } });
  const leech = w.addPeer(torrent, { config: { encryption: leechPolicy } });
  leech.meet(seed);
  return { w, leech, seed };
}

/** Until the leech is connected to the seed, but not until it has everything and neither needs the other. */
function connect({ w, leech, seed }: Pair): void {
  for (let i = 0; i < 500 && leech.viewOf(seed)?.state !== "connected"; i++) w.world.runFor(10);
  expect(leech.viewOf(seed)?.state).toBe("connected");
}

describe("two engines", () => {
  test.each([
    ["prefer", "prefer", "handshake"],
    ["prefer", "require", "rc4"],
    ["require", "prefer", "rc4"],
    ["require", "require", "rc4"],
    ["off", "prefer", undefined],
    ["prefer", "off", undefined],
    ["off", "off", undefined],
  ] as const)("one that dials with %s and one that accepts with %s: %s", (leechPolicy, seedPolicy, way) => {
    const both = pair(leechPolicy, seedPolicy);
    const { w, leech, seed } = both;

    connect(both);

    expect(leech.viewOf(seed)?.encryption).toBe(way);
    expect(seed.viewOf(leech)?.encryption).toBe(way);
    w.world.runFor(60_000);
    expect(leech.isComplete).toBe(true);
    expect(leech.hasContent).toBe(true);
  });

  test.each([
    ["require", "off"],
    ["off", "require"],
  ] as const)("one with %s and one with %s never meet, and it counts as a failed dial", (a, b) => {
    const { w, leech, seed } = pair(a, b);

    w.world.runFor(30_000);

    expect(leech.viewOf(seed)?.state).not.toBe("connected");
    expect(leech.swarm.view().counts.dialFailures.noHandshake).toBeGreaterThan(0);
  });

  test("a peer that hangs up at the encrypted handshake is dialled in plaintext at once, and stays so", () => {
    const both = pair("prefer", "off");
    const startMs = both.w.world.nowMs;

    connect(both);
    expect(both.w.world.nowMs - startMs).toBeLessThan(200);
    both.w.network.cut(both.seed.host);
    both.w.world.runFor(10);
    connect(both);

    expect(both.leech.swarm.view().counts.failedDials).toBe(0);
    // Two greetings and the one that was not understood: the second time it was not tried.
    expect(both.seed.wireEvents).toHaveLength(1);
  });
});

describe("an engine that accepts", () => {
  test("answers plaintext in plaintext, however the first bytes are cut", () => {
    const w = swarmWorld();
    const torrent = aTorrent();
    const seed = w.addPeer(torrent, { have: "all", config: { encryption: "prefer" } });
    const peer = new ScriptedPeer(w.newHost()).dial(w, seed);
    const head = new Uint8Array(48);
    head.set(new TextEncoder().encode("\x13BitTorrent protocol"));
    head.set(torrent.infoHash, 28);

    for (const byte of head) {
      peer.send(Uint8Array.of(byte));
      w.world.runFor(10);
    }
    w.world.runFor(500);

    expect(peer.recording.lines.map((line) => line.split(" ")[0])).toEqual(["head", "peer-id"]);
  });

  test("hangs up at plaintext when it insists on encryption", () => {
    const w = swarmWorld();
    const torrent = aTorrent();
    const seed = w.addPeer(torrent, { have: "all", config: { encryption: "require" } });

    const peer = new ScriptedPeer(w.newHost()).greet(w, seed, torrent.infoHash);

    expect(peer.isOpen).toBe(false);
    expect(peer.recording.lines).toEqual([]);
  });

  test("W10 makes at most twenty key exchanges a second for strangers, and says nothing to the rest", () => {
    const w = swarmWorld();
    const seed = w.addPeer(aTorrent(), {
      have: "all",
      config: { encryption: "prefer", maxPendingIncoming: 100 },
    });
    const random = new SeededRandom("strangers");
    const strangers = Array.from({ length: 40 }, () => new ScriptedPeer(w.newHost()).dial(w, seed));

    for (const stranger of strangers) stranger.send(random.bytes(96));
    w.world.runFor(200);

    expect(strangers.filter((stranger) => stranger.isOpen)).toHaveLength(20);
    w.world.runFor(11_000);
    expect(strangers.filter((stranger) => stranger.isOpen)).toHaveLength(0);
    expect(seed.engine.view().pendingIncoming).toBe(0);
  });

  test("WI07 ends an encrypted handshake that dribbles, or never ends, after the time for a handshake", () => {
    const w = swarmWorld();
    const seed = w.addPeer(aTorrent(), { have: "all", config: { encryption: "prefer" } });
    const stranger = new ScriptedPeer(w.newHost()).dial(w, seed);
    const bytes = new SeededRandom("dribble").bytes(200);
    const startMs = w.world.nowMs;

    for (const byte of bytes) {
      if (!stranger.isOpen) break;
      stranger.send(Uint8Array.of(byte));
      w.world.runFor(100);
    }

    expect(stranger.isOpen).toBe(false);
    expect(w.world.nowMs - startMs).toBeLessThan(12_000);
  });
});
