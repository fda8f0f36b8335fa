/** Floods of a DHT node in a namespace, limits on; at full length in `npm run soak`. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { FloodedNode } from "./support/dht-flooder.ts";
import { Lab } from "./support/lab.ts";

/** D3: so many of one address are answered before it is left alone. */
const ANSWERED_OF_A_FLOOD = 50;

let lab: Lab;
let node: FloodedNode;

beforeAll(async () => {
  lab = new Lab();
  node = await FloodedNode.open(lab);
});

afterAll(() => lab?.close());

test("a flood from one address gets fifty answers, and a hundred other addresses each get theirs, D3, DH01", async () => {
  const flood = { floodFrom: 1, perSecond: 1_000, askFrom: 100, askPerSecond: 50, seconds: 2 };
  const { flooded, floodAnswers, asked, askAnswers } = await node.flood(flood);
  expect(flooded).toBeGreaterThan(1_000);
  expect(floodAnswers).toBe(ANSWERED_OF_A_FLOOD);
  expect([asked, askAnswers]).toEqual([100, 100]);
});

test("a flood from five thousand addresses leaves a steady asker answered, D3, DH02", async () => {
  const flood = { floodFrom: 5_000, perSecond: 2_000, askFrom: 1, askPerSecond: 2, seconds: 5 };
  const { flooded, asked, askAnswers } = await node.flood(flood);
  console.log(`${flooded} queries; ${askAnswers} of ${asked} of the steady asker's were answered`);
  expect(askAnswers / asked).toBeGreaterThanOrEqual(0.8);
});
