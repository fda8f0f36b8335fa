/** Whom a torrent dials: bounded, without repeats, the promising first, nobody for ever (threats D9 and W7). */
import fc from "fast-check";
import { beforeEach, describe, expect, test } from "vitest";
import type { AddressProfile } from "../../../src/core/address-profile.ts";
import { type Endpoint, endpoint } from "../../../src/core/endpoint.ts";
import { SeededRandom } from "../../../src/sim/index.ts";
import { BanList } from "../../../src/wire/swarm/ban-list.ts";
import { PeerPool } from "../../../src/wire/swarm/peer-pool.ts";
import { canonicalPriority, canonicalRanking } from "../../../src/wire/swarm/peer-priority.ts";
import { fewerFuzzRuns } from "../../support/fuzz-runs.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;

let bans = new BanList("public");

function poolOf(profile: AddressProfile = "public", seed: number | string = 1): PeerPool {
  bans = new BanList(profile);
  return new PeerPool({ profile, ranking: canonicalRanking(new SeededRandom(seed)), bans });
}

/** A public address of its own for every number. */
function peer(number: number, port = 6881): Endpoint {
  return endpoint(`80.${(number >> 16) & 255}.${(number >> 8) & 255}.${number & 255}`, port);
}

function dialAll(pool: PeerPool, nowMs: number): string[] {
  const dialled: string[] = [];
  for (let dial = pool.nextDial(nowMs); dial !== undefined; dial = pool.nextDial(nowMs))
    dialled.push(`${dial.address.host}:${dial.address.port}`);
  return dialled;
}

describe("a peer that is known in both address families", () => {
  const V4 = peer(1);
  const V6 = endpoint("2a00:1::1", 6881);

  function withTwins(): PeerPool {
    const pool = poolOf();
    pool.add(V4, "dht", 0);
    pool.addTwin(V4, V6, "80.0.0.9", 0);
    return pool;
  }

  test("is dialled over IPv6, and over IPv4 a quarter of a second later when nothing came", () => {
    const pool = withTwins();
    expect(dialAll(pool, 0)).toEqual(["2a00:1::1:6881"]);
    expect(dialAll(pool, 249)).toEqual([]);
    expect(dialAll(pool, 250)).toEqual(["80.0.0.1:6881"]);
  });

  test("is not dialled at its other address while it is connected, and again when it is not", () => {
    const pool = withTwins();
    pool.nextDial(0);
    pool.connected(V6, 100);
    expect(dialAll(pool, MINUTE_MS)).toEqual([]);
    pool.disconnected(V6, MINUTE_MS, true);
    expect(dialAll(pool, MINUTE_MS + 2_000)).toEqual(["2a00:1::1:6881"]);
  });

  test("is dialled over IPv4 at once when IPv6 has failed", () => {
    const pool = withTwins();
    pool.nextDial(0);
    pool.dialFailed(V6, 50);
    expect(dialAll(pool, 50)).toEqual(["80.0.0.1:6881"]);
  });

  test("has its other address held against the rules for what strangers name", () => {
    for (const other of ["::1", "fe80::1", "2001:db8::1"]) {
      const pool = poolOf();
      pool.add(V4, "dht", 0);
      pool.addTwin(V4, endpoint(other, 6881), "80.0.0.9", 0);
      expect(pool.counts().known).toBe(1);
    }
    const pool = poolOf();
    pool.add(V4, "dht", 0);
    pool.addTwin(V4, endpoint("2a00:1::1", 25), "80.0.0.9", 0);
    pool.addTwin(V4, peer(2), "80.0.0.9", 0);
    expect(pool.counts().known).toBe(1);
  });
});

describe("what enters the pool", () => {
  test("is what may be contacted: no port 0, no ports of mail servers, nothing outside the profile", () => {
    const pool = poolOf();
    for (const port of [0, 25, 110, 143, 465, 587, 993, 995])
      expect(pool.add(peer(1, port), "dht", 0)).toBe("not-allowed");
    for (const host of ["127.0.0.1", "10.0.0.1", "192.168.1.1", "224.0.0.1", "0.0.0.0", "169.254.1.1", "::1"])
      expect(pool.add(endpoint(host, 6881), "dht", 0)).toBe("not-allowed");
    expect(pool.add(peer(1), "dht", 0)).toBe("added");
    expect(poolOf("loopback").add(endpoint("127.0.0.1", 6881), "dht", 0)).toBe("added");
    expect(poolOf("loopback").add(peer(1), "dht", 0)).toBe("not-allowed");
    expect(poolOf("lan").add(endpoint("192.168.1.1", 6881), "dht", 0)).toBe("added");
  });

  test("is one candidate for each party, however many ports are named for it", () => {
    const pool = poolOf();
    pool.add(peer(1, 1_000), "dht", 0);
    for (let port = 1_000; port < 1_100; port++) expect(pool.add(peer(1, port), "dht", 0)).toBe("known");
    expect(pool.counts().known).toBe(1);
    expect(dialAll(pool, 0)).toHaveLength(1);
  });

  test("is told apart by port where many share an address", () => {
    const pool = poolOf("loopback");
    for (let port = 1; port <= 20; port++) pool.add(endpoint("127.0.0.1", 50_000 + port), "dht", 0);
    expect(dialAll(pool, 0)).toHaveLength(20);
  });

  test("is neither ourselves nor banned", () => {
    const pool = poolOf();
    pool.addSelf(peer(1));
    bans.ban(peer(2), 0);
    expect(pool.add(peer(1), "dht", 0)).toBe("self");
    expect(pool.add(peer(1, 7_000), "dht", 0)).toBe("added");
    expect(pool.add(peer(2, 9), "dht", 0)).toBe("banned");
  });

  test("leaves when it turns out to be ourselves, or is banned here or by another torrent", () => {
    const pool = poolOf();
    for (let i = 1; i <= 4; i++) pool.add(peer(i), "dht", 0);
    pool.addSelf(peer(1));
    bans.ban(peer(2), 0);
    pool.banned(peer(2));
    bans.ban(peer(3), 0);
    expect(dialAll(pool, 0)).toEqual(["80.0.0.4:6881"]);
    expect(pool.counts().known).toBe(1);
  });

  test("is at most a quarter, or 50, from one PEX peer", () => {
    const pool = poolOf();
    let next = 0;
    const named = (from: string, count: number): number => {
      let added = 0;
      for (let i = 0; i < count; i++) if (pool.add(peer(next++), "pex", 0, from) === "added") added++;
      return added;
    };
    expect(named("a", 500)).toBe(50);
    expect(named("b", 500)).toBe(50);
    for (let i = 0; i < 1_000; i++) pool.add(peer(next++), "dht", 0);
    expect(named("a", 2_000)).toBeLessThanOrEqual(0.25 * pool.counts().known);
  });

  test("is at most 3,000; the worst leaves for somebody better", () => {
    const pool = poolOf();
    for (let i = 0; i < 4_000; i++) pool.add(peer(i), "dht", 0);
    expect(pool.counts().known).toBe(3_000);
    expect(pool.add(peer(5_000), "manual", 0)).toBe("added");
    expect(pool.counts().known).toBe(3_000);
    expect(pool.nextDial(0)?.source).toBe("manual");
  });
});

describe("the order of dials", () => {
  test("begins with what the user and the local network said", () => {
    const pool = poolOf();
    const sources = ["dht", "pex", "resume", "lsd", "manual"] as const;
    sources.forEach((source, i) => {
      pool.add(peer(i), source, 0);
    });
    const order = sources.map(() => pool.nextDial(0)?.source);
    expect(order.slice(0, 3)).toEqual(["manual", "lsd", "resume"]);
    expect(pool.nextDial(0)).toBeUndefined();
  });

  test("is that of BEP 40 among equals, once our address is known", () => {
    const pool = poolOf();
    const ours = endpoint("123.213.32.10", 6881);
    for (let i = 0; i < 50; i++) pool.add(peer(i * 7_919), "dht", 0);
    pool.setExternalAddress(ours);
    for (let i = 50; i < 100; i++) pool.add(peer(i * 7_919), "dht", 0);
    const priorities: number[] = [];
    for (let dial = pool.nextDial(0); dial !== undefined; dial = pool.nextDial(0))
      priorities.push(canonicalPriority(ours, dial.address) as number);
    expect(priorities).toHaveLength(100);
    expect(priorities).toEqual([...priorities].sort((a, b) => b - a));
  });

  test("is patient with the last untried one, hasty while others wait", () => {
    const pool = poolOf();
    pool.add(peer(1), "dht", 0);
    pool.add(peer(2), "dht", 0);
    expect(pool.nextDial(0)?.timeoutMs).toBe(6_000);
    expect(pool.nextDial(0)?.timeoutMs).toBe(15_000);
  });

  test("tries a live address among 2,000 silent ones before any of them a second time", () => {
    fc.assert(
      fc.property(fc.nat(), fc.nat({ max: 1_999 }), (seed, live) => {
        const pool = poolOf("public", seed);
        for (let i = 0; i < 2_000; i++) pool.add(peer(i), "dht", 0);
        const tried = new Set<string>();
        for (let nowMs = 0; !tried.has(peer(live).host); nowMs += 6_000) {
          // The last of all is tried in the midst of a batch: what the rest of it would be is not asked.
          for (let i = 0; i < 30 && !tried.has(peer(live).host); i++) {
            const dial = pool.nextDial(nowMs);
            if (dial === undefined) break;
            expect(tried.has(dial.address.host)).toBe(false);
            tried.add(dial.address.host);
            pool.dialFailed(dial.address, nowMs + 6_000);
          }
        }
      }),
      { numRuns: 5, examples: [[10, 1_999]] },
    );
  });
});

describe("after a dial", () => {
  let pool = poolOf();
  beforeEach(() => {
    pool = poolOf();
    pool.add(peer(1), "dht", 0);
  });

  /** Virtual time of the next dial; it fails at once. */
  function failNext(fromMs: number): number {
    for (let nowMs = fromMs; nowMs < fromMs + 2 * HOUR_MS; nowMs += 1_000) {
      const dial = pool.nextDial(nowMs);
      if (dial === undefined) continue;
      pool.dialFailed(dial.address, nowMs);
      return nowMs;
    }
    return Number.POSITIVE_INFINITY;
  }

  test("that failed comes the next after one minute, then two, then an hour", () => {
    const first = failNext(0);
    const second = failNext(first);
    const third = failNext(second);
    expect([first, second, third]).toEqual([0, MINUTE_MS, 3 * MINUTE_MS]);
    expect(pool.counts()).toMatchObject({ out: 1, candidates: 0, failedDials: 3 });
    expect(failNext(third) - third).toBe(HOUR_MS);
  });

  test("that failed, another port of the same party is tried at once, three ports in all", () => {
    for (let port = 7_000; port < 7_010; port++) pool.add(peer(1, port), "dht", 0);
    const ports: number[] = [];
    for (let i = 0; i < 10; i++) {
      const dial = pool.nextDial(0);
      if (dial === undefined) break;
      ports.push(dial.address.port);
      pool.dialFailed(dial.address, 0);
    }
    expect(ports).toEqual([6881, 7_000, 7_001]);
  });

  test("`nextDialAtMs` tells when there is something to do", () => {
    const dial = pool.nextDial(0) as { address: Endpoint };
    pool.dialFailed(dial.address, 10);
    expect(pool.nextDial(10)).toBeUndefined();
    expect(pool.nextDialAtMs).toBe(10 + MINUTE_MS);
    expect(pool.nextDial(10 + MINUTE_MS)).toBeDefined();
  });

  test("nobody is dialled while a dial is under way or a connection stands", () => {
    expect(dialAll(pool, 0)).toHaveLength(1);
    expect(dialAll(pool, HOUR_MS)).toEqual([]);
    pool.connected(peer(1), HOUR_MS);
    expect(dialAll(pool, 3 * HOUR_MS)).toEqual([]);
    expect(pool.isConnected(peer(1, 9))).toBe(true);
    expect(pool.counts()).toMatchObject({ connected: 1, dialling: 0 });
  });

  test("a dropped connection is renewed after two seconds, the next time after a minute", () => {
    pool.nextDial(0);
    pool.connected(peer(1), 0);
    pool.disconnected(peer(1), 1_000, true);
    expect(dialAll(pool, 2_999)).toEqual([]);
    expect(dialAll(pool, 3_000)).toHaveLength(1);
    pool.connected(peer(1), 3_000);
    pool.disconnected(peer(1), 4_000, true);
    expect(dialAll(pool, 63_999)).toEqual([]);
    expect(dialAll(pool, 64_000)).toHaveLength(1);
  });

  test("a connection without use for either side is not renewed for ten minutes", () => {
    pool.nextDial(0);
    pool.connected(peer(1), 0);
    pool.disconnected(peer(1), 0, false);
    expect(dialAll(pool, 599_999)).toEqual([]);
    expect(dialAll(pool, 600_000)).toHaveLength(1);
  });

  test("a peer that came by itself while our dial to it failed is dialled again once it has gone", () => {
    pool.nextDial(0);
    pool.incomingConnected(peer(1, 40_000), 1);
    pool.dialFailed(peer(1), 2);
    expect(dialAll(pool, HOUR_MS)).toEqual([]);
    pool.disconnected(peer(1, 40_000), HOUR_MS, true);
    expect(dialAll(pool, HOUR_MS)).toEqual(["80.0.0.1:6881"]);
  });

  test("addresses that worked are exported, those connected first", () => {
    for (let i = 2; i <= 5; i++) pool.add(peer(i), "dht", 0);
    dialAll(pool, 0);
    pool.connected(peer(3), 10);
    pool.connected(peer(2), 20);
    pool.disconnected(peer(2), 30, true);
    pool.dialFailed(peer(4), 40);
    expect(pool.exportPeers(10)).toEqual([peer(3), peer(2)]);
    expect(pool.exportPeers(1)).toEqual([peer(3)]);
  });
});

describe("peers that come by themselves", () => {
  test("are known under the port they listen on, and not dialled while they stay", () => {
    const pool = poolOf("loopback");
    const from = endpoint("127.0.0.1", 55_555);
    const listening = endpoint("127.0.0.1", 6881);
    pool.incomingConnected(from, 0);
    expect(pool.incomingListensOn(from, 6881, 0)).toBe(false);
    pool.add(listening, "dht", 0);
    expect(dialAll(pool, HOUR_MS)).toEqual([]);
    expect(pool.counts().connected).toBe(1);
    pool.disconnected(from, HOUR_MS, true);
    expect(dialAll(pool, HOUR_MS + 2_000)).toEqual(["127.0.0.1:6881"]);
  });

  test("are found out when the same party is connected already", () => {
    const pool = poolOf("loopback");
    const listening = endpoint("127.0.0.1", 6881);
    pool.add(listening, "dht", 0);
    pool.nextDial(0);
    pool.connected(listening, 0);
    pool.incomingConnected(endpoint("127.0.0.1", 55_555), 0);
    expect(pool.incomingListensOn(endpoint("127.0.0.1", 55_555), 6881, 0)).toBe(true);
    pool.disconnected(endpoint("127.0.0.1", 55_555), 1, false);
    expect(pool.isConnected(listening)).toBe(true);
  });

  test("may not name a port that does not exist", () => {
    const pool = poolOf("loopback");
    pool.incomingConnected(endpoint("127.0.0.1", 55_555), 0);
    for (const port of [0, -1, 65_536, 1.5, Number.NaN])
      expect(pool.incomingListensOn(endpoint("127.0.0.1", 55_555), port, 0)).toBe(false);
    expect(pool.counts().known).toBe(0);
  });
});

describe("whatever happens in whatever order", () => {
  test("counts agree with what happened, nobody is dialled twice at a time, and nobody is lost", () => {
    const kinds = fc.constantFrom("add", "dial", "fail", "connect", "incoming", "drop", "ban", "self");
    const step = fc.record({ kind: kinds, number: fc.nat({ max: 9 }), useful: fc.boolean() });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 80 }), fc.nat(), (steps, seed) => {
        const pool = poolOf("public", seed);
        const dialling = new Map<string, Endpoint>();
        const connected = new Map<string, Endpoint>();
        const gone = new Set<string>();
        const added = new Set<string>();
        let nowMs = 0;
        for (const { kind, number, useful } of steps) {
          nowMs += 7_000;
          const address = peer(number);
          const { host } = address;
          const isFree = !dialling.has(host) && !connected.has(host);
          if (kind === "add" && pool.add(address, "dht", nowMs) === "added") added.add(host);
          if (kind === "dial") {
            const dial = pool.nextDial(nowMs);
            if (dial === undefined) continue;
            expect(dialling.has(dial.address.host) || connected.has(dial.address.host)).toBe(false);
            expect(gone.has(dial.address.host)).toBe(false);
            dialling.set(dial.address.host, dial.address);
          }
          if (kind === "fail" && dialling.delete(host)) pool.dialFailed(address, nowMs);
          if (kind === "connect" && dialling.delete(host)) {
            pool.connected(address, nowMs);
            connected.set(host, address);
          }
          if (kind === "incoming" && isFree && !gone.has(host)) {
            pool.incomingConnected(peer(number, 50_000), nowMs);
            connected.set(host, peer(number, 50_000));
          }
          if (kind === "drop" && connected.has(host)) {
            pool.disconnected(connected.get(host) as Endpoint, nowMs, useful);
            connected.delete(host);
          }
          if ((kind === "ban" || kind === "self") && isFree) {
            if (kind === "ban") bans.ban(address, nowMs);
            if (kind === "ban") pool.banned(address);
            else pool.addSelf(address);
            gone.add(host);
          }
          expect(pool.counts()).toMatchObject({ dialling: dialling.size, connected: connected.size });
        }
        for (const address of dialling.values()) pool.dialFailed(address, nowMs);
        for (const address of connected.values()) pool.disconnected(address, nowMs, true);
        const left = [...added].filter((host) => !gone.has(host)).sort();
        const hosts = dialAll(pool, nowMs + 3 * HOUR_MS).map((text) => text.split(":")[0]);
        expect(hosts.sort()).toEqual(left);
      }),
      { numRuns: fewerFuzzRuns(10) },
    );
  });

  test("dials stay within the places that are free, thirty at a time", () => {
    const pool = poolOf();
    expect([0, 40, 50, 60].map((connections) => pool.wantedDials(connections, 50))).toEqual([30, 10, 0, 0]);
  });
});
