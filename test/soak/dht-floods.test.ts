/** Floods of a DHT node in a namespace at full length (threats, section 3.2); small ones run in `npm run test:interop`. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { FloodedNode } from "../interop/support/dht-flooder.ts";
import { Lab } from "../interop/support/lab.ts";

let lab: Lab;
let node: FloodedNode;

beforeAll(async () => {
  lab = new Lab();
  node = await FloodedNode.open(lab);
});

afterAll(() => lab?.close());

test("10,000 queries in ten seconds from one address, DH01", async () => {
  const flood = { floodFrom: 1, perSecond: 1_000, askFrom: 100, askPerSecond: 10, seconds: 10 };
  const { flooded, floodAnswers, asked, askAnswers } = await node.flood(flood);
  console.log(`${flooded} queries, ${floodAnswers} answers; ${askAnswers} of ${asked} of the others'`);
  expect(floodAnswers).toBeLessThanOrEqual(50);
  expect(askAnswers / asked).toBeGreaterThanOrEqual(0.95);
});

test("100,000 queries from five thousand addresses, DH02", async () => {
  const flood = { floodFrom: 5_000, perSecond: 5_000, askFrom: 1, askPerSecond: 2, seconds: 20 };
  const { flooded, asked, askAnswers } = await node.flood(flood);
  console.log(`${flooded} queries; ${askAnswers} of ${asked} of the steady asker's were answered`);
  expect(askAnswers / asked).toBeGreaterThanOrEqual(0.95);
});
