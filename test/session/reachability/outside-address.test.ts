/** How we look from outside, by what strangers, nodes and the router say. */
import { expect, test } from "vitest";
import { endpoint } from "../../../src/core/endpoint.ts";
import { OutsideAddress } from "../../../src/session/reachability/outside-address.ts";
import { NO_MAPPING } from "../../../src/session/reachability/port-mapping.ts";

const OURS = "203.0.114.7";
const peerIn = (network: number) => endpoint(`80.1.${network}.9`, 51_413);

function newOutside() {
  let changes = 0;
  const outside = new OutsideAddress("public", 6881, () => changes++);
  return { outside, changes: () => changes };
}

test("one peer's word is not believed, nor that of many in one network; of three networks it is", () => {
  const { outside, changes } = newOutside();
  outside.saidByPeer(OURS, peerIn(1));
  for (let port = 1; port < 50; port++) outside.saidByPeer(OURS, { ...peerIn(1), port });
  expect(outside.hosts).toEqual([]);
  outside.saidByPeer(OURS, peerIn(2));
  outside.saidByPeer(OURS, peerIn(3));
  expect(outside.hosts).toEqual([OURS]);
  expect(changes()).toBe(1);
});

test("an address that cannot be ours out there is nobody's vote", () => {
  const { outside } = newOutside();
  for (const host of ["10.0.0.1", "127.0.0.1", "0.0.0.0", "224.0.0.1", "::1", "fe80::1"])
    for (let network = 1; network < 10; network++) outside.saidByPeer(host, peerIn(network));
  outside.saidByDht(4, "192.168.1.9");
  outside.saidByRouter({ ...NO_MAPPING, outsideHost: "100.64.0.1" });
  expect(outside.hosts).toEqual([]);
});

test("DHT nodes count more than peers, and peers more than the router; families are apart", () => {
  const { outside } = newOutside();
  outside.saidByRouter({ ...NO_MAPPING, outsideHost: "80.9.9.9", tcpPort: 7_000 });
  expect([outside.hosts, outside.port]).toEqual([["80.9.9.9"], 7_000]);
  for (const network of [1, 2, 3]) outside.saidByPeer(OURS, peerIn(network));
  for (const network of [1, 2, 3]) outside.saidByPeer("2a00:7::1", peerIn(network));
  expect(outside.hosts).toEqual([OURS, "2a00:7::1"]);
  outside.saidByDht(4, "80.8.8.8");
  expect(outside.hosts).toEqual(["80.8.8.8", "2a00:7::1"]);
  outside.forget();
  expect([outside.hosts, outside.port]).toEqual([[], 6881]);
});
