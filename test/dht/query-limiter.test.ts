import { describe, expect, test } from "vitest";
import { endpoint } from "../../src/core/endpoint.ts";
import { limitsOfAskers, limitsOfOurQueries, QueryLimiter } from "../../src/dht/query-limiter.ts";
import { ReplyBudget } from "../../src/dht/reply-budget.ts";
import { SeededRandom } from "../../src/sim/index.ts";

const FLOODER = endpoint("9.9.9.9", 6881);
const limiterFor = (profile: "public" | "loopback", limits = limitsOfAskers(profile)) =>
  new QueryLimiter(limits, profile, new SeededRandom(1));

/** A public address per number. */
const hostOf = (i: number) =>
  endpoint(`${20 + (i >> 20)}.${(i >> 12) & 255}.${(i >> 4) & 255}.${i & 15}`, 6881);

function admitted(
  limiter: QueryLimiter,
  queries: number,
  everyMs: number,
  startMs = 0,
  from = FLOODER,
): number {
  let count = 0;
  for (let i = 0; i < queries; i++) if (limiter.admits(from, startMs + i * everyMs)) count++;
  return count;
}

describe("the query limiter", () => {
  test("answers at most 50 of 10,000 queries in 10 seconds, then is silent for five minutes, D3, DH01", () => {
    const limiter = limiterFor("public");
    expect(admitted(limiter, 10_000, 1)).toBe(50);
    expect(admitted(limiter, 280, 1_000, 10_000)).toBe(0);
    expect(limiter.admits(FLOODER, 301_000)).toBe(true);
  });

  test("leaves a steady asker alone", () => {
    expect(admitted(limiterFor("public"), 10_000, 250)).toBe(10_000);
  });

  test("counts ports of one address together in `public`, apart elsewhere", () => {
    const ports = Array.from({ length: 200 }, (_, i) => endpoint("127.0.0.1", 1000 + i));
    const countOf = (profile: "public" | "loopback") => {
      const limiter = limiterFor(profile, limitsOfAskers("public"));
      return ports.filter((port) => limiter.admits(port, 0)).length;
    };
    expect(countOf("public")).toBe(50);
    expect(countOf("loopback")).toBe(200);
  });

  test("counts an IPv6 /64 as one party", () => {
    const limiter = limiterFor("public");
    const hosts = Array.from({ length: 200 }, (_, i) => endpoint(`2001:470:1:1::${(i + 1).toString(16)}`, 1));
    expect(hosts.filter((host) => limiter.admits(host, 0)).length).toBe(50);
    expect(limiter.admits(endpoint("2001:470:1:2::1", 1), 0)).toBe(true);
  });

  test("lets neighbours ask a hundred times as much, and forgives them when the window ends", () => {
    const limiter = limiterFor("loopback");
    expect(admitted(limiter, 10_000, 1)).toBe(5_000);
    expect(admitted(limiter, 10, 1, 10_000)).toBe(10);
  });

  test("holds our own queries to a stranger below what libtorrent blocks for", () => {
    const limiter = limiterFor("public", limitsOfOurQueries("public"));
    expect(admitted(limiter, 3_000, 10)).toBe(3 * 40);
  });

  test("keeps a flooder silent and honest askers answered under a flood of forged addresses, DH02", () => {
    const limiter = limiterFor("public");
    admitted(limiter, 100, 1);
    let answered = 0;
    const honest = endpoint("5.5.5.5", 1);
    for (let i = 0; i < 200_000; i++) {
      const nowMs = 100 + i / 10;
      limiter.admits(hostOf(i), nowMs);
      if (i % 2_500 === 0) {
        if (limiter.admits(honest, nowMs)) answered++;
        expect(limiter.admits(FLOODER, nowMs)).toBe(false);
      }
    }
    expect(answered).toBe(80);
  });
});

describe("the reply budget", () => {
  test("keeps answers at the given rate with a burst of three seconds, DH03", () => {
    const budget = new ReplyBudget(400, 0);
    let sent = 0;
    for (let nowMs = 0; nowMs < 100_000; nowMs += 50) {
      if (!budget.mayAnswer(nowMs)) continue;
      budget.spend(68);
      sent += 68;
    }
    expect(sent).toBeGreaterThan(0.95 * (400 * 100 + 1_200));
    expect(sent).toBeLessThan(1.05 * (400 * 100 + 1_200));
  });

  test("saves no more than its burst while idle", () => {
    const budget = new ReplyBudget(1_000, 0);
    let answers = 0;
    while (budget.mayAnswer(3_600_000)) {
      budget.spend(100);
      answers++;
    }
    expect(answers).toBe(30);
  });
});
