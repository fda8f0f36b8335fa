import { describe, expect, test } from "vitest";
import { type Endpoint, endpoint, formatEndpoint } from "../../src/core/endpoint.ts";
import { DatagramNetwork, type NatKind, UniformLinks, World } from "../../src/sim/index.ts";

const INSIDE = endpoint("20.0.0.1", 6_881);
const FRIEND = endpoint("20.0.1.1", 6_881);
const STRANGER = endpoint("20.0.2.1", 6_881);

/** A node behind a router of `kind` that has just sent to FRIEND; what FRIEND saw it come from, and what gets in. */
function behind(kind: NatKind) {
  const world = new World(1);
  const network = new DatagramNetwork(world, new UniformLinks(world.random, { minRttMs: 20, maxRttMs: 20 }));
  const got: string[] = [];
  const inside = network.bind(INSIDE, kind);
  inside.onDatagram = (_, from) => got.push(from.host);
  const seen: Endpoint[] = [];
  const friend = network.bind(FRIEND);
  friend.onDatagram = (_, from) => seen.push(from);
  const friendsOtherPort = network.bind(endpoint(FRIEND.host, FRIEND.port + 1));
  const stranger = network.bind(STRANGER);
  stranger.onDatagram = (_, from) => seen.push(from);
  const sendTo = (to: Endpoint): Endpoint => {
    inside.send(Uint8Array.of(1), to);
    world.runFor(100);
    return seen.at(-1) as Endpoint;
  };
  return { world, got, friend, friendsOtherPort, stranger, sendTo, outside: sendTo(FRIEND) };
}

describe("a router", () => {
  test.each(["full-cone", "address-restricted", "port-restricted", "symmetric"] as const)(
    "of kind %s lets answers in",
    (kind) => {
      const { world, got, friend, outside } = behind(kind);
      friend.send(Uint8Array.of(2), outside);
      world.runFor(100);
      expect(got).toEqual([FRIEND.host]);
    },
  );

  test.each([
    ["full-cone", [STRANGER.host]],
    ["address-restricted", []],
    ["port-restricted", []],
    ["symmetric", []],
  ] as const)("of kind %s lets strangers in: %j", (kind, expected) => {
    const { world, got, stranger, outside } = behind(kind);
    stranger.send(Uint8Array.of(2), outside);
    world.runFor(100);
    expect(got).toEqual(expected);
  });

  test.each([
    ["full-cone", true],
    ["port-restricted", true],
    ["symmetric", false],
  ] as const)("of kind %s shows the same port to everybody: %s", (kind, isSame) => {
    const { outside, sendTo } = behind(kind);
    const other = sendTo(STRANGER);
    expect(formatEndpoint(other) === formatEndpoint(outside)).toBe(isSame);
  });

  test.each([
    ["address-restricted", 1],
    ["port-restricted", 0],
  ] as const)("of kind %s lets a known host in from another port: %i", (kind, expected) => {
    const { world, got, friendsOtherPort, outside } = behind(kind);
    friendsOtherPort.send(Uint8Array.of(2), outside);
    world.runFor(100);
    expect(got.length).toBe(expected);
  });

  test("closes the way in when nothing went out for a minute", () => {
    const { world, got, friend, outside } = behind("full-cone");
    world.runFor(60_000);
    friend.send(Uint8Array.of(2), outside);
    world.runFor(100);
    expect(got).toEqual([]);
  });
});
