/** What a session remembers of the DHT, and what it tells of it. */
import { describe, expect, test } from "vitest";
import { DHT_DETAILS } from "../../src/session/session-view.ts";
import { filledFile } from "../support/filled-torrent.ts";
import { magnetOf, SessionWorld } from "./support/session-world.ts";

const ROUTER_HOST = "10.0.0.1";
const FILE = filledFile("one.bin", 100_000, 32_768);

describe("the DHT of a session", () => {
  test("is joined again through remembered contacts when the bootstrap node is gone", async () => {
    const net = new SessionWorld(81);
    await net.openSeeder("10.0.1.1", FILE);
    const first = await net.open("10.0.2.1");
    await net.until(() => first.session.getSnapshot().dht.goodNodes >= 2);
    await net.close(first);
    net.datagrams.silentHosts.add(ROUTER_HOST);
    const again = await net.open("10.0.2.1", { memory: first.memory });
    const { id } = await net.settled(again.session.commands.add(magnetOf(FILE), {}));
    await net.untilPhase(again, id, "seeding");

    expect(again.session.getSnapshot().dht.bootstrap).toEqual([
      { address: "10.0.0.1:6881", state: expect.stringMatching(/asked|silent|untried/) },
    ]);
  });

  test("is joined from the generation of contacts before a torn one", async () => {
    const net = new SessionWorld(82);
    await net.openSeeder("10.0.1.1", FILE);
    const first = await net.open("10.0.2.1");
    await net.until(() => first.session.getSnapshot().dht.goodNodes >= 2);
    await net.close(first);
    const [name, newest] = [...first.memory.records].find(([key]) => key.startsWith("dht")) ?? [];
    if (name === undefined || newest === undefined) throw new Error("nothing was saved of the DHT");
    first.memory.formerRecords.set(name, newest);
    first.memory.records.set(name, newest.subarray(0, newest.length - 5));
    net.datagrams.silentHosts.add(ROUTER_HOST);
    const again = await net.open("10.0.2.1", { memory: first.memory });

    await net.until(() => again.session.getSnapshot().dht.state === "joined");
  });

  test("is shown in full to those who ask, with the way of each search", async () => {
    const net = new SessionWorld(84);
    await net.openSeeder("10.0.1.1", FILE);
    const viewer = await net.open("10.0.2.1");
    const { id } = await net.settled(viewer.session.commands.add(magnetOf(FILE), {}));
    await net.untilPhase(viewer, id, "seeding");
    expect(viewer.session.getSnapshot().dht.details).toBeNull();
    expect(viewer.session.getSnapshot().torrents[0]).toMatchObject({ pieces: null, dhtTrail: null });

    await net.settled(viewer.session.commands.watchDetails([id, DHT_DETAILS]));
    await net.runFor(2_000);
    const { dht, torrents } = viewer.session.getSnapshot();

    const contacts = dht.details?.buckets.reduce(
      (sum, { good, doubtful, bad }) => sum + good + doubtful + bad,
      0,
    );
    expect(contacts).toBeGreaterThan(0);
    expect(dht.details?.keyspace.reduce((sum, count) => sum + count, 0)).toBe(contacts);
    expect(torrents[0]?.pieces).toMatchObject({ sliceCount: 4, have: "9999", active: "0000" });
    expect(torrents[0]?.files[0]).toMatchObject({ reachableRatio: 1 });
    expect(torrents[0]?.dhtTrail).toMatchObject({ isRunning: false, steps: expect.any(Array) });
    expect(torrents[0]?.dhtTrail?.storedOn).toBeGreaterThan(0);
    expect(torrents[0]?.dhtTrail?.steps.length).toBeGreaterThan(0);
  });

  test("of one network never meets the contacts of another", async () => {
    const net = new SessionWorld(83);
    await net.openSeeder("10.0.1.1", FILE);
    const first = await net.open("10.0.2.1");
    await net.until(() => first.session.getSnapshot().dht.goodNodes >= 2);
    await net.close(first);
    const elsewhere = await net.open("10.0.3.1", { memory: first.memory, bootstrap: ["10.0.8.8:6881"] });
    await net.runFor(60_000);

    expect(elsewhere.session.getSnapshot().dht).toMatchObject({
      goodNodes: 0,
      bootstrap: [{ address: "10.0.8.8:6881", state: "silent" }],
    });
  });
});
