import { expect, test } from "vitest";
import type { SessionSnapshot } from "../../../src/session/session-view.ts";
import { SnapshotStore } from "../../../src/session/snapshot/snapshot-store.ts";
import { World } from "../../../src/sim/index.ts";

test("who comes while a snapshot is due sees what was done before, beside viewers who wait for it", () => {
  const world = new World(1);
  let freeBytes = 1;
  const build = () => ({ freeBytes, atUnixMs: world.nowMs }) as unknown as SessionSnapshot;
  const store = new SnapshotStore({ clock: world.clock, intervalMs: 250, build });
  let heard = 0;
  store.subscribe(() => heard++);

  freeBytes = 2;
  store.touch();
  expect(store.get().freeBytes).toBe(1);
  store.subscribe(() => {});

  expect(store.get().freeBytes).toBe(2);
  expect(heard).toBe(1);
});
