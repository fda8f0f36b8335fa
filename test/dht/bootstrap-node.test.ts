/** A bootstrap node lets newcomers in, and nothing that strangers do spoils what it hands out. */
import { expect, test } from "vitest";
import { toHex } from "../../src/core/bytes.ts";
import { endpoint } from "../../src/core/endpoint.ts";
import { MAX_WAITING } from "../../src/dht/waiting-askers.ts";
import { BootstrapDoor, MINUTE_MS, type Stranger } from "./bootstrap-door.ts";
import { DhtWorld, type WorldNode } from "./dht-world.ts";

const idOf = ({ id }: Stranger): string => toHex(id);
const FIRST_OF_THE_FLOOD = 10_000;

/** `count` nodes that asked to be let in, and answered when their time had come. */
function doorWith(count: number): { readonly door: BootstrapDoor; readonly members: readonly Stranger[] } {
  const door = new BootstrapDoor();
  const members = Array.from({ length: count }, (_, i) => door.stranger(i));
  for (const member of members) {
    door.live(member);
    door.asksToBeLetIn(member);
    door.world.runFor(100);
  }
  door.world.runFor(17 * MINUTE_MS);
  return { door, members };
}

const introductions = (door: BootstrapDoor) => door.node.view().v4?.introductions;

test("newcomers are handed on to nodes all over the network, each of them as often as every other", () => {
  const { door, members } = doorWith(400);
  expect(introductions(door)).toEqual({ ready: 400, waiting: 0 });
  const named = new Map<string, number>();
  for (let i = 0; i < 800; i++) {
    const ids = door.asksToBeLetIn(door.stranger(1_000 + i));
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids).toHaveLength(16);
    for (const id of ids.slice(8)) named.set(id, (named.get(id) ?? 0) + 1);
  }
  expect([...named.keys()].sort()).toEqual(members.map(idOf).sort());
  // Whoever stands among the closest already is passed over, and the next one is named a little oftener.
  const counts = [...named.values()];
  expect(Math.max(...counts)).toBeLessThanOrEqual(3 * Math.min(...counts));
});

test("who asks for something else is told the closest nodes, and no others", () => {
  const { door } = doorWith(100);
  const { id, at } = door.stranger(1_000);
  expect(door.asks(door.queryOf(id, door.random.bytes(20)), at)).toHaveLength(8);
});

test("who has gone within a quarter of an hour, or cannot be reached, is handed to nobody", () => {
  const door = new BootstrapDoor();
  const visitors = Array.from({ length: 50 }, (_, i) => door.stranger(i));
  for (const visitor of visitors) {
    door.live(visitor);
    door.asksToBeLetIn(visitor);
  }
  door.world.runFor(10 * MINUTE_MS);
  for (const visitor of visitors) door.die(visitor);
  door.world.runFor(10 * MINUTE_MS);
  expect(introductions(door)).toEqual({ ready: 0, waiting: 0 });
});

test("who does not answer any more is handed to nobody, until he answers again", () => {
  const { door, members } = doorWith(40);
  const gone = members.slice(0, 10);
  for (const member of gone) door.die(member);
  door.world.runFor(11 * MINUTE_MS);
  expect(introductions(door)?.ready).toBe(30);
  for (const member of gone) door.live(member);
  door.world.runFor(11 * MINUTE_MS);
  expect(introductions(door)?.ready).toBe(40);
});

test("who says that he is read-only is let in and not kept, BEP 43", () => {
  const { door } = doorWith(40);
  const guest = door.stranger(1_000);
  expect(door.asksToBeLetIn(guest, true).length).toBeGreaterThan(8);
  expect(introductions(door)).toEqual({ ready: 40, waiting: 0 });
});

test("who asks again and again gets three nodes, and after five minutes of peace as many as anybody", () => {
  const { door } = doorWith(40);
  const repeater = door.stranger(1_000);
  const sizes = [1, 2, 3, 4].map(() => door.asksToBeLetIn(repeater).length);
  expect(sizes).toEqual([16, 16, 3, 3]);
  // What he asks beside that is answered as ever: he may be looking for something.
  expect(door.asks(door.queryOf(repeater.id, door.random.bytes(20)), repeater.at)).toHaveLength(8);
  door.world.runFor(6 * MINUTE_MS);
  expect(door.asksToBeLetIn(repeater)).toHaveLength(16);
});

test("a flood of twenty-five thousand one-time askers takes nobody's place, and no more memory than is meant for it, D10", () => {
  const { door, members } = doorWith(60);
  for (let i = 0; i < 25_000; i++) {
    door.asksToBeLetIn(door.stranger(FIRST_OF_THE_FLOOD + i));
    if (i % 100 !== 0) continue;
    door.world.runFor(50);
    expect(introductions(door)?.waiting).toBeLessThanOrEqual(MAX_WAITING);
  }
  for (let minutes = 0; minutes < 30; minutes++) {
    door.world.runFor(MINUTE_MS);
    const newcomer = door.asksToBeLetIn(door.stranger(1_000 + minutes));
    const known = new Set(members.map(idOf));
    expect(newcomer.filter((id) => known.has(id))).toHaveLength(newcomer.length);
  }
  expect(introductions(door)?.ready).toBe(60);
}, 30_000);

test("a node that asks while a flood of others does becomes one that is handed out all the same", () => {
  const { door } = doorWith(20);
  for (let i = 0; i < 8_000; i++) door.asksToBeLetIn(door.stranger(FIRST_OF_THE_FLOOD + i));
  const honest = door.stranger(1_000);
  door.live(honest);
  door.asksToBeLetIn(honest);
  door.world.runFor(20 * MINUTE_MS);
  expect(introductions(door)?.ready).toBe(21);
});

test("a reply with a transaction that was not made for that very address introduces nobody", () => {
  const door = new BootstrapDoor();
  const [overheard, forger] = [door.stranger(1), door.stranger(2)];
  door.asksToBeLetIn(overheard);
  door.world.runFor(17 * MINUTE_MS);
  const cookie = door.lastCookie as Uint8Array;
  const before = door.node.view().totals.unmatchedIn;
  for (const transaction of [cookie, ...Array.from({ length: 99 }, () => door.random.bytes(8))])
    door.reply(transaction, forger);
  expect(door.node.view().totals.unmatchedIn - before).toBe(100);
  expect(introductions(door)?.ready).toBe(0);
  door.reply(cookie, overheard);
  expect(introductions(door)?.ready).toBe(1);
});

test("a restart asks those of before over a minute, and hands out those that are still there", () => {
  const { door, members } = doorWith(200);
  door.restart();
  expect(introductions(door)).toEqual({ ready: 0, waiting: 0 });
  for (const member of members.slice(0, 50)) door.die(member);
  door.world.runFor(90_000);
  expect(introductions(door)?.ready).toBe(150);
  // 200 in a minute, and the contacts of the table at the pace of every node that joins.
  expect(Math.max(...door.pingsBySecond.values())).toBeLessThan(64);
});

test("a restart among fifty nodes costs far less than their start, and whom it knew it hands out again", () => {
  const lab = new DhtWorld({ seed: 6, minRttMs: 10, maxRttMs: 150 });
  const door = lab.add({ introduces: true });
  lab.addMany(50, [door.endpoint], 500);
  const packetsOfStart = lab.network.packetsSent;
  lab.world.runFor(17 * MINUTE_MS);
  const saved = door.node.exportState();
  door.stop();
  const before = lab.network.packetsSent;
  const { host, port } = door.endpoint;
  const again = lab.add({ introduces: true, host, port, saved });
  lab.world.runFor(MINUTE_MS);
  const packetsOfRestart = lab.network.packetsSent - before;
  console.log(`${packetsOfStart} packets at the start, ${packetsOfRestart} in the minute of the restart`);
  expect(packetsOfRestart).toBeLessThan(packetsOfStart / 4);
  expect(again.node.view().v4?.introductions?.ready).toBeGreaterThan(45);
});

test("on a local network many nodes behind one address are all handed out, D10", () => {
  const door = new BootstrapDoor({ addressProfile: "lan" });
  const members = Array.from({ length: 30 }, (_, i) => ({
    at: endpoint("10.0.0.9", 7_000 + i),
    id: door.stranger(i).id,
  }));
  for (const member of members) {
    door.live(member);
    door.asksToBeLetIn(member);
  }
  door.world.runFor(17 * MINUTE_MS);
  expect(introductions(door)?.ready).toBe(30);
});

/** Virtual milliseconds from the start of each of 60 nodes, which come within four seconds, until it has its place. */
function joinTimes(introduces: boolean): readonly number[] {
  const lab = new DhtWorld({ seed: 5, minRttMs: 10, maxRttMs: 150 });
  const door = lab.add({ introduces });
  // A network that has been there for long enough to be handed out.
  lab.addMany(40, [door.endpoint], 1_000);
  lab.world.runFor(17 * MINUTE_MS);
  const joining = new Map<WorldNode, number>();
  const times: number[] = [];
  for (let ticks = 0; ticks < 150; ticks++) {
    if (ticks < 60) joining.set(lab.add({ bootstrap: [door.endpoint] }), lab.world.nowMs);
    lab.world.runFor(66);
    for (const [comer, startedMs] of joining) {
      if (!comer.events.some(({ kind }) => kind === "joined")) continue;
      joining.delete(comer);
      times.push(lab.world.nowMs - startedMs);
    }
  }
  return times.sort((a, b) => a - b);
}

test("60 nodes that come within four seconds join through it as soon as through an ordinary node", () => {
  const [ordinary, bootstrap] = [joinTimes(false), joinTimes(true)];
  console.log(`median ${ordinary[30]} and ${bootstrap[30]} ms, last ${ordinary[59]} and ${bootstrap[59]} ms`);
  expect([ordinary.length, bootstrap.length]).toEqual([60, 60]);
  expect(bootstrap[30]).toBeLessThanOrEqual(1.2 * (ordinary[30] as number));
}, 30_000);
