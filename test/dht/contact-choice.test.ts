import { describe, expect, test } from "vitest";
import { endpoint } from "../../src/core/endpoint.ts";
import { type NodeId, nodeIdFrom } from "../../src/core/ids.ts";
import { reserveToTry } from "../../src/dht/contact-choice.ts";
import { SHIPPING } from "../../src/dht/index.ts";
import { RoutingTable } from "../../src/dht/routing-table.ts";

const QUARANTINE_MS = 30_000;
const ENOUGH = 4;

/** Farthest bucket of a node whose id is all zeros. */
const farId = (i: number): NodeId => {
  const id = new Uint8Array(20);
  id[0] = 0x80;
  id[1] = i;
  return nodeIdFrom(id);
};
const hostOf = (i: number) => endpoint(`20.0.${i}.1`, 6881);

/** A table with `proven` contacts that answered, and one node that asked us at 0. */
function tableWith(proven: number): RoutingTable {
  const table = new RoutingTable({
    localNodeId: nodeIdFrom(new Uint8Array(20)),
    family: 4,
    addressProfile: "public",
    k: 8,
    tuning: SHIPPING,
  });
  for (let i = 1; i <= proven; i++) table.answered(farId(i), hostOf(i), 0, 50);
  table.heard(farId(200), hostOf(200), 0, "asked-us");
  return table;
}

const triedAt = (table: RoutingTable, nowMs: number) => reserveToTry(table, nowMs, QUARANTINE_MS, ENOUGH);

describe("a node that asked us and waits for a place", () => {
  test("is asked at once where its bucket is poor: it may be next to us", () => {
    expect(triedAt(tableWith(ENOUGH - 1), 1_000)?.endpoint).toEqual(hostOf(200));
  });

  test("waits until the way into its router has closed where the bucket has enough others", () => {
    const table = tableWith(ENOUGH);
    expect(triedAt(table, QUARANTINE_MS - 1)).toBeUndefined();
    expect(triedAt(table, QUARANTINE_MS)?.endpoint).toEqual(hostOf(200));
  });
});
