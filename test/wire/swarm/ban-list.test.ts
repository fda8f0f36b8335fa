/** Parties that are not talked to (threats W6). */
import { describe, expect, test } from "vitest";
import { endpoint } from "../../../src/core/endpoint.ts";
import { BanList } from "../../../src/wire/swarm/ban-list.ts";

const DAY_MS = 86_400_000;
const address = endpoint("8.8.8.8", 6881);
const neighbour = endpoint("8.8.8.8", 6882);

describe("the ban list", () => {
  test("holds a party for a day, then forgets it", () => {
    const bans = new BanList("public");
    bans.ban(address, 1_000);
    expect(bans.has(address, 1_000 + DAY_MS - 1)).toBe(true);
    expect(bans.size).toBe(1);
    expect(bans.has(address, 1_000 + DAY_MS)).toBe(false);
    expect(bans.size).toBe(0);
  });

  test("bans every port of a public address, and one port where many share an address", () => {
    const everywhere = new BanList("public");
    everywhere.ban(address, 0);
    expect(everywhere.has(neighbour, 0)).toBe(true);
    const here = new BanList("loopback");
    here.ban(endpoint("127.0.0.1", 1), 0);
    expect(here.has(endpoint("127.0.0.1", 1), 0)).toBe(true);
    expect(here.has(endpoint("127.0.0.1", 2), 0)).toBe(false);
  });

  test("lifts a ban", () => {
    const bans = new BanList("public");
    bans.banParty("8.8.8.8", 0);
    expect(bans.has(address, 0)).toBe(true);
    bans.pardonParty("8.8.8.8");
    expect(bans.has(address, 0)).toBe(false);
  });

  test("holds 4,096 parties; the one that was banned longest ago goes first, a renewed ban counts as new", () => {
    const bans = new BanList("public");
    for (let i = 0; i < 4_096; i++) bans.banParty(`party ${i}`, 0);
    bans.banParty("party 0", 1);
    bans.ban(address, 2);
    expect(bans.size).toBe(4_096);
    const parties = bans.exportBans(2).map(({ party }) => party);
    expect(parties).toContain("party 0");
    expect(parties).not.toContain("party 1");
    expect(parties.at(-1)).toBe("8.8.8.8");
  });

  test("survives being saved, and saves nothing that is over", () => {
    const bans = new BanList("public");
    bans.ban(address, 0);
    bans.ban(endpoint("9.9.9.9", 1), DAY_MS / 2);
    const saved = bans.exportBans(DAY_MS);
    expect(saved).toEqual([{ party: "9.9.9.9", remainingMs: DAY_MS / 2 }]);
    const later = new BanList("public");
    later.importBans(saved, 5);
    expect(later.has(endpoint("9.9.9.9", 7), 5 + DAY_MS / 2 - 1)).toBe(true);
    expect(later.has(endpoint("9.9.9.9", 7), 5 + DAY_MS / 2)).toBe(false);
  });

  test("believes no saved ban that is over, meaningless, or longer than a new one", () => {
    const bans = new BanList("public");
    bans.importBans(
      [
        { party: "1.1.1.1", remainingMs: 0 },
        { party: "1.1.1.2", remainingMs: -5 },
        { party: "1.1.1.3", remainingMs: Number.NaN },
        { party: "8.8.8.8", remainingMs: 1_000 * DAY_MS },
      ],
      0,
    );
    expect(bans.exportBans(0)).toEqual([{ party: "8.8.8.8", remainingMs: DAY_MS }]);
  });
});
