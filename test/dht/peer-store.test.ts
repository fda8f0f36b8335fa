import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Endpoint, endpoint, formatEndpoint } from "../../src/core/endpoint.ts";
import { MAX_PEERS_PER_HASH, PeerStore, type PeerStoreOptions } from "../../src/dht/peer-store.ts";
import { SeededRandom } from "../../src/sim/index.ts";

const LOCAL = new Uint8Array(20);
const MINUTE_MS = 60_000;

function aStore(options: Partial<PeerStoreOptions> = {}): PeerStore {
  const random = new SeededRandom(7);
  return new PeerStore({
    family: 4,
    limitsByAddress: true,
    maxHashes: 2_000,
    maxPeers: 100_000,
    random,
    ...options,
  });
}

const hashOf = (i: number) => Uint8Array.of(i >> 8, i, ...new Uint8Array(18).fill(9));
/** A peer in a /24 of its own. */
const peerOf = (i: number) => endpoint(`${20 + (i >> 16)}.${(i >> 8) & 255}.${i & 255}.7`, 6881);
const add = (store: PeerStore, hash: number, peer: Endpoint, nowMs = 0) =>
  store.add(hashOf(hash), peer, false, LOCAL, nowMs);
const textsOf = (store: PeerStore, hash: number, most = 1_000) =>
  store.peersOf(hashOf(hash), most).map(formatEndpoint).sort();

describe("the peer store", () => {
  test("gives back what was announced, each peer once", () => {
    const store = aStore();
    expect([add(store, 1, peerOf(1)), add(store, 1, peerOf(2)), add(store, 1, peerOf(1))]).toEqual([
      true,
      true,
      true,
    ]);
    expect(textsOf(store, 1)).toEqual(["20.0.1.7:6881", "20.0.2.7:6881"]);
    expect([store.hashes, store.peers]).toEqual([1, 2]);
  });

  test("knows nothing of other hashes", () => {
    const store = aStore();
    add(store, 1, peerOf(1));
    expect(store.find(hashOf(2), 0)).toBeUndefined();
    expect(textsOf(store, 2)).toEqual([]);
  });

  test("forgets a peer 45 minutes after its last announce", () => {
    const store = aStore();
    add(store, 1, peerOf(1), 0);
    add(store, 1, peerOf(2), 0);
    add(store, 1, peerOf(2), 30 * MINUTE_MS);
    store.sweep(44 * MINUTE_MS);
    expect(store.peers).toBe(2);
    store.sweep(46 * MINUTE_MS);
    expect(textsOf(store, 1)).toEqual(["20.0.2.7:6881"]);
    store.sweep(76 * MINUTE_MS);
    expect([store.hashes, store.peers]).toEqual([0, 0]);
  });

  test("keeps at most four ports of one address, the newest, D4, DH07", () => {
    const store = aStore();
    for (let port = 1; port <= 65_535; port += 100) add(store, 1, endpoint("9.9.9.9", port), port);
    const kept = textsOf(store, 1);
    expect(kept).toHaveLength(4);
    expect(kept).toContain("9.9.9.9:65501");
  });

  test("keeps 16 peers of one /24, more only in a large swarm, D4, DH07", () => {
    const store = aStore();
    for (let i = 1; i <= 100; i++) add(store, 1, endpoint(`9.9.9.${i}`, 6881));
    expect(textsOf(store, 1)).toHaveLength(16);
    for (let i = 0; i < 400; i++) add(store, 1, peerOf(i));
    for (let i = 101; i <= 200; i++) add(store, 1, endpoint(`9.9.9.${i}`, 6881));
    expect(textsOf(store, 1).filter((text) => text.startsWith("9.9.9."))).toHaveLength(44);
  });

  test("has no limit by address where many share one", () => {
    const store = aStore({ limitsByAddress: false });
    for (let port = 1; port <= 100; port++) add(store, 1, endpoint("127.0.0.1", port));
    expect(textsOf(store, 1)).toHaveLength(100);
  });

  test("is full for newcomers at 500 peers, never for those it knows", () => {
    const store = aStore();
    for (let i = 0; i < MAX_PEERS_PER_HASH; i++) expect(add(store, 1, peerOf(i))).toBe(true);
    const swarm = store.find(hashOf(1), 0);
    expect(store.isFullFor(swarm, peerOf(9_999))).toBe(true);
    expect(add(store, 1, peerOf(9_999))).toBe(false);
    expect(store.isFullFor(swarm, peerOf(3))).toBe(false);
    expect(add(store, 1, peerOf(3))).toBe(true);
  });

  test("holds no more hashes and peers than it may; many small hashes do not displace a large one, D4, DH07", () => {
    const store = aStore({ maxHashes: 100, maxPeers: 1_000 });
    for (let i = 0; i < 200; i++) add(store, 5_000, peerOf(i));
    for (let i = 0; i < 10_000; i++) add(store, i % 4_000, endpoint("9.9.9.9", 1 + i));
    expect(store.hashes).toBe(100);
    expect(store.peers).toBeLessThanOrEqual(1_000);
    expect(textsOf(store, 5_000)).toHaveLength(200);
  });

  test("begins an answer anywhere, so that all peers are named in turn", () => {
    const store = aStore();
    for (let i = 0; i < 40; i++) add(store, 1, peerOf(i));
    const seen = new Set<string>();
    for (let i = 0; i < 200; i++) for (const text of textsOf(store, 1, 5)) seen.add(text);
    expect(seen.size).toBe(40);
  });

  test("counts right whatever is added and forgotten", () => {
    const operation = fc.tuple(
      fc.nat({ max: 5 }),
      fc.nat({ max: 30 }),
      fc.nat({ max: 20 * MINUTE_MS }),
      fc.boolean(),
    );
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 120 }), (operations) => {
        const store = aStore({ maxHashes: 4, maxPeers: 40 });
        let nowMs = 0;
        for (const [hash, peer, laterMs, sweeps] of operations) {
          nowMs += laterMs;
          if (sweeps) store.sweep(nowMs);
          else add(store, hash, peerOf(peer), nowMs);
          const counts = [0, 1, 2, 3, 4, 5].map((it) => store.find(hashOf(it), 0)?.count ?? 0);
          expect(counts.reduce((sum, count) => sum + count, 0)).toBe(store.peers);
          expect(counts.filter((count) => count > 0)).toHaveLength(store.hashes);
          expect(store.hashes).toBeLessThanOrEqual(4);
          expect(store.peers).toBeLessThanOrEqual(40);
        }
      }),
    );
  });

  test("stores IPv6 peers, limited by /64", () => {
    const store = aStore({ family: 6 });
    for (let i = 1; i <= 40; i++) add(store, 1, endpoint(`2001:470:1:1::${i.toString(16)}`, 6881));
    expect(textsOf(store, 1)).toHaveLength(16);
    expect(textsOf(store, 1)[0]).toMatch(/^\[2001:470:1:1::[0-9a-f]+\]:6881$/);
  });
});
