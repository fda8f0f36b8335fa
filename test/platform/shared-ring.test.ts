import { Worker } from "node:worker_threads";
import { expect, test } from "vitest";
import { SharedRing } from "../../src/platform/shared-ring.ts";

function rings(capacity: number, recordWords: number): { producer: SharedRing; consumer: SharedRing } {
  const memory = SharedRing.memoryFor(capacity, recordWords);
  return { producer: new SharedRing(memory, recordWords), consumer: new SharedRing(memory, recordWords) };
}

test("records arrive in order, and only when they are published", () => {
  const { producer, consumer } = rings(8, 2);
  for (const value of [11, 22, 33]) producer.words[producer.claim()] = value;
  expect(consumer.unread).toBe(0);

  producer.publish();
  expect(consumer.unread).toBe(3);
  expect([0, 1, 2].map((i) => consumer.words[consumer.at(i)])).toEqual([11, 22, 33]);
});

test("has no room for more than its capacity until records are released", () => {
  const { producer, consumer } = rings(4, 1);
  for (let i = 0; i < 4; i++) producer.claim();
  producer.publish();
  expect(producer.hasRoom).toBe(false);

  consumer.release(1);
  expect(producer.hasRoom).toBe(true);
});

test("goes round as often as it likes, also where its counters overflow", () => {
  const { producer, consumer } = rings(4, 3);
  const nearOverflow = 0x7fffffff - 10;
  for (const word of [0, 16]) producer.words[word] = nearOverflow;
  const late = new SharedRing(producer.words.buffer as SharedArrayBuffer, 3);
  for (let value = 0; value < 40; value++) {
    late.words[late.claim()] = value;
    late.publish();
    expect(consumer.unread).toBe(1);
    expect(consumer.words[consumer.at(0)]).toBe(value);
    consumer.release(1);
  }
});

test("a consumer that falls asleep is announced once, and not when something came meanwhile", () => {
  const { producer, consumer } = rings(4, 1);
  expect(producer.takeSleeper()).toBe(false);
  expect(consumer.fallAsleep()).toBe(true);
  expect(producer.takeSleeper()).toBe(true);
  expect(producer.takeSleeper()).toBe(false);

  producer.claim();
  producer.publish();
  expect(consumer.fallAsleep()).toBe(false);
});

test("its capacity is a power of two", () => {
  expect(() => SharedRing.memoryFor(6, 1)).toThrow("power of two");
});

test("wakes a thread that waits for it", async () => {
  const memory = SharedRing.memoryFor(4, 1);
  const ring = new SharedRing(memory, 1);
  // The other thread waits as `wait` does: on the first word, for another value than the number of records consumed.
  const waiting = new Worker(
    `const { parentPort, workerData } = require("node:worker_threads");
     const words = new Int32Array(workerData);
     parentPort.postMessage("waiting");
     Atomics.wait(words, 0, Atomics.load(words, 16));
     parentPort.postMessage(Atomics.load(words, 0));`,
    { eval: true, workerData: memory },
  );
  const messages: unknown[] = [];
  const done = new Promise<void>((resolve) => {
    waiting.on("message", (message: unknown) => {
      messages.push(message);
      if (message === "waiting") {
        ring.claim();
        ring.publish();
      } else resolve();
    });
  });
  await done;
  await waiting.terminate();
  expect(messages).toEqual(["waiting", 1]);
});
