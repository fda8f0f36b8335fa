import { describe, expect, test } from "vitest";
import { CheckpointPolicy } from "../../src/storage/index.ts";

const MIB = 2 ** 20;

describe("a checkpoint (threats R2)", () => {
  test("is never due while nothing is unsaved", () => {
    const policy = new CheckpointPolicy();
    expect([policy.dueAtMs, policy.isDue(1e9)]).toEqual([undefined, false]);
  });

  test("is due ten seconds after the first unsaved change, however many follow", () => {
    const policy = new CheckpointPolicy();
    policy.stored(MIB, 1000);
    policy.changed(9000);
    policy.stored(MIB, 10_999);
    expect(policy.dueAtMs).toBe(11_000);
    expect([policy.isDue(10_999), policy.isDue(11_000)]).toEqual([false, true]);
  });

  test("is due at once when 64 MiB are unsaved", () => {
    const policy = new CheckpointPolicy();
    for (let i = 0; i < 63; i++) policy.stored(MIB, 500 + i);
    expect(policy.isDue(600)).toBe(false);
    policy.stored(MIB, 600);
    expect(policy.isDue(600)).toBe(true);
  });

  test("counts from anew when it begins, also what is stored while it is written", () => {
    const policy = new CheckpointPolicy();
    policy.stored(64 * MIB, 0);
    policy.begin();
    expect(policy.dueAtMs).toBeUndefined();
    policy.stored(MIB, 50);
    expect(policy.dueAtMs).toBe(10_050);
  });

  test("that failed is tried again after one interval, not in a loop", () => {
    const policy = new CheckpointPolicy();
    policy.stored(100 * MIB, 0);
    policy.begin();
    policy.failed(2000);
    expect([policy.isDue(2000), policy.dueAtMs]).toEqual([false, 12_000]);
  });

  test("takes other limits", () => {
    const policy = new CheckpointPolicy({ intervalMs: 100, unsavedBytes: 10 });
    policy.stored(9, 0);
    expect(policy.dueAtMs).toBe(100);
    policy.stored(1, 50);
    expect(policy.isDue(50)).toBe(true);
  });
});
