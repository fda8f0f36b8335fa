import { expect, test } from "vitest";
import { transfer, utpWorld } from "./support/utp-world.ts";

const MINUTE_MS = 60_000;
const TOTAL_BYTES = 512 * 1024;

test.each([
  ["a clean link", {}],
  ["one packet in a hundred lost", { lossRatio: 0.01 }],
  ["one packet in ten lost", { lossRatio: 0.1 }],
  ["packets that overtake each other", { reorderRatio: 0.2, reorderMs: 40 }],
  ["packets that arrive twice", { duplicateRatio: 0.2, reorderRatio: 0.1, reorderMs: 20 }],
  ["everything at once", { lossRatio: 0.03, duplicateRatio: 0.05, reorderRatio: 0.1, reorderMs: 30 }],
  ["a path that carries only small packets", { maxDatagramBytes: 1_280, lossRatio: 0.01 }],
])("every byte arrives once and in order over %s", (_name, trouble) => {
  for (const seed of [1, 2, 3]) {
    const world = utpWorld(`transfer ${seed}`, { oneWayMs: 20, ...trouble });
    const { sender, receiver } = transfer(world, TOTAL_BYTES);
    world.world.runUntilTrue(() => receiver.receivedBytes >= TOTAL_BYTES, 10 * MINUTE_MS);
    expect({ seed, received: receiver.receivedBytes, wrong: receiver.wrongBytes }).toEqual({
      seed,
      received: TOTAL_BYTES,
      wrong: 0,
    });
    sender.stream?.close();
    world.world.runUntilTrue(() => receiver.ends.length > 0, MINUTE_MS);
    expect(receiver.ends).toEqual(["closed-by-peer"]);
    expect(sender.ends).toEqual(["closed-by-us"]);
  }
});
