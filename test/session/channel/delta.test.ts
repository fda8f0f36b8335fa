import fc from "fast-check";
import { expect, test } from "vitest";
import { applyDelta, deltaOf } from "../../../src/session/channel/delta.ts";

/** Small values from a small alphabet, so that pairs share much. */
const { value: plain } = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    fc.constantFrom<unknown>(null, true, 0, 1, 2, "", "a", "v", "n"),
    fc.array(tie("value"), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom("a", "b", "v", "n", "s"), tie("value"), {
      maxKeys: 4,
      noNullPrototype: true,
    }),
  ),
}));

const throughText = <Value>(value: Value): Value => JSON.parse(JSON.stringify(value)) as Value;

test("applying the difference of two pieces of plain data gives the later one", () => {
  fc.assert(
    fc.property(plain, plain, (before, after) => {
      const delta = deltaOf(before, after);
      if (delta === undefined) expect(before).toEqual(after);
      else expect(applyDelta(before, throughText(delta))).toEqual(after);
    }),
    { numRuns: 2_000 },
  );
});

test("what did not change keeps its identity", () => {
  const before = { totals: { up: 1, down: 2 }, chain: { disk: "ok" }, peers: [{ a: 1 }, { a: 2 }] };
  const after = { totals: { up: 1, down: 3 }, chain: { disk: "ok" }, peers: [{ a: 1 }, { a: 5 }] };
  const result = applyDelta(before, deltaOf(before, after) ?? { v: null }) as typeof before;

  expect(result).toEqual(after);
  expect(result.chain).toBe(before.chain);
  expect(result.peers[0]).toBe(before.peers[0]);
});

test("only what changed is in it", () => {
  const before = { a: 1, b: { c: 2, d: 3 }, gone: 4, list: [1, 2, 3] };

  expect(deltaOf(before, { a: 1, b: { c: 5, d: 3 }, list: [1, 9] })).toEqual({
    c: { b: { s: { c: 5 } }, list: { n: 2, i: [[1, { v: 9 }]] } },
    d: ["gone"],
  });
  expect(deltaOf(before, structuredClone(before))).toBeUndefined();
});

test("a delta that does not fit is recognised", () => {
  expect(applyDelta("text", { s: { a: 1 } })).toBeUndefined();
  expect(applyDelta({ a: 1 }, { n: 1, i: [] })).toBeUndefined();
  expect(applyDelta([1], { n: 3, i: [[1, { v: 2 }]] })).toBeUndefined();
  expect(applyDelta({ a: 1 }, { c: { b: { s: { x: 1 } } } })).toBeUndefined();
});
