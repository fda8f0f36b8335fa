import fc from "fast-check";
import { expect, test } from "vitest";
import { BlockList } from "../../../src/wire/peer/block-list.ts";

function contentsOf(list: BlockList): string[] {
  return Array.from(
    { length: list.length },
    (_, i) => `${list.pieceAt(i)}/${list.beginAt(i)}/${list.tagAt(i)}`,
  );
}

test("keeps requests in order and finds the oldest of equal ones", () => {
  const list = new BlockList();
  list.push(3, 0, 7);
  list.push(4, 16_384, 8);
  list.push(3, 0, 9);

  expect(list.find(3, 0)).toBe(0);
  expect(list.find(4, 16_384)).toBe(1);
  expect(list.find(4, 0)).toBe(-1);
  list.removeAt(0);
  expect(contentsOf(list)).toEqual(["4/16384/8", "3/0/9"]);
});

test("behaves as an array does, through growth and wrap-around", () => {
  const operation = fc.oneof(
    fc.record({ kind: fc.constant("push" as const), piece: fc.nat(9), begin: fc.nat(9), tag: fc.nat(5) }),
    fc.record({ kind: fc.constant("remove" as const), at: fc.nat() }),
    fc.record({ kind: fc.constant("tag" as const), at: fc.nat(), tag: fc.nat(5) }),
  );
  fc.assert(
    fc.property(fc.array(operation, { maxLength: 400 }), (operations) => {
      const list = new BlockList();
      const model: { piece: number; begin: number; tag: number }[] = [];
      for (const op of operations) {
        if (op.kind === "push") {
          list.push(op.piece, op.begin, op.tag);
          model.push({ piece: op.piece, begin: op.begin, tag: op.tag });
          expect(list.find(op.piece, op.begin)).toBe(
            model.findIndex((entry) => entry.piece === op.piece && entry.begin === op.begin),
          );
        } else if (model.length > 0) {
          const at = op.at % model.length;
          if (op.kind === "remove") {
            list.removeAt(at);
            model.splice(at, 1);
          } else {
            list.setTag(at, op.tag);
            (model[at] as { tag: number }).tag = op.tag;
          }
        }
      }
      expect(contentsOf(list)).toEqual(model.map((m) => `${m.piece}/${m.begin}/${m.tag}`));
    }),
  );
});

test("a list that was cleared is empty and usable", () => {
  const list = new BlockList();
  for (let i = 0; i < 200; i++) list.push(i, 0, 0);
  list.clear();
  list.push(7, 0, 1);

  expect(contentsOf(list)).toEqual(["7/0/1"]);
});
