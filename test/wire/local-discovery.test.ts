import { describe, expect, test } from "vitest";
import { toHex, utf8Bytes } from "../../src/core/bytes.ts";
import { formatEndpoint } from "../../src/core/endpoint.ts";
import { type InfoHash, infoHashFrom } from "../../src/core/ids.ts";
import { GroupNetwork, World } from "../../src/sim/index.ts";
import { LOCAL_GROUPS, LocalDiscovery } from "../../src/wire/index.ts";
import { decodeLocalAnnounce } from "../../src/wire/protocol/local-announce.ts";

const MINUTE_MS = 60_000;

const hash = (number: number): InfoHash => {
  const bytes = new Uint8Array(20);
  new DataView(bytes.buffer).setUint32(0, number);
  return infoHashFrom(bytes);
};

/** A local network, whoever looks for neighbours there, and what an onlooker sees. */
function lan() {
  const world = new World("lan");
  const groups = new GroupNetwork(world);
  const seen: { atMs: number; from: string; hashes: number }[] = [];
  groups.join(LOCAL_GROUPS[4], "10.0.0.250").onDatagram = (payload, from) => {
    const announce = decodeLocalAnnounce(payload);
    seen.push({ atMs: world.nowMs, from: from.host, hashes: announce?.infoHashes.length ?? 0 });
  };
  return {
    world,
    groups,
    seen,
    join: (host: string) =>
      new LocalDiscovery({
        clock: world.clock,
        random: world.random.fork(host),
        sockets: [groups.join(LOCAL_GROUPS[4], host)],
        listenPort: 6_881,
      }),
  };
}

describe("local discovery", () => {
  test("neighbours with the same torrent find each other, others do not hear of it", () => {
    const { world, join } = lan();
    const found: string[] = [];
    const note = (who: string) => (peer: { host: string; port: number; family: 4 | 6 }) =>
      found.push(`${who} ${formatEndpoint(peer)}`);
    const one = join("10.0.0.1");
    const two = join("10.0.0.2");
    const far = join("10.0.1.3");
    two.announce(hash(1), note("two"));
    one.announce(hash(1), note("one"));
    one.announce(hash(2), note("one's other"));
    far.announce(hash(1), note("far"));

    world.runFor(5_000);

    expect(found.sort()).toEqual(["one 10.0.0.2:6881", "two 10.0.0.1:6881"]);
  });

  test("a torrent is announced every five minutes, and announces are a minute apart", () => {
    const { world, seen, join } = lan();
    const discovery = join("10.0.0.1");
    discovery.announce(hash(1), () => {});
    world.runFor(30_000);
    discovery.announce(hash(2), () => {});
    world.runFor(21 * MINUTE_MS);

    const times = seen.map(({ atMs }) => atMs);
    for (let i = 1; i < times.length; i++)
      expect((times[i] as number) - (times[i - 1] as number)).toBeGreaterThanOrEqual(MINUTE_MS);
    expect(seen.reduce((sum, { hashes }) => sum + hashes, 0)).toBe(2 * 5);
  });

  test("a thousand torrents are all announced within six minutes, by ten datagrams a minute at most", () => {
    const { world, seen, join } = lan();
    const discovery = join("10.0.0.1");
    for (let i = 0; i < 1_000; i++) discovery.announce(hash(i), () => {});

    world.runFor(5 * MINUTE_MS);

    expect(seen.reduce((sum, { hashes }) => sum + hashes, 0)).toBe(1_000);
    const byMinute = new Map<number, number>();
    for (const { atMs } of seen) byMinute.set(atMs, (byMinute.get(atMs) ?? 0) + 1);
    expect(Math.max(...byMinute.values())).toBe(10);
  });

  test("a torrent that is gone is announced no more, and its finder hears nothing", () => {
    const { world, seen, join } = lan();
    const found: unknown[] = [];
    const announce = join("10.0.0.1").announce(hash(1), (peer) => found.push(peer));
    world.runFor(5_000);
    announce[Symbol.dispose]();
    join("10.0.0.2").announce(hash(1), () => {});
    world.runFor(20 * MINUTE_MS);

    expect(seen.filter(({ from }) => from === "10.0.0.1")).toHaveLength(1);
    expect(found).toEqual([]);
  });

  test("a network that shouts is listened to ten times a second", () => {
    const { world, groups, join } = lan();
    let found = 0;
    join("10.0.0.1").announce(hash(1), () => {
      found++;
    });
    const loud = groups.join(LOCAL_GROUPS[4], "10.0.0.9");
    const shout = utf8Bytes(`BT-SEARCH * HTTP/1.1\r\nPort: 1\r\nInfohash: ${toHex(hash(1))}\r\n\r\n\r\n`);
    for (let i = 0; i < 1_000; i++) {
      world.runFor(10);
      loud.send(shout);
    }

    expect(found).toBeGreaterThan(90);
    expect(found).toBeLessThan(130);
  });

  test("its own announces do not come back to it, whatever address they seem to be from", () => {
    const { world, join } = lan();
    const found: unknown[] = [];
    const discovery = join("10.0.0.1");
    discovery.announce(hash(1), (peer) => found.push(peer));

    world.runFor(20 * MINUTE_MS);
    discovery.close();

    expect(found).toEqual([]);
  });
});
