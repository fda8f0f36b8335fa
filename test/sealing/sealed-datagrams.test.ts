/** Datagrams of a sealed network: members understand each other, and nobody else has any effect. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Endpoint, endpoint } from "../../src/core/endpoint.ts";
import type { DatagramSocket } from "../../src/core/ports.ts";
import { MAX_SENT_BYTES } from "../../src/dht/krpc-encoder.ts";
import { SEALING_BYTES } from "../../src/sealing/index.ts";
import { ReplayWindow } from "../../src/sealing/replay-window.ts";
import { DatagramNetwork, UniformLinks, World } from "../../src/sim/index.ts";
import { memberAt, networkOf, sealed, sealerOf, wallOf } from "./support.ts";

const A = endpoint("10.0.0.1", 1000);
const B = endpoint("10.0.0.2", 1000);
const C = endpoint("10.0.0.3", 1000);
const OUTSIDER = endpoint("10.0.9.9", 1000);
const HELLO = Uint8Array.of(1, 2, 3);

/** Members at A and B, and a wire that everything is recorded from. */
function pair(options: { readonly network?: number; readonly aheadMs?: number } = {}) {
  const world = new World("sealed");
  const links = new UniformLinks(world.random.fork("links"), { minRttMs: 10, maxRttMs: 10 });
  const net = new DatagramNetwork(world, links);
  const recorded: Uint8Array[] = [];
  const plainA = net.bind(A);
  const tapped: DatagramSocket = {
    local: A,
    send: (payload, to) => {
      recorded.push(payload.slice());
      plainA.send(payload, to);
    },
    onDatagram: () => {},
    onUnreachable: () => {},
    close: () => plainA.close(),
  };
  plainA.onDatagram = (payload, from) => tapped.onDatagram(payload, from);
  const a = sealed(tapped, networkOf(options.network ?? 1), world, wallOf(world, options.aheadMs ?? 0));
  const b = sealed(net.bind(B), networkOf(1), world);
  const received: { readonly payload: readonly number[]; readonly from: Endpoint }[] = [];
  b.onDatagram = (payload, from) => received.push({ payload: [...payload], from });
  return { world, net, a, b, received, recorded };
}

describe("between two members", () => {
  test("what is sent arrives, and nothing of it can be seen on the way", () => {
    const { world, a, received, recorded } = pair();
    const secret = new TextEncoder().encode("an info-hash or a name");
    a.send(secret, B);
    world.runFor(20);
    expect(received).toEqual([{ payload: [...secret], from: A }]);
    expect(recorded).toHaveLength(1);
    expect(Buffer.from(recorded[0] as Uint8Array).includes("info-hash")).toBe(false);
    expect(recorded[0]).toHaveLength(secret.length + 1 + 12 + 10 + 16);
  });

  test("the longest answer of a node stays within the limit of datagrams", () => {
    const { a, recorded } = pair();
    a.send(new Uint8Array(MAX_SENT_BYTES - SEALING_BYTES), B);
    expect(recorded[0]?.length).toBeLessThanOrEqual(MAX_SENT_BYTES);
  });

  test("what would not fit into a frame of Ethernet is not sent, as uTP's search for the largest size expects", () => {
    const { a, recorded } = pair();
    a.send(new Uint8Array(1_472 - 39), B);
    a.send(new Uint8Array(1_472 - 38), B);
    expect(recorded.map(({ length }) => length)).toEqual([1_472]);
  });

  test("no two datagrams have the same nonce, and equal ones differ", () => {
    const { a, recorded } = pair();
    for (let i = 0; i < 1_000; i++) a.send(HELLO, B);
    expect(new Set(recorded.map((it) => Buffer.from(it.subarray(1, 13)).toString("hex"))).size).toBe(1_000);
  });

  test.each([
    [-119_000, 1, 0],
    [119_000, 1, 0],
    [-122_000, 0, 1],
    [122_000, 0, 1],
  ])("a clock that is %i ms off", (aheadMs, arrived, untimely) => {
    const { world, a, b, received } = pair({ aheadMs });
    a.send(HELLO, B);
    world.runFor(20);
    expect(received).toHaveLength(arrived);
    expect(b.counters.untimely).toBe(untimely);
  });

  test("behind a translator, who asked is answered at an address that he does not know himself", () => {
    const world = new World("translator");
    const links = new UniformLinks(world.random.fork("links"), { minRttMs: 10, maxRttMs: 10 });
    const net = new DatagramNetwork(world, links);
    const home = sealed(net.bind(A, "symmetric"), networkOf(1), world);
    const server = sealed(net.bind(B), networkOf(1), world);
    const answers: number[] = [];
    home.onDatagram = (payload) => answers.push(...payload);
    server.onDatagram = (_payload, from) => server.send(Uint8Array.of(7), from);
    home.send(HELLO, B);
    world.runFor(50);
    expect(answers).toEqual([7]);
  });
});

describe("an outsider", () => {
  test("with another key of the same network is not heard, nor heard of", () => {
    const { world, a, b, received } = pair({ network: 2 });
    a.send(HELLO, B);
    world.runFor(20);
    expect(received).toEqual([]);
    expect(b.counters).toEqual({ foreign: 1, untimely: 0, replayed: 0, misdirected: 0 });
  });

  test("who changed, cut or lengthened a datagram is not heard", () => {
    const { world, net, a, b, received, recorded } = pair();
    a.send(HELLO, B);
    world.runFor(20);
    const datagram = recorded[0] as Uint8Array;
    const forged = fc.oneof(
      fc.tuple(fc.nat(datagram.length - 1), fc.integer({ min: 1, max: 255 })).map(([at, by]) => {
        const changed = datagram.slice();
        changed[at] = (changed[at] as number) ^ by;
        return changed;
      }),
      fc.nat(datagram.length - 1).map((length) => datagram.slice(0, length)),
      fc.uint8Array({ minLength: 1, maxLength: 40 }).map((tail) => Uint8Array.from([...datagram, ...tail])),
      fc.uint8Array({ maxLength: 200 }),
    );
    let tries = 0;
    fc.assert(
      fc.property(forged, (bytes) => {
        net.inject(bytes, A, B);
        world.runFor(20);
        tries++;
        expect(received).toHaveLength(1);
        expect(b.counters.foreign).toBe(tries);
      }),
    );
  });

  test("who repeats a datagram is not heard: at once, later, from elsewhere or to somebody else", () => {
    const { world, net, a, b, received, recorded } = pair();
    const c = sealed(net.bind(C), networkOf(1), world);
    const atC: number[] = [];
    c.onDatagram = (payload) => atC.push(...payload);
    a.send(HELLO, B);
    world.runFor(20);
    const datagram = recorded[0] as Uint8Array;
    net.inject(datagram, A, B);
    net.inject(datagram, OUTSIDER, B);
    net.inject(datagram, OUTSIDER, C);
    world.runFor(20);
    expect(b.counters).toEqual({ foreign: 0, untimely: 0, replayed: 2, misdirected: 0 });
    expect(c.counters.misdirected).toBe(1);
    world.runFor(121_000);
    net.inject(datagram, A, B);
    world.runFor(20);
    expect(b.counters.untimely).toBe(1);
    expect(received).toHaveLength(1);
    expect(atC).toEqual([]);
  });
});

test("a window admits each number once, in any order that datagrams come in", () => {
  fc.assert(
    fc.property(fc.array(fc.nat(5_000), { maxLength: 400 }), (numbers) => {
      const window = new ReplayWindow();
      const seen = new Set<number>();
      let greatest = -1;
      for (const number of numbers) {
        const isExpected = !seen.has(number) && greatest - number < 1_024;
        expect(window.admit(number)).toBe(isExpected);
        if (isExpected) seen.add(number);
        greatest = Math.max(greatest, number);
      }
    }),
  );
});

test("two keys: the old one is spoken until the new one's time has come, and both are understood throughout", () => {
  const world = new World("rotation");
  const startMs = wallOf(world)();
  const before = networkOf(1, 0);
  const both = networkOf(1, 0, startMs + 60_000);
  const next = { id: both.id, keys: both.keys.slice(1) };
  const speaks = (sealer: ReturnType<typeof sealerOf>) => sealer.seal(HELLO, B)?.slice() ?? new Uint8Array(0);
  const [old, rotated, renewed] = [before, both, next].map((network) => sealerOf(network, world));
  if (old === undefined || rotated === undefined || renewed === undefined) throw new Error("three");
  expect(old.open(speaks(rotated), 4)).toMatchObject({ to: B });
  expect(rotated.open(speaks(old), 4)).toMatchObject({ to: B });
  world.runFor(61_000);
  expect(rotated.open(speaks(old), 4)).toMatchObject({ to: B });
  expect(renewed.open(speaks(rotated), 4)).toMatchObject({ to: B });
  expect(rotated.open(speaks(renewed), 4)).toMatchObject({ to: B });
  expect(old.open(speaks(rotated), 4)).toBeUndefined();
});

test("an outsider who records a whole network gets no datagram for what he makes of it, and changes nothing", () => {
  const world = new World("outsider");
  const recorded: { readonly payload: Uint8Array; readonly to: string }[] = [];
  const links = new UniformLinks(world.random.fork("links"), { minRttMs: 10, maxRttMs: 40 });
  const net = new DatagramNetwork(world, {
    delayMs: (from, to) => links.delayMs(from, to),
    isLost: () => false,
    arrivalsMs: (from, to) => [links.delayMs(from, to)],
  });
  const inject = net.inject.bind(net);
  net.inject = (payload, from, to) => {
    if (from.host !== OUTSIDER.host) recorded.push({ payload: payload.slice(), to: to.host });
    inject(payload, from, to);
  };
  const hosts = Array.from({ length: 12 }, (_, i) => endpoint(`10.0.1.${i + 1}`, 6881));
  const members = hosts.map((at, i) => memberAt(net, world, at, hosts.slice(0, i)));
  world.runFor(60_000);
  for (const { node } of members) expect(node.view().state).toBe("joined");

  let toOutsider = 0;
  net.bind(OUTSIDER).onDatagram = () => toOutsider++;
  const picture = ({ node }: (typeof members)[number]): string => {
    const { totals, v4, state } = node.view();
    return JSON.stringify([
      totals,
      state,
      v4?.goodContacts,
      v4?.replacements,
      v4?.keyspace,
      v4?.externalHost,
    ]);
  };
  const pictures = members.map(picture);
  const quietSinceMs = world.nowMs;
  const random = world.random.fork("outsider");
  const own = recorded.slice();
  expect(own.length).toBeGreaterThan(300);
  for (let i = 0; i < 4_000; i++) {
    const { payload } = own[random.integer(own.length)] as { payload: Uint8Array };
    const bytes = payload.slice();
    if (i % 3 === 0) bytes[random.integer(bytes.length)] = random.integer(256);
    inject(bytes, OUTSIDER, hosts[random.integer(hosts.length)] as Endpoint);
  }
  // Their own maintenance has nothing to do so soon.
  world.runFor(25);
  expect(world.nowMs - quietSinceMs).toBe(25);
  expect(toOutsider).toBe(0);
  const refused = members.reduce((sum, { socket: { counters } }) => {
    const { foreign, untimely, replayed, misdirected } = counters;
    return sum + foreign + untimely + replayed + misdirected;
  }, 0);
  expect(refused).toBe(4_000);
  expect(members.map(picture)).toEqual(pictures);
});
