import { expect, test } from "vitest";
import { AddressPlan, INHABITED_NETWORKS, networkOf, nodeIdFor } from "./addresses.ts";

test("the inhabitants live in sixty different /24 networks", () => {
  const plan = new AddressPlan();
  const addresses = Array.from({ length: 3 * INHABITED_NETWORKS }, () => plan.inhabitant());
  expect(new Set(addresses).size).toBe(addresses.length);
  expect(new Set(addresses.map(networkOf)).size).toBe(INHABITED_NETWORKS);
});

test("no two visitors share a network with each other or with an inhabitant", () => {
  const plan = new AddressPlan();
  const visitors = Array.from({ length: 300 }, () => networkOf(plan.visitor()));
  const inhabitants = Array.from({ length: INHABITED_NETWORKS }, () => networkOf(plan.inhabitant()));
  expect(new Set([...visitors, ...inhabitants]).size).toBe(300 + INHABITED_NETWORKS);
});

// the table at the end of BEP 42: address, last byte of the id, first 21 bits
test.each([
  ["124.31.75.21", 1, "5fbfb"],
  ["21.75.31.124", 86, "5a3ce"],
  ["65.23.51.170", 22, "a5d43"],
  ["84.124.73.14", 65, "1b032"],
  ["43.213.53.83", 90, "e56f6"],
])("the node id for %s agrees with BEP 42", (address, last, prefix) => {
  const random = new Uint8Array(20);
  random[19] = last;
  expect(nodeIdFor(address, random).slice(0, 5)).toBe(prefix);
});
