import { expect, test } from "vitest";
import { type ListChoice, ListOrder, type SortId } from "../../../src/ui/state/list-order.ts";
import { aBusySession, anId, aSnapshot, aTorrent, manyTorrents } from "../support/snapshots.ts";

const choice = (changes: Partial<ListChoice> = {}): ListChoice => ({
  filter: "all",
  query: "",
  sort: "added",
  isReversed: false,
  ...changes,
});

const namesIn = (changes: Partial<ListChoice>): readonly string[] => {
  const snapshot = aBusySession();
  const ids = new ListOrder().update(snapshot, choice(changes), 0);
  return ids.map((id) => snapshot.torrents.find((torrent) => torrent.id === id)?.name ?? "?");
};

test.each<[SortId, string, string]>([
  ["added", "field-recordings-2019", "blender-open-movie"],
  ["name", "8c4f2b7d90a1…", "ubuntu-26.04-desktop.iso"],
  ["done", "old-scans.tar", "blender-open-movie"],
  ["health", "old-scans.tar", "big-dataset"],
  ["speed", "ubuntu-26.04-desktop.iso", "blender-open-movie"],
  ["size", "big-dataset", "8c4f2b7d90a1…"],
  ["eta", "8c4f2b7d90a1…", "blender-open-movie"],
])("by %s: first %s, last %s", (sort, first, last) => {
  const names = namesIn({ sort });
  expect([names[0], names.at(-1)]).toEqual([first, last]);
  expect(names).toHaveLength(9);
});

test("reversed turns the order round", () => {
  expect(namesIn({ sort: "name", isReversed: true })[0]).toBe("ubuntu-26.04-desktop.iso");
});

test("filters by tab and by words in any order, in the name or the beginning of the hash", () => {
  expect(namesIn({ filter: "stuck" })).toEqual(["field-recordings-2019", "old-scans.tar"]);
  expect(namesIn({ filter: "seed" })).toEqual([
    "debian-13-netinst.iso",
    "family-photos",
    "blender-open-movie",
  ]);
  expect(namesIn({ query: "HD lecture" })).toEqual(["lecture-series-hd"]);
  expect(namesIn({ query: "8c4f2b" })).toEqual(["8c4f2b7d90a1…"]);
});

const pair = (fast: number) =>
  aSnapshot({
    torrents: [0, 1].map((index) =>
      aTorrent({ id: anId(index), addedAtUnixMs: index, downBytesPerSecond: index === fast ? 9 : 1 }),
    ),
  });

test("rows do not dance: values that change sort again only every two seconds", () => {
  const order = new ListOrder();
  const bySpeed = choice({ sort: "speed" });
  expect(order.update(pair(0), bySpeed, 0)).toEqual([anId(0), anId(1)]);
  expect(order.update(pair(1), bySpeed, 1999)).toEqual([anId(0), anId(1)]);
  expect(order.update(pair(1), bySpeed, 2000)).toEqual([anId(1), anId(0)]);
});

test("rows rest for three seconds after the cursor moved", () => {
  const order = new ListOrder();
  const bySpeed = choice({ sort: "speed" });
  order.update(pair(0), bySpeed, 0);
  order.moved(1500);
  expect(order.update(pair(1), bySpeed, 4499)).toEqual([anId(0), anId(1)]);
  expect(order.update(pair(1), bySpeed, 4500)).toEqual([anId(1), anId(0)]);
});

test("choosing another order sorts at once", () => {
  const order = new ListOrder();
  order.update(pair(1), choice(), 0);
  expect(order.update(pair(1), choice({ sort: "speed" }), 1)).toEqual([anId(1), anId(0)]);
});

test("torrents that come join at the end, those that go leave at once", () => {
  const order = new ListOrder();
  const [first, second] = pair(0).torrents;
  const bySpeed = choice({ sort: "speed" });
  order.update(aSnapshot({ torrents: [first as never] }), bySpeed, 0);
  const faster = { ...(second as NonNullable<typeof second>), downBytesPerSecond: 100 };
  expect(order.update(aSnapshot({ torrents: [first as never, faster] }), bySpeed, 100)).toEqual([
    anId(0),
    anId(1),
  ]);
  expect(order.update(aSnapshot({ torrents: [faster] }), bySpeed, 200)).toEqual([anId(1)]);
});

test("answers the same array while nothing changed, also for a thousand torrents", () => {
  const order = new ListOrder();
  const ids = order.update(aSnapshot({ torrents: manyTorrents(1000) }), choice(), 0);
  expect(ids).toHaveLength(1000);
  expect(order.update(aSnapshot({ torrents: manyTorrents(1000, 1) }), choice(), 5000)).toBe(ids);
});
